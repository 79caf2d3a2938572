internal import CTerminal

/// Makes input of what ncurses decodes: text of bytes, pastes of what stands between their marks, double clicks.
struct InputReader {
  private static let longestPaste = 1 << 20
  private static let doubleClick = Duration.milliseconds(400)

  private var assembler = ScalarAssembler()
  /// The text so far; nil outside of a paste.
  private var paste: String?
  /// The paste began before the input was discarded.
  private var isDiscarding = false
  private var lastPress: (mouse: Mouse, at: ContinuousClock.Instant)?
  /// Acts of the mouse that came together, the next one last.
  private var mice: [Mouse] = []

  /// Something can be had without reading.
  var hasPending: Bool { !mice.isEmpty }

  /// The next input; nil if nothing is there to be read.
  mutating func next() -> Input? {
    while true {
      if let mouse = mice.popLast() { return .mouse(mouse) }
      var value: Int32 = 0
      let kind = cterminal_key(UInt32(cterminal_next_key(&value)))
      guard kind != CTERMINAL_NONE else { return nil }
      if let input = take(kind, value) { return input }
    }
  }

  /// Throws away what has been typed, pasted and clicked. A paste that is still arriving is thrown away to its end.
  mutating func discard() {
    while next() != nil {}
    isDiscarding = paste != nil
    paste = paste.map { _ in "" }
  }

  private mutating func take(_ kind: cterminal_key, _ value: Int32) -> Input? {
    switch kind {
    case CTERMINAL_PASTE_BEGIN: paste = paste ?? ""
    case CTERMINAL_PASTE_END: return endPaste()
    case CTERMINAL_FOCUS_IN: return .focus(true)
    case CTERMINAL_FOCUS_OUT: return .focus(false)
    case CTERMINAL_BYTE:
      guard let scalar = assembler.add(UInt8(truncatingIfNeeded: value)) else { return nil }
      guard paste != nil else { return .key(Key(scalar)) }
      addToPaste(scalar)
    case CTERMINAL_MOUSE: takeMice()
    case CTERMINAL_FUNCTION: return paste == nil ? .key(.function(Int(value))) : nil
    default: return paste == nil ? Key(kind).map(Input.key) : nil
    }
    return nil
  }

  private mutating func addToPaste(_ scalar: Unicode.Scalar) {
    guard !isDiscarding, let length = paste?.utf8.count, length < Self.longestPaste else { return }
    paste?.unicodeScalars.append(scalar == "\r" ? "\n" : scalar)
  }

  private mutating func endPaste() -> Input? {
    defer {
      paste = nil
      isDiscarding = false
    }
    return isDiscarding ? nil : paste.map(Input.paste)
  }

  /// ncurses hands out the newest first.
  private mutating func takeMice() {
    var event = cterminal_mouse()
    var newestFirst: [cterminal_mouse] = []
    while cterminal_next_mouse(&event) { newestFirst.append(event) }
    mice = newestFirst.reversed().map { mouse($0, at: .now) }.reversed()
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
