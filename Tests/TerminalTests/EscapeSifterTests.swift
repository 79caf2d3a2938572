import Testing

@testable import Terminal

@Suite struct `Sequences of bytes that nobody knows` {
  private static let start = ContinuousClock.now

  /// What comes out of texts that come one after the other, with so much silence between them; nothing is there to be
  /// read after each.
  private func sifted(_ pieces: [String], silence: Duration = .milliseconds(200)) -> [EscapeSifter.Finding] {
    var sifter = EscapeSifter()
    return pieces.enumerated().flatMap { index, piece in
      piece.utf8.flatMap { sifter.take($0, at: Self.start + silence * index) } + sifter.pause()
    }
  }

  private func bytes(_ text: String) -> [EscapeSifter.Finding] { text.utf8.map { .byte($0) } }

  private static let unknown = [
    "\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{7}", "\u{1B}]4;1;rgb:cd/00/00\u{1B}\\", "\u{1B}P1$r0m\u{1B}\\",
    "\u{1B}P>|xterm(390)\u{1B}\\", "\u{1B}[2;2R", "\u{1B}[24;80R", "\u{1B}[>41;354;0c", "\u{1B}[?62;c",
    "\u{1B}[120;5u", "\u{1B}[?2026;2$y", "\u{1B}_Gi=31;OK\u{1B}\\", "\u{1B}^private\u{1B}\\",
    "\u{1B}Xstart\u{1B}\\", "\u{1B}OX", "\u{1B}[[A", "\u{1B}[M !!", "\u{1B}s", "\u{1B}x", "\u{1B}\r",
    "\u{1B}\u{7F}",
  ]

  @Test(arguments: unknown)
  func `are swallowed whole`(sequence: String) {
    #expect(sifted(["a\(sequence)b"]) == bytes("ab"))
  }

  @Test(arguments: unknown)
  func `are swallowed in pieces too`(sequence: String) {
    // Cut anywhere but behind the Esc that begins it, which would be one that is alone.
    for cut in stride(from: 2, to: sequence.utf8.count, by: 1) {
      let (head, tail) = (sequence.unicodeScalars.prefix(cut), sequence.unicodeScalars.dropFirst(cut))
      #expect(sifted(["a" + String(head), String(tail) + "b"]) == bytes("ab"), "cut at \(cut)")
    }
  }

  @Test func `do not eat an Esc that is alone, nor two`() {
    #expect(sifted(["\u{1B}", "j", "\u{1B}\u{1B}", "\u{1B}j", "k"]) == bytes("\u{1B}j\u{1B}\u{1B}k"))
  }

  @Test func `are given up after silence, for Alt-P is no beginning`() {
    #expect(sifted(["\u{1B}P", "ab"], silence: .milliseconds(1100)) == bytes("ab"))
    #expect(sifted(["\u{1B}P", "ab"], silence: .milliseconds(900)) == [])
  }

  @Test func `end where a control character stands, which does what it does`() {
    #expect(sifted(["\u{1B}]11;rgb\u{3}q", "\u{1B}[12\rx"]) == bytes("\u{3}q\rx"))
  }

  @Test func `end where a key stands that is known`() {
    var sifter = EscapeSifter()
    for byte in "\u{1B}]11;rgb".utf8 { #expect(sifter.take(byte, at: Self.start) == []) }
    #expect(sifter.interrupt() == [])
    #expect(sifter.take(0x61, at: Self.start) == [.byte(0x61)])
    #expect(sifter.take(0x1B, at: Self.start) == [])
    #expect(sifter.interrupt() == [.byte(0x1B)])
  }

  @Test func `have an end even if nobody ends them`() {
    let text = "\u{1B}]" + String(repeating: "z", count: 5000)
    let left = sifted([text]).count
    #expect((800...1000).contains(left))
  }

  @Test func `may be the mark of a paste that came in pieces`() {
    #expect(sifted(["\u{1B}[20", "0~q"]) == [.paste, .byte(0x71)])
  }

  @Test func `leave exactly the real keys, whatever comes in whatever order`() {
    var random = Dice(state: 7)
    for _ in 0..<2000 {
      var (pieces, keys): ([String], String) = ([], "")
      for _ in 0..<12 {
        if Bool.random(using: &random) {
          let key = ["a", "x", "\r", "\t", "ж", "中", "\u{7F}", "["].randomElement(using: &random) ?? "a"
          keys += key
          pieces.append(key)
        } else {
          pieces.append(Self.sequence(using: &random))
        }
      }
      // Together or apart, but no sequence is cut.
      let text = Bool.random(using: &random) ? [pieces.joined()] : pieces
      #expect(sifted(text) == bytes(keys), "\(text)")
    }
  }

  private static func sequence(using random: inout Dice) -> String {
    func text(_ range: ClosedRange<UInt8>, _ most: Int) -> String {
      String(
        decoding: (0..<Int.random(in: 0...most, using: &random)).map { _ in .random(in: range, using: &random)
        },
        as: UTF8.self)
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      let parameters = "1" + text(0x30...0x3B, 12)
      let final = String(Unicode.Scalar(UInt8.random(in: 0x40...0x7D, using: &random)))
      return "\u{1B}[\(parameters)\(text(0x20...0x2F, 2))\(final)"
    case 1:
      let end = Bool.random(using: &random) ? "\u{7}" : "\u{1B}\\"
      return "\u{1B}]\(text(0x20...0x7E, 60))\(end)"
    case 2:
      let kind = ["P", "X", "^", "_"].randomElement(using: &random) ?? "P"
      return "\u{1B}\(kind)\(text(0x20...0x7E, 60))\u{1B}\\"
    default: return "\u{1B}" + String(Unicode.Scalar(UInt8.random(in: 0x61...0x7A, using: &random)))
    }
  }
}

/// Numbers that are the same every time.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
