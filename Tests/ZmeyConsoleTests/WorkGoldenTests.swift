import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `Pictures of work` {
  @Test func `a task run that goes on`() throws {
    try Golden.check("task") { Desk(task: Nightly.task, rows: $0.rows, columns: $0.columns, tier: $1) }
  }

  @Test func `a task run that is tried again, its output wrapped and with times`() throws {
    try Golden.check("task-retried") { size, tier in
      var desk = Desk(task: Nightly.retried, lines: 3, rows: size.rows, columns: size.columns, tier: tier)
      let long = String(repeating: "a long line 顧客同期 with wide characters, ", count: 6) + "\n"
      desk.answerOutput(
        [
          OutputChunk(number: 3, isError: false, at: seconds(0), bytes: Array(long.utf8)),
          OutputChunk(
            number: 4, isError: true, at: seconds(0),
            bytes: Array("\u{1b}[31mred\u{1b}[0m\tand \u{9b}31m".utf8)),
        ], attempt: 2)
      desk.press("w", "t", "/")
      desk.type("long")
      desk.press("Enter", "-")
      return desk
    }
  }

  @Test func `runs of a pipeline`() throws {
    try Golden.check("runs") { Desk(runs: Nightly.runs, rows: $0.rows, columns: $0.columns, tier: $1) }
  }

  @Test func `runs of all, some marked`() throws {
    try Golden.check("runs-all") { size, tier in
      var runs = Nightly.runs
      runs[1].name = "顧客同期"
      runs[2].id = RunID(59_000_000_812)
      runs[4].name = "evil\u{1b}[31m\u{202e}name"
      var desk = Desk(runs: runs, ofAll: true, rows: size.rows, columns: size.columns, tier: tier)
      desk.press("Space", "Space", "Down", "t")
      return desk
    }
  }

  @Test func `a run that goes on`() throws {
    try Golden.check("run") { size, tier in
      var desk = Desk(run: Nightly.detail, rows: size.rows, columns: size.columns, tier: tier)
      desk.press("Down", "Down", "Down")
      return desk
    }
  }

  @Test func `a run that failed`() throws {
    try Golden.check("run-failed") { Desk(run: Nightly.failed, rows: $0.rows, columns: $0.columns, tier: $1) }
  }
}
