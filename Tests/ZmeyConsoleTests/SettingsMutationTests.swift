import Testing

@testable import ZmeyConsole

/// A small random source: equal seeds give equal numbers everywhere.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct `Files of settings, spoilt at random` {
  private static let pieces = [
    "=", " = ", "\n", "\r\n", "\r", " ", "\t", "#", "//", "on", " on ", "noop", "default", "#ff", "#zzzzzz",
    "bright-", "C-", "F99", "C-s", "x", "quit", "text", "\u{0}", "\u{1b}[31m", "\u{202e}", "é", "e\u{301}",
    "\u{301}", "界", "👩‍👩‍👧", "\u{feff}", "\u{2028}", String(repeating: "=", count: 200),
  ]

  private func spoil(_ text: String, _ dice: inout Dice) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...6, using: &dice) {
      let start = Int.random(in: 0...scalars.count, using: &dice)
      let end = min(scalars.count, start + Int.random(in: 0...12, using: &dice))
      let piece = Self.pieces.randomElement(using: &dice) ?? ""
      scalars.replaceSubrange(start..<end, with: Array(piece.unicodeScalars))
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// Reads spoilt texts; those that are refused must say where, and nothing that a terminal would obey.
  private func check(_ text: String, _ seed: UInt64, _ read: (String) throws(SettingsError) -> Void) {
    var dice = Dice(state: seed)
    for _ in 0..<500 {
      let spoilt = spoil(text, &dice)
      do throws(SettingsError) { try read(spoilt) } catch {
        let lines = spoilt.count { $0 == "\n" || $0 == "\r\n" } + 1
        #expect(!error.problems.isEmpty)
        for problem in error.problems {
          #expect(problem.file == "f" && 1...lines ~= problem.line && !problem.message.isEmpty)
          #expect(
            problem.description.unicodeScalars.allSatisfy { CharacterWidth.of($0) != nil },
            "\(problem.description.debugDescription)")
        }
        #expect(error.problems.map(\.line) == error.problems.map(\.line).sorted())
      }
    }
  }

  @Test(arguments: Theme.shippedNames)
  func `a theme is read or refused with lines`(name: String) throws {
    let text = try #require(Theme.text(ofShipped: name))
    check(text, UInt64(name.utf8.count)) { (text) throws(SettingsError) in
      let theme = try Theme.parse(text, name: "n", file: "f")
      for colours in [0, 8, 16, 256] {
        for role in Role.allCases {
          let shown = theme.appearance(of: role, colours: colours)
          let known = colours == 0 ? -1...(-1) : -1...Int16(colours - 1)
          #expect(known.contains(shown.foreground) && known.contains(shown.background))
        }
      }
      _ = theme.check()
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `keys are read or refused with lines`(seed: UInt64) {
    check(KeyMap.standard.text, seed) { (text) throws(SettingsError) in
      let map = try KeyMap.reading(text, file: "f")
      #expect(!map.keys(of: .quit).isEmpty)
      #expect((try? KeyMap.reading(map.text, file: "f")) == map)
    }
  }
}
