import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `Taking back` {
  @Test func `what changed nothing is not taken back, nor is an older change without a question`() {
    var desk = Desk.board(on: "nightly")
    desk.press("p")
    desk.answer(.done("paused"))
    desk.press("P")
    desk.answer(.unchanged("nothing of nightly_sales is paused or held"))
    #expect(desk.rows[23].contains("nothing of nightly_sales is paused or held"))
    #expect(!desk.rows[23].contains("undoes"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands.isEmpty)
    #expect(desk.rows[23].contains("Take back: paused nightly_sales? y/N"))
    desk.press("n", "z", "y")
    #expect(desk.commands == [.controlPipeline(.resume, "nightly_sales")])
    desk.press("z")
    #expect(desk.rows[23].contains("nothing to undo"))
  }

  @Test func `of many, those that changed are taken back alone, and what did not change is told`() {
    var desk = Desk.board()
    desk.press("*", "p")
    let names = desk.commands.compactMap { if case .controlPipeline(_, let name) = $0 { name } else { nil } }
    #expect(names.count == 6)
    let replies: [Reply] = names.map { name in
      switch name {
      case "nightly_sales": .done("")
      case "mart_refresh": .unchanged("mart_refresh is paused already")
      default: .refused("no", hint: nil)
      }
    }
    desk.tell(.replies(replies, ticket: desk.console.purposes.keys.max() ?? 0))
    #expect(desk.rows[23].contains("paused nightly_sales, mart_refresh is paused already, 4 not done: no"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.controlPipeline(.resume, "nightly_sales")])
  }

  @Test func `what of a pipeline was paused alone is what is paused again`() {
    var desk = Desk.board(on: "hourly")
    desk.press("P")
    desk.answer(.done("resumed hourly_metrics"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.control(.pause, ids: [4001])])
  }

  @Test func `a task that is not held is not released, and one that is on is not turned on`() {
    var desk = Desk.board(on: "nightly", task: "трансформация")
    desk.press("L")
    #expect(desk.rows[23].contains("nothing to release"))
    desk.press("D")
    #expect(desk.rows[23].contains("on already"))
    #expect(desk.commands.isEmpty)
    desk.press("z")
    #expect(desk.rows[23].contains("nothing to undo"))
  }
}
