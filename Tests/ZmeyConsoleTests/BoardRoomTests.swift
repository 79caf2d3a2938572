import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `On the board` {
  private func order(_ desk: Desk) -> [String] {
    desk.rows.compactMap { row in
      guard row.hasPrefix("┌─ ") else { return nil }
      return String(row.dropFirst(3).drop { "▌*".contains($0) }.prefix { $0 != " " })
    }
  }

  @Test func `boxes stand by state, by name, by the newest run, and the other way round`() {
    var desk = Desk.board()
    #expect(
      order(desk) == [
        "backup_pg", "customer-sync", "nightly_sales", "hourly_metrics", "geo_import", "mart_refresh",
      ])
    desk.press("o")
    #expect(order(desk).first == "backup_pg")
    #expect(order(desk).last == "nightly_sales")
    desk.press("o")
    #expect(order(desk).prefix(2) == ["geo_import", "hourly_metrics"])
    desk.press("O")
    #expect(order(desk).first == "mart_refresh")
    #expect(desk.rows[1].hasSuffix("newest reversed") || desk.rows[1].contains("…"))
  }

  @Test func `the cursor stays on its pipeline when the order changes`() {
    var desk = Desk.board()
    desk.press("Down", "Down")
    #expect(desk.screen.contains("▌nightly_sales"))
    var board = BoardFixture.board
    board.pipelines[0].run?.state = .succeeded
    desk.tell(.answer(.board(board), to: .board))
    #expect(desk.screen.contains("▌nightly_sales"))
    desk.press("o")
    #expect(desk.screen.contains("▌nightly_sales"))
  }

  @Test func `arrows go through boxes, and within a box through its tasks`() {
    var desk = Desk.board()
    func selected() -> String? { (desk.console.rooms[.board] as? BoardRoom)?.task }
    desk.press("Down", "Down", "Enter")
    #expect(selected() == "трансформация")
    desk.press("Left")
    #expect(selected() == "extract_crm")
    desk.press("Down")
    #expect(selected() == "extract_erp")
    desk.press("Right", "Right", "Right", "Right")
    #expect(selected() == "report")
    desk.press("Down")
    #expect(selected() == "alert")
    desk.press("Up")
    #expect(selected() == "load_dwh")
    desk.press("Left", "Left", "Left")
    #expect(selected() == nil)
    desk.press("Right", "Esc")
    #expect(selected() == nil)
  }

  @Test func `Enter opens a task that has run, and says so of one that has not`() {
    var desk = Desk.board()
    desk.press("Down", "Down", "Enter", "Enter")
    #expect(desk.console.place == .task(TaskRunID(1002)))
    desk.press("Esc", "End", "Enter", "Enter")
    #expect(desk.screen.contains("dims has not run yet"))
  }

  @Test func `Enter opens a batch as a run, and output and why lead to a task or a run`() {
    var desk = Desk.board(BoardFixture.graphs)
    desk.press("Down", "Down", "Enter")
    #expect(desk.console.place == .run(RunID(9001)))
    desk = Desk.board()
    desk.press("l")
    #expect(desk.console.place == .run(RunID(8803)))
    desk.press("Esc", "Enter", "W")
    #expect(desk.console.place == .task(TaskRunID(3000)))
  }

  @Test(arguments: [
    ("nightly", ["nightly_sales"]), ("state:failed", ["backup_pg"]), ("owner:boris", ["geo_import"]),
    ("task:rollup", ["hourly_metrics"]), ("state:paused", ["hourly_metrics", "mart_refresh"]),
    ("!state:running !state:failed e", ["hourly_metrics", "geo_import", "mart_refresh"]),
  ])
  func `a filter shows what passes`(text: String, names: [String]) {
    var desk = Desk.board()
    desk.press("/")
    desk.type(text)
    #expect(order(desk) == names)
    #expect(desk.rows[1].contains("\(names.count)/6"))
    desk.press("Enter", "Esc")
    #expect(order(desk).count == 6)
  }

  @Test func `begins with the pipeline that was asked for`() {
    var settings = Console.Settings()
    settings.pipeline = "hourly_metrics"
    var desk = Desk.board(BoardFixture.board, settings)
    #expect(order(desk) == ["hourly_metrics"])
    desk.press("Esc")
    #expect(desk.screen.contains("▌hourly_metrics"))
    #expect(order(desk).count == 6)
  }

  @Test func `density goes from a row to all tasks`() {
    var desk = Desk.board(BoardFixture.graphs, rows: 40)
    #expect(desk.screen.contains("12 more, 4 running"))
    desk.press("+")
    #expect(desk.screen.contains("part 16"))
    desk.press("-", "-")
    #expect(desk.rows[2].hasPrefix("▌ two streams"))
    #expect(!desk.screen.contains("┌"))
  }

  @Test func `a box shows the rows and columns around the task under the cursor`() {
    var desk = Desk.board(BoardFixture.graphs)
    desk.press("End", "Enter")
    for _ in 1..<9 { desk.press("Right") }
    #expect(desk.screen.contains("step 9"))
    #expect(desk.screen.contains("… · step"))
    desk.press("Esc", "Up", "Enter")
    for _ in 1..<12 { desk.press("Down") }
    #expect(desk.screen.contains("part 12"))
    #expect(!desk.screen.contains("part 1 "))
  }

  @Test func `a click selects, a second opens`() {
    var desk = Desk.board()
    desk.tell(.click(row: 10, column: 30, isDouble: false))
    #expect((desk.console.rooms[.board] as? BoardRoom)?.task == "трансформация")
    desk.tell(.click(row: 14, column: 5, isDouble: false))
    #expect(desk.screen.contains("▌hourly_metrics"))
    desk.tell(.click(row: 10, column: 30, isDouble: true))
    #expect(desk.console.place == .task(TaskRunID(1002)))
  }

  @Test func `a quiet board wakes nobody, a running one does when something in it changes`() {
    var quiet = BoardFixture.board
    quiet.pipelines.removeAll { $0.run?.state == .running }
    #expect(Desk.board(quiet).console.frame(at: Desk.now).wake == nil)
    let wake = Desk.board().console.frame(at: Desk.now).wake
    #expect(wake.map { $0 >= seconds(1) && $0 <= seconds(5) } == true)
  }

  @Test func `output is asked for where it has room alone, and its last lines are kept`() {
    #expect(Desk.board().console.wants == [.board, .templates])
    var desk = Desk.board(rows: 60, columns: 200)
    desk.press("Down", "Down")
    let query = Query.output(TaskRunID(1002), attempt: nil, tail: OutputTail.most)
    #expect(desk.console.wants.contains(query))
    func piece(_ text: String, number: Int32) -> Input {
      let chunk = OutputChunk(number: number, isError: false, at: Desk.now, bytes: Array(text.utf8))
      return .answer(.output(OutputPiece(attempt: 1, isFirst: number == 0, chunks: [chunk])), to: query)
    }
    desk.tell(
      piece("one\ntw", number: 0), piece("o\n10%\r20%\n\u{1b}[1mbold\u{1b}[0m", number: 1))
    let text = (desk.console.rooms[.board] as? BoardRoom)?.output.text
    #expect(text?.lines.map { text?[$0].text } == ["one", "two", "20%", "bold"])
    #expect(desk.screen.contains("│ two "))

    // A frozen screen shows no more of it, and reads it anew when it goes on.
    desk.press("F")
    #expect(!desk.console.wants.contains(query))
    desk.tell(piece(" late", number: 2))
    #expect(desk.screen.contains("bold") && !desk.screen.contains("bold late"))
    desk.press("F")
    #expect(desk.console.wants.contains(query))
    #expect(desk.screen.contains("bold late"))
  }

  @Test func `a frame of 500 pipelines of 20 tasks is drawn, and how fast is printed`() {
    var desk = Desk.board(BoardFixture.many(500, tasks: 20), rows: 60, columns: 200)
    let clock = ContinuousClock()
    let keys = clock.measure { for _ in 0..<20 { desk.press("Down") } } / 20
    let frames = clock.measure { for _ in 0..<20 { _ = desk.console.frame() } } / 20
    print("500 pipelines of 20 tasks: a key \(keys), a frame \(frames)")
    #expect(desk.screen.contains("▌region_"))
  }

  @Test func `a task that was added since the run began is shown with it, and that it comes with the next`() {
    var board = Board()
    BoardFixture.pipeline(
      1, "grown", started: -10, tasks: [.init(name: "one", state: .running, took: 5)], links: [], on: &board)
    let old = board.shapes[10]!.tasks[0]
    board.shapes[11] = Shape(
      tasks: [ShapeTask(id: 1101, name: "one"), ShapeTask(id: 1102, name: "two")],
      links: [ShapeLink(from: 1101, to: 1102)])
    board.pipelines[0].versionID = 11
    let tasks = BoardTasks(board.pipelines[0], board)
    #expect(tasks.shape.tasks.map(\.name) == ["one", "two"])
    #expect(tasks.shape.links.map(\.from) == [old.id])
    let desk = Desk.board(board)
    #expect(desk.screen.contains("before the last change"))
    #expect(desk.rows.contains { $0.contains("two") && $0.contains("next") })
  }
}
