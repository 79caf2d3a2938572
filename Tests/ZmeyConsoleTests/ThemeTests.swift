import Testing

@testable import ZmeyConsole

@Suite struct `A theme` {
  private func theme(_ text: String) throws -> Theme { try Theme.parse(text, name: "mine") }

  private func problems(_ text: String) -> [String] {
    do throws(SettingsError) {
      _ = try Theme.parse(text, name: "mine")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test func `says colours and attributes, a role a line`() throws {
    let theme = try theme(
      """
      // a comment
        failed = #ff5f5f on black bold underline // another

      title=bright-red dim reverse\r
      \ttext = default on #ffffff
      """)
    #expect(
      theme[.failed]
        == Look(
          foreground: .exact(RGB(255, 95, 95)), background: .named(0), attributes: [.bold, .underline]))
    #expect(
      theme[.title]
        == Look(foreground: .named(9), background: .exact(.white), attributes: [.dim, .reverse]))
    #expect(theme[.text] == Look(foreground: .own, background: .exact(.white)))
  }

  @Test func `has what it does not say from the standard one, on its own ground`() throws {
    let theme = try theme("text = #000000 on #ffffff")
    #expect(theme[.running].foreground == Theme.standard[.running].foreground)
    #expect(theme[.running].background == .exact(.white))
    #expect(theme[.selected] == Theme.standard[.selected])
    #expect(try self.theme("").said == Theme.standard.said)
  }

  @Test(arguments: [
    ("faild = red", "mine.theme:1: no role 'faild': did you mean failed?"),
    ("zzz = red", "mine.theme:1: no role 'zzz': zmtui(5) lists them"),
    (
      "\nfailed = #ff5f5",
      "mine.theme:2: '#ff5f5' is no colour: write #rrggbb, default, or a name such as red or bright-red"
    ),
    (
      "failed = red on",
      "mine.theme:1: '' is no colour of a background: write #rrggbb, default, or a name such as red or bright-red"
    ),
    ("failed = red blink", "mine.theme:1: 'blink' is no attribute: write bold, dim, underline or reverse"),
    (
      "failed",
      "mine.theme:1: expected 'name = colour [on colour] [attribute ...]', or '// comment', found 'failed'"
    ),
    ("failed = red\nfailed = blue", "mine.theme:2: 'failed' is said in line 1 already: leave one of them"),
  ])
  func `is refused where it is wrong`(text: String, problem: String) {
    #expect(problems(text) == [problem])
  }

  @Test func `is refused with all that is wrong, in the order of the lines`() {
    let lines = problems("faild = red\n# comment\nfailed = rde\ntitle = red").map { $0.prefix(13) }
    #expect(lines == ["mine.theme:1:", "mine.theme:2:", "mine.theme:3:"])
  }

  @Test func `cannot speak to the terminal through its problems`() {
    let problem = problems("failed = \u{1b}]0;x\u{7}\u{202e}").joined()
    #expect(problem.contains("'\u{fffd}]0;x\u{fffd}\u{fffd}' is no colour"))
  }

  @Test(arguments: [
    ("#5fd787", 78), ("#000000", 16), ("#ffffff", 231), ("#4e4e4e", 239), ("#282a36", 236), ("#ff5555", 203),
  ])
  func `comes as near as 256 colours allow`(colour: String, number: Int) throws {
    #expect(try #require(RGB(colour)).nearest256 == number)
  }

  @Test(arguments: [
    ("#ff5f5f", 9), ("#af0000", 1), ("#ffb86c", 11), ("#875f00", 3), ("#50fa7b", 10), ("#8be9fd", 14),
    ("#5fafff", 12), ("#005faf", 4), ("#bd93f9", 13), ("#5f00af", 5), ("#282a36", 0), ("#002b36", 0),
    ("#767676", 8), ("#bcbcbc", 7), ("#ffffff", 15),
  ])
  func `keeps its tones among sixteen`(colour: String, number: Int) throws {
    #expect(try #require(RGB(colour)).nearest16 == number)
  }

  @Test func `is what it says on 256 colours, and less on fewer`() throws {
    let theme = try theme(
      """
      selected = #ffffff on #6272a4
      header = #ffffff on #767676
      dim = #767676
      title = bright-red
      hint = yellow on bright-yellow
      """)
    func shown(_ role: Role, _ colours: Int) -> [Int16] {
      let shown = theme.appearance(of: role, colours: colours)
      return [shown.foreground, shown.background]
    }
    #expect([256, 16, 8].map { shown(.selected, $0) } == [[231, 61], [15, 4], [7, 4]])
    #expect([256, 16, 8].map { shown(.header, $0) } == [[231, 243], [15, 8], [0, 7]])
    #expect([256, 16, 8].map { shown(.dim, $0) } == [[243, -1], [8, -1], [-1, -1]])
    #expect(theme.appearance(of: .dim, colours: 8).attributes == .dim)
    #expect([256, 16, 8].map { shown(.title, $0) } == [[9, -1], [9, -1], [1, -1]])
    // What would not be read is black or white.
    #expect([256, 16, 8].map { shown(.hint, $0) } == [[3, 11], [0, 11], [0, 3]])
  }

  @Test func `tells roles apart without colours`() throws {
    for name in Theme.shippedNames {
      let theme = try #require(Theme.shipped(name))
      func attributes(_ role: Role) -> Look.Attributes {
        theme.appearance(of: role, colours: 0).attributes
      }
      for role in Role.allCases {
        let shown = theme.appearance(of: role, colours: 0)
        #expect(shown.foreground == -1 && shown.background == -1)
      }
      for role in [Role.selected, .header, .hint, .banner, .danger] {
        #expect(attributes(role).contains(.reverse), "\(name) \(role)")
      }
      let states = [Role.running, .success, .failed, .waiting, .paused].map(attributes)
      #expect(Set(states).count == states.count, "\(name)")
    }
    // Who wrote a theme without colours is obeyed.
    let plain = try theme("failed = default dim")
    #expect(plain.appearance(of: .failed, colours: 0).attributes == .dim)
  }

  @Test(arguments: [("#000000", "#ffffff", 21.0), ("#767676", "#ffffff", 4.54), ("#777777", "#777777", 1)])
  func `knows contrast as WCAG has it`(one: String, other: String, ratio: Double) throws {
    let (one, other) = (try #require(RGB(one)), try #require(RGB(other)))
    #expect(abs(one.contrast(other) - ratio) < 0.005)
    #expect(one.contrast(other) == other.contrast(one))
  }
}

@Suite struct `Themes that come with the program` {
  @Test(arguments: Theme.shippedNames)
  func `say every role, and are read well`(name: String) throws {
    let theme = try #require(Theme.shipped(name), "it is not read")
    #expect(theme.name == name)
    let own = try Theme.parse(Self.text(name), name: name, file: name, base: [:]).said
    #expect(Set(own.keys) == Set(Role.allCases))
    let check = theme.check()
    #expect(check.warnings == [])
    #expect(check.lines.count == Role.allCases.count + 1)
    #expect(check.lines.allSatisfy { $0.utf8.count <= 80 })
  }

  @Test(arguments: Theme.shippedNames, [256, 16, 8])
  func `tell states and places apart`(name: String, colours: Int) throws {
    let theme = try #require(Theme.shipped(name))
    func shown(_ role: Role) -> Theme.Appearance { theme.appearance(of: role, colours: colours) }
    for role in [Role.selected, .header, .banner, .danger, .failed] {
      #expect(shown(role) != shown(.text), "\(role)")
    }
    #expect(shown(.danger) != shown(.selected))
    guard name != "mono" else { return }
    let states = [Role.running, .success, .failed, .waiting, .paused, .queued]
    // Eight colours on a ground of one of them leave too little, but for what matters most.
    #expect(Set(states.map(shown)).count >= (colours == 8 ? 4 : 6))
    #expect(Set(states.prefix(3).map(shown)).count == 3)
  }

  @Test func `are found by their names alone`() {
    #expect(Theme.shipped("no such") == nil)
    #expect(Theme.shippedNames.first == "default")
    #expect(Theme.shipped("default") == Theme.standard)
    #expect(Theme.shipped("mono") == Theme.mono)
  }

  @Test func `a check says what is hard to read`() throws {
    let theme = try Theme.parse("failed = #303030 on #000000\ntext = #ffff00", name: "bad")
    let check = theme.check()
    #expect(
      check.warnings == [
        "bad: text has contrast 1.0, below 3.0: take a lighter or a darker colour",
        "bad: failed has contrast 1.5, below 4.5: take a lighter or a darker colour",
      ])
    let words = check.lines.first { $0.hasPrefix("failed") }?.split(separator: " ")
    #expect(
      words == ["failed", "#303030", "#000000", "1.5", "!", "236/16", "15/0", "7/0", "bold", "underline"])
  }

  private static func text(_ name: String) throws -> String { try #require(Theme.text(ofShipped: name)) }
}
