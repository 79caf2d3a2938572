/// Turns the bytes of one stream into the lines that a terminal would show of them, whatever they are: nothing that it
/// gives can speak to a terminal. Bytes may be cut anywhere between two calls.
struct OutputDecoder: Hashable, Sendable {
  /// The line that has not ended.
  private(set) var line: [Unicode.Scalar] = []
  /// Where the next character goes: carriage returns and backspaces lead back into the line.
  private var cursor = 0
  /// How many columns stand before it, for tabs.
  private var column = 0
  /// The first bytes of a character that is not complete.
  private var pending: [UInt8] = []
  private var escape = Escape.none

  /// How far an escape sequence has come.
  private enum Escape: Hashable {
    case none
    /// After ESC.
    case begun
    /// After ESC and what says that one more byte ends it.
    case intermediate
    /// After `ESC [`: its number, or nil if it has something else.
    case control(Int?)
    /// Within a text for the terminal (OSC, DCS …), which ST or BEL ends; `true` after an ESC in it.
    case string(sawEscape: Bool)
  }

  /// A line longer than that is broken, so that one line never is all of the memory.
  static let longest = 65_536

  /// Takes bytes, and hands over each line that ends.
  mutating func feed(_ bytes: some Sequence<UInt8>, line end: ([Unicode.Scalar]) -> Void) {
    for byte in bytes {
      if escape != .none, consumes(byte) { continue }
      if byte < 0x80 {
        if !pending.isEmpty { replacePending() }
        take(byte, end)
      } else {
        decode(byte)
      }
      if line.count >= Self.longest { finishLine(end) }
    }
  }

  /// Takes notice that no more bytes come: a character that is not complete never will be.
  mutating func finish() { replacePending() }

  private mutating func finishLine(_ end: ([Unicode.Scalar]) -> Void) {
    end(line)
    line.removeAll(keepingCapacity: true)
    (cursor, column) = (0, 0)
  }

  // ASCII -------------------------------------------------------------------------------------------------

  private mutating func take(_ byte: UInt8, _ end: ([Unicode.Scalar]) -> Void) {
    switch byte {
    case 0x20..<0x7f: put(Unicode.Scalar(byte), width: 1)
    case 0x0a: finishLine(end)
    case 0x0d: (cursor, column) = (0, 0)
    case 0x09: tab()
    case 0x08:
      guard cursor > 0 else { return }
      cursor -= 1
      column -= Self.width(line[cursor])
    case 0x1b: escape = .begun
    // A terminal shows nothing for NUL and BEL; without it text in UTF-16 can be read.
    case 0x00, 0x07: break
    default: put("\u{fffd}", width: 1)
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar, width: Int) {
    if cursor < line.count { line[cursor] = scalar } else { line.append(scalar) }
    cursor += 1
    column += width
  }

  /// Goes to the next stop, of which there is one every 8 columns.
  private mutating func tab() {
    for _ in 0..<(8 - column % 8) {
      if cursor == line.count { line.append(" ") }
      column += max(1, Self.width(line[cursor]))
      cursor += 1
    }
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x7f { return 1 }
    return CharacterWidth.isJoiner(scalar.value) ? 0 : CharacterWidth.of(scalar) ?? 1
  }

  // UTF-8 -------------------------------------------------------------------------------------------------

  private mutating func decode(_ byte: UInt8) {
    if let lead = pending.first {
      guard Self.mayFollow(byte, lead, at: pending.count) else {
        replacePending()
        return decode(byte)
      }
      pending.append(byte)
      guard pending.count == Self.length(lead) else { return }
      let bits = pending.dropFirst().reduce(UInt32(lead) & (0xff >> UInt32(pending.count + 1))) {
        $0 << 6 | UInt32($1 & 0x3f)
      }
      pending.removeAll(keepingCapacity: true)
      let scalar = Unicode.Scalar(bits).flatMap { 0x80..<0xa0 ~= $0.value ? nil : $0 } ?? "\u{fffd}"
      put(scalar, width: Self.width(scalar))
    } else if Self.length(byte) > 1 {
      pending.append(byte)
    } else {
      put("\u{fffd}", width: 1)
    }
  }

  /// How long a character is that begins with a byte; 1 for a byte with which none does.
  private static func length(_ lead: UInt8) -> Int {
    switch lead {
    case 0xc2...0xdf: 2
    case 0xe0...0xef: 3
    case 0xf0...0xf4: 4
    default: 1
    }
  }

  /// Whether a byte goes on with a character: neither too long a form, nor a surrogate, nor beyond U+10FFFF.
  private static func mayFollow(_ byte: UInt8, _ lead: UInt8, at index: Int) -> Bool {
    switch (lead, index) {
    case (0xe0, 1): 0xa0...0xbf ~= byte
    case (0xed, 1): 0x80...0x9f ~= byte
    case (0xf0, 1): 0x90...0xbf ~= byte
    case (0xf4, 1): 0x80...0x8f ~= byte
    default: 0x80...0xbf ~= byte
    }
  }

  private mutating func replacePending() {
    for _ in pending { put("\u{fffd}", width: 1) }
    pending.removeAll(keepingCapacity: true)
  }

  // Escape sequences --------------------------------------------------------------------------------------

  /// Whether a byte belongs to the escape sequence that has begun; if not, the sequence is over before it.
  private mutating func consumes(_ byte: UInt8) -> Bool {
    // CAN and SUB break any sequence off.
    if byte == 0x18 || byte == 0x1a {
      escape = .none
      return true
    }
    switch escape {
    case .none: return false
    case .begun: escape = Self.after(byte)
    case .intermediate:
      if 0x20..<0x30 ~= byte { return true }
      escape = .none
      return 0x30..<0x7f ~= byte
    case .control(let number):
      switch byte {
      case 0x30...0x39:
        escape = .control(number.map { min(9999, $0 * 10 + Int(byte - 0x30)) })
        return true
      case 0x20..<0x40:
        escape = .control(nil)
        return true
      case 0x1b: escape = .begun
      default:
        escape = .none
        guard 0x40..<0x7f ~= byte else { return false }
        obey(byte, number)
      }
      return true
    case .string(let sawEscape):
      // No line end belongs into such a text: one without its end does not hide all that follows.
      if byte == 0x0a {
        escape = .none
        return false
      }
      if sawEscape, byte != 0x5c {
        escape = Self.after(byte)
        return escape != .none || 0x20..<0x7f ~= byte
      }
      escape = sawEscape || byte == 0x07 ? .none : .string(sawEscape: byte == 0x1b)
      return true
    }
    return escape != .none || 0x30..<0x7f ~= byte
  }

  /// What an ESC and the byte after it begin.
  private static func after(_ byte: UInt8) -> Escape {
    switch byte {
    case 0x1b: .begun
    case UInt8(ascii: "["): .control(0)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      .string(sawEscape: false)
    case 0x20..<0x30: .intermediate
    default: .none
    }
  }

  /// Does what progress lines need: erase in the line (K), and go to its first column (G). The rest changes only looks.
  private mutating func obey(_ command: UInt8, _ number: Int?) {
    switch (command, number) {
    case (UInt8(ascii: "K"), 0): line.removeSubrange(min(cursor, line.count)...)
    case (UInt8(ascii: "K"), 1):
      for index in 0..<min(cursor + 1, line.count) { line[index] = " " }
    case (UInt8(ascii: "K"), 2): line = Array(repeating: " ", count: min(cursor, line.count))
    case (UInt8(ascii: "G"), 0), (UInt8(ascii: "G"), 1): (cursor, column) = (0, 0)
    default: break
    }
  }
}
