import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The board as it looks` {
  @Test func `with pipelines of every state`() throws {
    try Golden.check("board") { size, tier in .board(rows: size.rows, columns: size.columns, tier: tier) }
  }

  @Test func `with graphs of every kind, a batch and rare states`() throws {
    try Golden.check("board-graphs") { size, tier in
      .board(BoardFixture.graphs, rows: size.rows, columns: size.columns, tier: tier)
    }
  }

  @Test func `with a task under the cursor, marks and output`() throws {
    try Golden.check("board-task") { size, tier in
      var desk = Desk.board(rows: size.rows, columns: size.columns, tier: tier)
      desk.press("Down", "Right")
      let text = (0..<40).map { "14:03:\($0 + 10) step \($0) \u{1b}[32mok\u{1b}[0m rows=\($0 * 13977)\r\n" }
      let chunk = OutputChunk(number: 0, isError: false, at: seconds(-1), bytes: Array(text.joined().utf8))
      desk.tell(
        .answer(
          .output(OutputPiece(attempt: 1, isFirst: true, chunks: [chunk])),
          to: .output(TaskRunID(2001), attempt: nil, tail: OutputTail.most)))
      return desk
    }
  }

  @Test func `in one row each`() throws {
    try Golden.check("board-compact") { size, tier in
      var desk = Desk.board(rows: size.rows, columns: size.columns, tier: tier)
      desk.press("-", "Space")
      return desk
    }
  }

  @Test func `with a question before several are stopped`() throws {
    try Golden.check("board-confirm") { size, tier in
      var desk = Desk.board(rows: size.rows, columns: size.columns, tier: tier)
      desk.press("*", "x")
      desk.type("stop")
      return desk
    }
  }
}
