/// Tells the bytes of keys from those of sequences that nobody knows, such as a terminal's answer to a question of the
/// program before us.
///
/// ncurses hands out a sequence that it does not know byte by byte, which would press as many keys. Such a sequence is
/// swallowed to its end, also when it comes in pieces, as ECMA-48 and xterm's ctlseqs(7) say how it ends; Alt with a
/// character is one of two bytes. Esc alone is a key. Nothing is kept but where one is, so a sequence can be of any
/// length; but after a second of silence, or 4096 bytes, it is given up, for it may have been Alt-] and no beginning.
struct EscapeSifter {
  /// What bytes turn out to be.
  enum Finding: Hashable {
    /// The byte of a key.
    case byte(UInt8)
    /// The mark before a paste, which came in pieces and so was not known to ncurses.
    case paste
  }

  private enum State: Hashable {
    case text
    case escape
    /// After `ESC [`, with what is known to be a number so far.
    case control(number: Int?)
    /// After `ESC ]`, `ESC P`, `ESC X`, `ESC ^` or `ESC _`, all of which end with BEL or `ESC \`.
    case string
    /// After an Esc within a string, which ends it.
    case stringEnd
    /// So many bytes are still to come.
    case rest(Int)
  }

  static let longestSilence = Duration.seconds(1)
  static let longest = 4096

  private var state = State.text
  private var count = 0
  private var last = ContinuousClock.now

  /// Takes a byte that came at that moment.
  mutating func take(_ byte: UInt8, at now: ContinuousClock.Instant) -> [Finding] {
    if now - last > Self.longestSilence || count >= Self.longest { state = .text }
    last = now
    count = state == .text ? 0 : count + 1
    switch state {
    case .text: return text(byte)
    case .escape: return escape(byte)
    case .control(let number): return control(byte, number)
    case .string: return string(byte)
    case .stringEnd:
      // Anything but the backslash is the beginning of something else.
      return byte == UInt8(ascii: "\\") ? end() : escape(byte)
    case .rest(let count):
      guard byte >= 0x20 else { return text(byte) }
      return count > 1 ? go(.rest(count - 1)) : end()
    }
  }

  /// Nothing more is there to be read: an Esc that is alone is a key.
  mutating func pause() -> [Finding] { state == .escape ? end([.byte(0x1B)]) : [] }

  /// A key came that ncurses knows, and no sequence has such a thing within.
  mutating func interrupt() -> [Finding] {
    defer { state = .text }
    return pause()
  }

  private mutating func go(_ next: State) -> [Finding] {
    state = next
    return []
  }

  private mutating func end(_ findings: [Finding] = []) -> [Finding] {
    state = .text
    return findings
  }

  private mutating func text(_ byte: UInt8) -> [Finding] {
    byte == 0x1B ? go(.escape) : end([.byte(byte)])
  }

  private mutating func escape(_ byte: UInt8) -> [Finding] {
    switch byte {
    case 0x1B: [.byte(0x1B)]
    case UInt8(ascii: "["): go(.control(number: 0))
    case UInt8(ascii: "O"): go(.rest(1))
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      go(.string)
    // Alt with a key. What remains of a character of several bytes is no character.
    default: end()
    }
  }

  private mutating func control(_ byte: UInt8, _ number: Int?) -> [Finding] {
    switch byte {
    case 0x30...0x39: go(.control(number: number.map { min(999, $0 * 10 + Int(byte - 0x30)) }))
    case 0x20...0x3F: go(.control(number: nil))
    case UInt8(ascii: "~") where number == 200: end([.paste])
    // The console of Linux puts one more byte after its second bracket, an old mouse three after its M.
    case UInt8(ascii: "[") where number == 0: go(.rest(1))
    case UInt8(ascii: "M") where number == 0: go(.rest(3))
    case 0x40...0x7E: end()
    default: text(byte)
    }
  }

  private mutating func string(_ byte: UInt8) -> [Finding] {
    switch byte {
    case 0x07: end()
    case 0x1B: go(.stringEnd)
    case 0x00..<0x20: text(byte)
    default: []
    }
  }
}
