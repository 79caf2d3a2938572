import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The console` {
  @Test func `shows its views, and goes to each by its number`() {
    var desk = Desk()
    #expect(desk.rows[1].contains("[1 Board]"))
    for tab in Tab.allCases {
      desk.press("\(tab.rawValue)")
      #expect(desk.rows[1].contains("[\(tab.rawValue) \(tab.title)]"))
    }
  }

  @Test(arguments: [(1, 1), (2, 3), (3, 10), (4, 28), (12, 40), (24, 80), (60, 200)])
  func `is alive at any size`(rows: Int, columns: Int) {
    var desk = Desk()
    desk.tell(.resize(Size(rows: rows, columns: columns)))
    for key in ["1", "2", "3", "4", "5", "6", "?", "Esc", ":", "Esc"] {
      desk.press(key)
      #expect(desk.rows.count == rows + 1)
    }
  }

  @Test func `refuses every change while the database is lost, and says so`() {
    var desk = Desk()
    desk.tell(.link(.lost(since: seconds(-38), reason: "gone", attempt: 6, next: seconds(2))))
    #expect(desk.screen.contains("data 38s old, READ ONLY - try 6 in 2s"))
    desk.press("s")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("read only: the database is lost"))
    desk.press("C-r")
    #expect(desk.effects.contains(.reconnect))
  }

  @Test func `pasted text never is a key`() {
    var desk = Desk()
    desk.tell(.paste("q\nQ\u{1b}x"))
    #expect(!desk.effects.contains(.quit))
  }

  @Test func `quits on q only at the top`() {
    var desk = Desk()
    desk.press("3", "q")
    #expect(!desk.effects.contains(.quit))
    desk.press("q")
    #expect(desk.effects.contains(.quit))
  }
}
