import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The room of a run` {
  private func names(_ desk: Desk) -> [String] {
    desk.rows.dropFirst(4).prefix { $0.hasPrefix("▌") }.compactMap { row in
      let words = row.dropFirst(2).split(separator: " ")
      return words.count > 1 ? String(words[1]) : nil
    }
  }

  @Test func `begins on the run, with its task runs in the order of their times`() {
    let desk = Desk(run: Nightly.detail)
    #expect(desk.wants == [.run(Nightly.run.id)])
    #expect(
      Array(names(desk).prefix(7)) == [
        "run", "extract_crm", "extract_erp", "трансформация", "load_dwh", "report", "alert",
      ])
    #expect(desk.screen.contains("► running 2/6  by anna for event nightly"))
  }

  @Test func `says that a run is not there`() {
    var desk = Desk()
    desk.console.go(to: .run(RunID(1)))
    #expect(desk.screen.contains("reading"))
    desk.tell(.answer(.run(nil), to: .run(RunID(1))))
    #expect(desk.screen.contains("there is no such run"))
    desk.press("x", "Enter", "Down")
    #expect(desk.commands.isEmpty)
  }

  @Test func `opens the task run under the cursor; of the run what tells most`() {
    var desk = Desk(run: Nightly.detail)
    desk.press("Down", "Enter")
    #expect(desk.console.place == .task(TaskRunID(40115)))
    desk.press("Esc", "g", "Enter")
    #expect(desk.console.place == .task(Nightly.transform.id))
    var failed = Desk(run: Nightly.failed)
    failed.press("l")
    #expect(failed.console.place == .task(TaskRunID(40104)))
  }

  @Test func `keeps its cursor on a task run while others move`() {
    var desk = Desk(run: Nightly.detail)
    desk.press("G", "Up")
    var detail = Nightly.detail
    detail.taskRuns[4].state = .running
    detail.taskRuns[4].startedAt = .ago(12)
    desk.tell(.answer(.run(detail), to: .run(Nightly.run.id)))
    #expect(names(desk)[3] == "report")
    desk.press("y")
    #expect(desk.effects.contains(.copy("40119")))
  }

  @Test func `acts on the run while the cursor is on it`() {
    var desk = Desk(run: Nightly.detail)
    desk.press("p")
    #expect(desk.commands == [.control(.pause, ids: [8812])])
    desk.answer(.done(""))
    #expect(desk.screen.contains("paused nightly_sales (run 8812) - z undoes"))
    desk.press("x")
    #expect(desk.screen.contains("Stop nightly_sales (run 8812) (2 of 6 done, 12m18 so far)? y/N"))
    desk.press("y")
    #expect(desk.commands.last == .control(.stop, ids: [8812]))
    desk.press("X")
    desk.type("kill nightly_sales")
    desk.press("Enter")
    #expect(desk.commands.last == .control(.kill, ids: [8812]))
    desk.press("P")
    #expect(desk.commands.last == .control(.resume, ids: [8812]))
  }

  @Test func `runs again what failed of it, or all`() {
    var desk = Desk(run: Nightly.failed)
    desk.press("R", "r")
    #expect(desk.commands == [.rerun(8733, .failed), .rerun(8733, .alone)])
    var running = Desk(run: Nightly.detail)
    running.press("R")
    #expect(running.commands.isEmpty)
    #expect(running.screen.contains("nothing to run again"))
  }

  @Test func `acts on the task run under the cursor`() {
    var desk = Desk(run: Nightly.detail)
    desk.press("Down", "Down", "Down", "x", "y", "p", "Down", "H")
    #expect(
      desk.commands == [
        .control(.stop, ids: [40117]), .control(.pause, ids: [40117]), .control(.hold, ids: [40118]),
      ])
    var failed = Desk(run: Nightly.failed)
    failed.press("Down", "Down", "Down", "Down", "R")
    #expect(failed.commands == [.rerun(40104, .from)])
  }

  @Test func `stops several only by a word that is typed, and names each`() {
    var desk = Desk(run: Nightly.detail)
    desk.press("Down", "Down", "Down", "Space", "Space", "x")
    #expect(desk.screen.contains("Stop 2 task runs?"))
    #expect(desk.screen.contains("load_dwh: waiting"))
    desk.type("stop 2")
    desk.press("Enter")
    #expect(desk.commands == [.control(.stop, ids: [40117, 40118])])
    desk.press("Esc")
    #expect(!desk.screen.contains("2 marked"))
    #expect(desk.console.place == .run(Nightly.run.id))
  }

  @Test func `filters its task runs`() {
    var desk = Desk(run: Nightly.detail)
    desk.press("/")
    desk.type("state:waiting")
    desk.press("Enter")
    #expect(Array(names(desk).prefix(4)) == ["run", "load_dwh", "report", "alert"])
    desk.press("Esc")
    #expect(names(desk).contains("extract_crm"))
  }

  @Test func `says where a task run stands`() {
    var desk = Desk(run: Nightly.failed)
    desk.press("Down", "Down", "Down", "Down", "W")
    #expect(desk.screen.contains("load_dwh is failed: disk full"))
  }

  @Test func `copies itself and its task runs as JSON`() {
    var desk = Desk(run: Nightly.failed)
    desk.press("y", "Y", "Down", "Y")
    #expect(desk.effects.contains(.copy("8733")))
    let copies = desk.effects.compactMap { effect in if case .copy(let text) = effect { text } else { nil } }
    #expect(copies[1].contains(#""rerun_of":8702,"note":"load_dwh: exit 1: disk full""#))
    #expect(copies[2].hasPrefix(#"{"id":40101,"run_id":8733"#))
  }

  @Test func `zooms and pans within the time of the run`() {
    var desk = Desk(run: Nightly.failed)
    let whole = desk.screen
    desk.press("Left")
    #expect(desk.screen == whole)
    desk.press("+", "+")
    let zoomed = desk.screen
    #expect(zoomed != whole)
    desk.press("Right", "Left")
    #expect(desk.screen == zoomed)
    for _ in 0..<30 { desk.press("Right") }
    let end = desk.screen
    #expect(end.contains("✗ "))
    desk.press("Right")
    #expect(desk.screen == end)
    for _ in 0..<30 { desk.press("-") }
    #expect(desk.screen == whole)
  }

  @Test func `does not wake once the run has ended`() {
    #expect(Desk(run: Nightly.failed).console.frame().wake == nil)
    #expect(Desk(run: Nightly.detail).console.frame().wake == seconds(1))
  }
}

@Suite struct `The room of runs` {
  private func ids(_ desk: Desk) -> [String] {
    desk.rows.dropFirst(4).prefix { $0.hasPrefix("▌") }.compactMap {
      $0.dropFirst(2).split(separator: " ").first.map(String.init)
    }.filter {
      Int($0) != nil
    }
  }

  @Test func `asks for the newest runs and for the one under the cursor`() {
    var desk = Desk(runs: Nightly.runs)
    #expect(desk.wants == [.runs(pipeline: 7, limit: 200), .run(RunID(8812))])
    desk.press("Down")
    #expect(desk.wants == [.runs(pipeline: 7, limit: 200), .run(RunID(8790))])
    #expect(desk.rows[1].contains("nightly_sales"))
  }

  @Test func `opens a run and comes back to it`() {
    var desk = Desk(runs: Nightly.runs)
    desk.press("Down", "Down", "Enter")
    #expect(desk.console.place == .run(RunID(8761)))
    desk.press("Esc", "y")
    #expect(desk.effects.contains(.copy("8761")))
  }

  @Test func `keeps its place in each list`() {
    var desk = Desk(runs: Nightly.runs)
    desk.press("Down", "Down", "2")
    desk.tell(.answer(.runs(Nightly.runs), to: .runs(pipeline: nil, limit: 200)))
    desk.press("y")
    desk.console.go(to: .runs(pipeline: 7, name: "nightly_sales"))
    desk.press("y")
    let copies = desk.effects.compactMap { effect in if case .copy(let text) = effect { text } else { nil } }
    #expect(copies == ["8812", "8761"])
  }

  @Test func `keeps its cursor on a run when newer ones come`() {
    var desk = Desk(runs: Nightly.runs)
    desk.press("Down")
    var next = Nightly.run
    next.id = RunID(9000)
    desk.tell(.answer(.runs([next] + Nightly.runs), to: .runs(pipeline: 7, limit: 200)))
    desk.press("y")
    #expect(desk.effects.contains(.copy("8790")))
    #expect(ids(desk).first == "9000")
  }

  @Test(arguments: [
    ("state:failed", ["8733"]), ("by:anna state:succ !rerun", ["8790", "8761", "8702", "8671"]),
    ("disk", ["8733"]),
    ("8640", ["8640"]), ("owner:bob", []), ("!state:succeeded", ["8812", "8733", "8640"]),
  ])
  func `filters by words and fields`(text: String, expected: [String]) {
    var desk = Desk(runs: Nightly.runs)
    desk.press("/")
    desk.type(text)
    desk.press("Enter")
    if expected.isEmpty {
      #expect(desk.screen.contains("no run passes the filter"))
    } else {
      #expect(ids(desk) == expected)
    }
    desk.press("Esc", "g")
    #expect(ids(desk).count > 3 && ids(desk).first == "8812")
    #expect(desk.console.place == .runs(pipeline: 7, name: "nightly_sales"))
  }

  @Test func `keeps its cursor while a filter is typed, or goes to what comes next`() {
    var desk = Desk(runs: Nightly.runs)
    // What it stands on is asked for.
    func stands(on id: Int64) -> Bool { desk.wants.contains(.run(RunID(id))) }
    desk.press("g", "/")
    desk.type("state:succ")
    #expect(stands(on: 8790))
    desk.press("BS", "BS", "BS", "BS", "BS", "BS", "BS", "BS", "BS", "BS")
    desk.type("state:run")
    #expect(stands(on: 8812))
    desk.press("Esc")
    #expect(stands(on: 8812))
    desk.press("/")
    desk.type("nothing of this name")
    desk.press("Esc")
    #expect(stands(on: 8812))
    // Once it is typed, the cursor is on what it found.
    desk.press("/")
    desk.type("state:fail")
    desk.press("Enter", "Esc")
    #expect(stands(on: 8733))
  }

  @Test func `sorts by several orders, and reversed`() {
    var desk = Desk(runs: Nightly.runs)
    desk.press("O", "g")
    #expect(ids(desk).first == "8640")
    desk.press("O", "o", "g")
    #expect(Array(ids(desk).prefix(3)) == ["8761", "8702", "8790"])
    #expect(desk.rows[1].contains("by longest"))
    desk.press("o", "g")
    #expect(Array(ids(desk).prefix(3)) == ["8733", "8812", "8640"])
    desk.press("o", "g")
    #expect(ids(desk).first == "8812")
  }

  @Test func `stops what is marked, and leaves out what has ended`() {
    var runs = Nightly.runs
    runs[1].state = .running
    var desk = Desk(runs: runs)
    desk.press("*", "x")
    #expect(desk.screen.contains("Stop 2 runs?"))
    desk.type("stop 2")
    desk.press("Enter")
    #expect(desk.commands == [.control(.stop, ids: [8812, 8790])])
    desk.press("u", "g", "p")
    #expect(desk.commands.last == .control(.pause, ids: [8812]))
  }

  @Test func `runs several again only by a word that is typed`() {
    var desk = Desk(runs: Nightly.runs)
    desk.press("Down", "Space", "Space", "r")
    #expect(desk.screen.contains("Run 2 runs again?"))
    desk.type("rerun 2")
    desk.press("Enter")
    #expect(desk.commands == [.rerun(8790, .alone), .rerun(8761, .alone)])
  }

  @Test func `starts the pipeline, and copies a run as JSON`() {
    var desk = Desk(runs: Nightly.runs)
    desk.press("s", "Y")
    #expect(desk.commands == [.start(pipeline: "nightly_sales", task: nil, arguments: [])])
    #expect(desk.effects.contains(.copy(Nightly.run.json.line)))
  }

  @Test func `asks for more at the end, and shows what it has meanwhile`() {
    let runs = (0..<5000).map { index in
      var run = Nightly.run
      run.id = RunID(Int64(10_000 - index))
      return run
    }
    var desk = Desk(runs: Array(runs.prefix(200)))
    desk.press("G")
    #expect(desk.wants.contains(.runs(pipeline: 7, limit: 400)))
    #expect(desk.screen.contains("9801"))
    for limit in [400, 800, 1600, 3200, 5000] {
      desk.tell(.answer(.runs(Array(runs.prefix(limit))), to: .runs(pipeline: 7, limit: limit)))
      desk.press("G")
    }
    #expect(desk.wants.contains(.runs(pipeline: 7, limit: 5000)))
    #expect(desk.screen.contains("5,000"))
  }

  @Test func `says that there is none`() {
    #expect(Desk(runs: []).screen.contains("no runs yet"))
    var desk = Desk(runs: [])
    desk.press("x", "Enter", "Down", "G", "Space")
    #expect(desk.commands.isEmpty)
  }

  @Test func `does not wake while nothing goes on`() {
    var desk = Desk(runs: Array(Nightly.runs.dropFirst()))
    desk.press("t")
    #expect(desk.console.frame().wake == nil)
  }

  @Test func `zooms the gantt of the run under the cursor`() {
    var desk = Desk(runs: Nightly.runs)
    let before = desk.screen
    desk.press("+", "Right")
    #expect(desk.screen != before)
    desk.press("-")
    #expect(desk.screen == before)
  }

  @Test(arguments: [(1, 1), (2, 3), (5, 20), (8, 30), (12, 40), (23, 60)])
  func `is alive at any size, as are the rooms of a run and a task run`(rows: Int, columns: Int) {
    var desks = [
      Desk(runs: Nightly.runs, rows: rows, columns: columns),
      Desk(run: Nightly.detail, rows: rows, columns: columns),
      Desk(task: Nightly.retried, rows: rows, columns: columns),
    ]
    for index in desks.indices {
      for key in ["Down", "PgDn", "G", "g", "+", "+", "-", "Right", "w", "Space", "b", "t", "Enter", "Esc"] {
        desks[index].press(key)
        #expect(desks[index].rows.count == rows + 1)
      }
    }
  }
}

@Suite struct `The plan of a run` {
  private func row(_ gantt: Gantt, _ name: String) -> Gantt.Row? {
    gantt.rows.first { $0.taskRun.name == name }
  }

  @Test func `expects what waits after what it waits for, by averages`() {
    let gantt = Gantt(Nightly.detail, now: Desk.now)
    #expect(row(gantt, "трансформация")?.end == seconds(175))
    #expect(row(gantt, "load_dwh")?.start == seconds(175))
    #expect(row(gantt, "report")?.end == seconds(175 + 480 + 60))
    #expect(gantt.end == seconds(715))
    // It waits for a failure that is not expected.
    #expect(row(gantt, "alert")?.start == nil)
  }

  @Test func `knows what the run waits for, and waited for`() {
    let going = Gantt(Nightly.detail, now: Desk.now)
    #expect(
      going.rows.filter(\.isCritical).map(\.taskRun.name) == [
        "extract_crm", "трансформация", "load_dwh", "report",
      ])
    let ended = Gantt(Nightly.failed, now: Desk.now)
    #expect(
      ended.rows.filter(\.isCritical).map(\.taskRun.name) == ["extract_crm", "трансформация", "load_dwh"])
    #expect(ended.end == Nightly.failed.run.finishedAt)
  }

  @Test func `knows nothing of the end where an average is not known`() {
    var detail = Nightly.detail
    detail.taskRuns[3].average = nil
    detail.shape?.tasks[3].average = nil
    let gantt = Gantt(detail, now: Desk.now)
    #expect(row(gantt, "load_dwh")?.start == seconds(175))
    #expect(row(gantt, "load_dwh")?.end == nil)
    #expect(row(gantt, "report")?.start == nil)
  }

  @Test func `puts items after their task, in their order`() {
    var detail = Nightly.detail
    detail.taskRuns[2].isFan = true
    for item in [3, 1, 2] {
      detail.taskRuns.append(
        TaskRun(
          id: TaskRunID(Int64(50_000 - item)), run: Nightly.run.id, taskID: 3, name: "трансформация",
          state: .queued,
          createdAt: .ago(4), item: item))
    }
    let names = Gantt(detail, now: Desk.now).rows.map(\.taskRun.itemName)
    #expect(names[2..<6] == ["трансформация", "трансформация[1]", "трансформация[2]", "трансформация[3]"])
  }
}
