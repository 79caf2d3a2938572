internal import CTerminal

/// Makes input of what ncurses decodes: text of bytes, pastes of what stands between their marks, double clicks.
struct InputReader {
  private static let longestPaste = 1 << 20
  private static let doubleClick = Duration.milliseconds(400)

  private var sifter = EscapeSifter()
  private var assembler = ScalarAssembler()
  /// The text so far; nil outside of a paste.
  private var paste: String?
  /// The paste began before the input was discarded.
  private var isDiscarding = false
  private var lastPress: (mouse: Mouse, at: ContinuousClock.Instant)?
  /// Input that came together, in order.
  private var pending: ArraySlice<Input> = []

  /// Something can be had without reading.
  var hasPending: Bool { !pending.isEmpty }

  /// The next input; nil if nothing is there to be read.
  mutating func next() -> Input? {
    while true {
      if let input = pending.popFirst() { return input }
      var value: Int32 = 0
      let kind = cterminal_key(UInt32(cterminal_next_key(&value)))
      take(kind, value)
      if kind == CTERMINAL_NONE { return pending.popFirst() }
    }
  }

  /// Throws away what has been typed, pasted and clicked. A paste that is still arriving is thrown away to its end.
  mutating func discard() {
    while next() != nil {}
    isDiscarding = paste != nil
    paste = paste.map { _ in "" }
  }

  private mutating func take(_ kind: cterminal_key, _ value: Int32) {
    switch kind {
    case CTERMINAL_NONE: take(sifter.pause())
    case CTERMINAL_BYTE:
      let byte = UInt8(truncatingIfNeeded: value)
      take(paste == nil ? sifter.take(byte, at: .now) : [.byte(byte)])
    default:
      take(sifter.interrupt())
      takeDecoded(kind, value)
    }
  }

  private mutating func take(_ findings: [EscapeSifter.Finding]) {
    for finding in findings {
      switch finding {
      case .paste: paste = ""
      case .byte(let byte):
        guard let scalar = assembler.add(byte) else { continue }
        if paste == nil { pending.append(.key(Key(scalar))) } else { addToPaste(scalar) }
      }
    }
  }

  /// What ncurses decoded. Between the marks of a paste no key is pressed.
  private mutating func takeDecoded(_ kind: cterminal_key, _ value: Int32) {
    switch kind {
    case CTERMINAL_PASTE_BEGIN: paste = paste ?? ""
    case CTERMINAL_PASTE_END: endPaste()
    case CTERMINAL_FOCUS_IN: pending.append(.focus(true))
    case CTERMINAL_FOCUS_OUT: pending.append(.focus(false))
    case CTERMINAL_MOUSE: takeMice()
    case _ where paste != nil: break
    case CTERMINAL_FUNCTION: pending.append(.key(.function(Int(value))))
    default: if let key = Key(kind) { pending.append(.key(key)) }
    }
  }

  private mutating func addToPaste(_ scalar: Unicode.Scalar) {
    guard !isDiscarding, let length = paste?.utf8.count, length < Self.longestPaste else { return }
    paste?.unicodeScalars.append(scalar == "\r" ? "\n" : scalar)
  }

  private mutating func endPaste() {
    if let paste, !isDiscarding { pending.append(.paste(paste)) }
    paste = nil
    isDiscarding = false
  }

  /// ncurses hands out the newest first.
  private mutating func takeMice() {
    var event = cterminal_mouse()
    var newestFirst: [cterminal_mouse] = []
    while cterminal_next_mouse(&event) { newestFirst.append(event) }
    for event in newestFirst.reversed() { pending.append(.mouse(mouse(event, at: .now))) }
  }

  private mutating func mouse(_ event: cterminal_mouse, at now: ContinuousClock.Instant) -> Mouse {
    var mouse = Mouse(.press, row: Int(event.row), column: Int(event.column))
    switch UInt32(event.action) {
    case CTERMINAL_WHEEL_UP.rawValue:
      lastPress = nil
      mouse.action = .wheelUp
    case CTERMINAL_WHEEL_DOWN.rawValue:
      lastPress = nil
      mouse.action = .wheelDown
    default:
      if let last = lastPress, last.mouse == mouse, now - last.at <= Self.doubleClick {
        lastPress = nil
        mouse.action = .doubleClick
      } else {
        lastPress = (mouse, now)
      }
    }
    return mouse
  }
}
