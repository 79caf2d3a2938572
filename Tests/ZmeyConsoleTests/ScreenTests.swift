import Testing

@testable import ZmeyConsole

@Suite struct `Text on the screen` {
  @Test(arguments: [
    ("abc", 3), ("顧客", 4), ("é", 1), ("e\u{301}", 1), ("\u{1b}[31m", 5), ("\u{202e}x", 2), ("👍🏽", 2),
    ("한국", 4),
    ("a\u{200d}b", 3), ("न\u{200d}", 1), ("\u{feff}", 1), ("zw\u{200b}sp", 5), ("a\u{2060}b", 3),
    ("a\u{3164}b", 3),
    ("a\u{34f}b", 3), ("♥\u{fe0f}", 1), ("ｱ", 1), ("\t", 1), ("\u{0}", 1),
    ("трансформация", 13),
  ])
  func `has its width in columns`(text: String, columns: Int) {
    #expect(displayWidth(text) == columns)
  }

  @Test func `nothing that speaks to a terminal reaches a cell`() {
    var painter = Painter(Size(rows: 1, columns: 80), tier: .full, now: Desk.now)
    let hostile =
      (0..<0x20).map { String(Unicode.Scalar($0)!) }.joined()
      + "\u{7f}\u{9b}31m\u{202e}\u{2066}\u{2028}\u{85}"
    painter.text(hostile, row: 0, column: 0, width: 80)
    for cell in painter.grid.row(0) where cell.width > 0 {
      #expect(cell.scalar >= 0x20 && cell.scalar != 0x7f && !(0x80..<0xa0).contains(cell.scalar))
      #expect(![0x202e, 0x2066, 0x2028].contains(cell.scalar))
    }
  }

  @Test func `what does not fit ends in an ellipsis, and no wide character is cut in two`() {
    var painter = Painter(Size(rows: 3, columns: 10), tier: .full, now: Desk.now)
    painter.text("0123456789a", row: 0, column: 0, width: 10)
    painter.text("顧客同期顧客", row: 1, column: 0, width: 10)
    painter.text("0123456789a", row: 2, column: 0, width: 10, align: .end)
    #expect(painter.grid.text == "012345678…\n顧客同期…\n…23456789a\n")
  }

  @Test func `what is never seen is shown, for two names must not look the same`() {
    var painter = Painter(Size(rows: 1, columns: 20), tier: .full, now: Desk.now)
    painter.text("zw\u{200b}sp a\u{200d}b ♥\u{fe0f}", row: 0, column: 0, width: 20)
    #expect(painter.grid.text(row: 0) == "zw\u{fffd}sp a\u{fffd}b ♥")
  }

  @Test func `what does not fit can lack its middle`() {
    var painter = Painter(Size(rows: 1, columns: 10), tier: .full, now: Desk.now)
    painter.text("Stop nightly?", row: 0, column: 0, width: 10, align: .middle)
    #expect(painter.grid.text(row: 0) == "Stop n…ly?")
  }

  @Test func `ASCII terminals get ASCII alone`() {
    var painter = Painter(Size(rows: 2, columns: 40), tier: .ascii, now: Desk.now)
    painter.text("Загрузка Größe 顧客 é", row: 0, column: 0, width: 40)
    #expect(painter.grid.text(row: 0) == "Zagruzka Grosse ???? e")
    painter.box(Rect(row: 0, column: 0, rows: 2, columns: 40), title: [Span("x")])
    #expect(painter.grid.text.utf8.allSatisfy { $0 < 0x7f })
  }

  @Test func `a bar grows by eighths of a cell`() {
    var painter = Painter(Size(rows: 1, columns: 8), tier: .full, now: Desk.now)
    let texts = [0, 70, 500, 999, 1000, 2000, -5].map { permille in
      painter.bar(row: 0, column: 0, width: 8, permille: permille)
      return painter.grid.text(row: 0)
    }
    #expect(texts == ["░░░░░░░░", "▌░░░░░░░", "████░░░░", "███████▉", "████████", "████████", "░░░░░░░░"])
  }

  @Test func `drawing outside of the screen does nothing`() {
    var painter = Painter(Size(rows: 2, columns: 5), tier: .full, now: Desk.now)
    painter.text("hello world", row: 5, column: 0, width: 20)
    painter.text("hello world", row: -1, column: 0, width: 20)
    painter.text("hello world", row: 0, column: 3, width: 20)
    painter.text("hello", row: 1, column: -3, width: 20)
    painter.box(Rect(row: 1, column: 3, rows: 10, columns: 10), title: [Span("title")])
    painter.tint(Rect(row: -1, column: -1, rows: 20, columns: 20), .dim)
    painter.bar(row: 9, column: 9, width: 9, permille: 500)
  }

  @Test(arguments: ["x", "Space", "C-r", "PgUp", "F5", "Enter", "S-Tab", "C-Left", "?", "é"])
  func `a key has a name by which it is found`(name: String) {
    #expect(Key(name: name)?.name == name)
  }

  @Test func `every key of the standard bindings has a name that is known`() {
    for binding in Action.bindings {
      for name in binding.keys.split(separator: " ") { #expect(Key(name: name) != nil, "\(name)") }
    }
  }

  @Test func `no two standard bindings of one scope share a key`() {
    for scope in Scope.allCases {
      let keys = Action.bindings.filter { $0.scope == scope }.flatMap { $0.keys.split(separator: " ") }
      #expect(keys.count == Set(keys).count, "\(scope)")
    }
  }

  @Test func `every action can be reached`() {
    #expect(Set(Action.bindings.map(\.action)) == Set(Action.allCases))
  }
}

@Suite struct `Text for other programs` {
  @Test func `has nothing that speaks to a terminal or turns the direction of writing`() {
    let bytes = Array("a\tb\u{1b}[31m\n\u{202e}c\u{2066}\r\nक्षि e\u{301}".utf8) + [0xff, 0x0a]
    #expect(
      String(decoding: PlainText.safe(bytes), as: UTF8.self)
        == "a\tb\u{fffd}[31m\n\u{fffd}c\u{fffd}\nक्षि e\u{301}\u{fffd}\n")
  }
}
