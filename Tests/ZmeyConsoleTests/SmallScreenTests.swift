import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `Where there is little room` {
  @Test(arguments: [28, 40, 60])
  func `the end of a question is seen, for it says how to answer`(columns: Int) {
    var desk = Desk.board(rows: 6, columns: columns)
    desk.press("Down", "Down", "x")
    #expect(desk.rows[5].hasPrefix(" Stop "))
    #expect(desk.rows[5].contains("? y/N"))
  }

  @Test func `a box says that nothing takes it back, and what is to be typed`() {
    var desk = Desk.board(rows: 6, columns: 28)
    desk.press("Down", "Down", "X")
    #expect(desk.screen.contains("Cannot be undone."))
    #expect(!desk.screen.contains("more"))
    desk.type("kill")
    #expect(desk.rows[4].contains("kill"))
  }

  @Test func `targets that have no room are counted`() {
    var desk = Desk.board(rows: 8, columns: 60)
    desk.press("*", "X")
    #expect(desk.screen.contains("and 3 more"))
    #expect(desk.screen.contains("Cannot be undone."))
  }

  @Test func `the first row keeps what failed and what is paused`() {
    let desk = Desk.board(rows: 12, columns: 40)
    #expect(desk.rows[0].contains("‖1 ✗1"))
    let small = Desk.board(rows: 6, columns: 20)
    #expect(small.rows[0].contains("✗1"))
    #expect(small.rows[0].contains("live"))
  }

  @Test(arguments: [28, 40, 80])
  func `a lost database is READ ONLY at any width`(columns: Int) {
    var desk = Desk.board(rows: 12, columns: columns)
    desk.tell(
      .link(.lost(since: seconds(-12), reason: "connection refused", attempt: 3, next: seconds(2))))
    #expect(desk.screen.contains("READ ONLY"))
  }

  @Test func `each task run counts once in the first row`() {
    var desk = Desk()
    desk.tell(.answer(.totals(Totals(running: 0, paused: 1)), to: .board))
    #expect(desk.rows[0].contains("►0"))
    #expect(desk.rows[0].contains("‖1"))
    desk.tell(.answer(.board(BoardFixture.board), to: .board))
    #expect(desk.rows[0].contains("‖1"))
  }

  @Test func `what a field is for is read to its end`() {
    var desk = Desk()
    let hint = String(repeating: "word ", count: 30) + "end"
    desk.console.overlay = .form(Form("Try", [.text("a", "a", hint: hint)]) { _ in .commands([]) })
    #expect(desk.screen.contains("word end"))
    desk = Desk(rows: 6, columns: 28)
    desk.console.overlay = .form(Form("Try", [.text("a", "label", hint: hint)]) { _ in .commands([]) })
    #expect(desk.screen.contains("label"))
  }
}

@Suite struct `A pipeline of many tasks` {
  /// Ten chains of ten tasks each; those named run.
  private func board(running: Set<Int>, failed: Set<Int> = []) -> Board {
    var board = Board()
    BoardFixture.pipeline(
      1, "hundred", started: -600,
      tasks: (0..<100).map { task in
        let state: TaskRunState =
          running.contains(task) ? .running : failed.contains(task) ? .failed : .waiting
        return .init(name: "task_\(task)", state: state, took: state == .waiting ? nil : 60)
      }, links: (10..<100).map { "task_\($0 - 10)>task_\($0)" }, on: &board)
    return board
  }

  private func shown(_ desk: Desk) -> Set<Int> {
    Set(
      desk.console.frame(at: desk.now).targets.compactMap {
        if case .task(_, let task) = $0.target { task } else { nil }
      })
  }

  @Test func `says how many are not shown, and shows what runs`() {
    let desk = Desk.board(board(running: [77]))
    let shown = shown(desk)
    #expect(shown.contains(77))
    #expect(desk.screen.contains("… \(100 - shown.count) more"))
  }

  @Test func `zoomed in says it too, and shows all that runs or failed`() {
    var desk = Desk.board(board(running: [3, 41, 77, 95], failed: [58]))
    desk.press("+")
    #expect(shown(desk).isSuperset(of: [3, 41, 77, 95, 58]))
    #expect(desk.screen.contains(/… \d+ more, \d running, 1 failed/))
  }
}
