import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The room of a task run: output` {
  /// The lines of output on the screen, without frame.
  private func output(_ desk: Desk) -> [String] {
    let rows = desk.rows
    let top = rows.firstIndex { $0.contains(" output ") } ?? 0
    return rows[(top + 1)...].prefix { $0.hasPrefix("▌") }.map {
      $0.dropFirst().dropLast().split(separator: " ").joined(separator: " ")
    }
  }

  private func more(_ desk: inout Desk, _ range: Range<Int>) {
    desk.answerOutput(Nightly.output(range, chunk: Int32(range.lowerBound)))
  }

  @Test func `asks for the task run and the end of its output`() {
    let desk = Desk(task: Nightly.task)
    let id = Nightly.transform.id
    #expect(desk.wants == [.task(id), .output(id, attempt: nil, tail: 262_144)])
  }

  @Test func `opens at the end and follows`() {
    var desk = Desk(task: Nightly.task)
    #expect(output(desk).last?.hasPrefix("1204 ERR deadlock") == true)
    more(&desk, 1204..<1214)
    #expect(output(desk).last?.hasPrefix("1214 step 1213") == true)
    #expect(desk.screen.contains("● follow"))
  }

  @Test(arguments: ["Up", "PgUp", "C-u", "f"])
  func `stands still once it is scrolled up, and tells what is new`(key: String) {
    var desk = Desk(task: Nightly.task)
    desk.press(key)
    let before = output(desk)
    more(&desk, 1204..<1241)
    #expect(output(desk) == before)
    #expect(desk.screen.contains("+37 new ↓"))
    #expect(!desk.screen.contains("● follow"))
  }

  @Test(arguments: [["f"], ["End"], ["G"], ["PgDn", "PgDn", "PgDn", "PgDn", "PgDn", "PgDn"]])
  func `follows again on f and End, and when it is scrolled down to the end`(keys: [String]) {
    var desk = Desk(task: Nightly.task)
    desk.press("Up", "Up")
    more(&desk, 1204..<1241)
    for key in keys { desk.press(key) }
    #expect(output(desk).last?.hasPrefix("1241 step 1240") == true)
    #expect(desk.screen.contains("● follow"))
    #expect(!desk.screen.contains("new ↓"))
  }

  @Test func `goes to the beginning, and down again by lines`() {
    var desk = Desk(task: Nightly.task)
    desk.press("g")
    #expect(output(desk).first?.hasPrefix("1 step 0:") == true)
    desk.press("j", "Down", "k")
    #expect(output(desk).first?.hasPrefix("2 step 1:") == true)
    desk.press("C-d")
    #expect(output(desk).first?.hasPrefix("7 step 6:") == true)
  }

  @Test func `reads more at the very top, and stays at the same line`() {
    var desk = Desk(task: Nightly.task, lines: 0)
    let id = Nightly.transform.id
    desk.answerOutput(Nightly.output(1000..<1204, chunk: 1000), isFirst: true, hasEarlier: true)
    #expect(desk.screen.contains("last 204 lines"))
    for _ in 0..<80 { desk.press("PgUp") }
    #expect(desk.wants.contains(.output(id, attempt: nil, tail: 1_048_576)))
    #expect(desk.screen.contains("reading what is before"))
    let before = output(desk)
    #expect(before.first == "step 1000: INSERT 0 297000")
    // What was asked before comes too late.
    let late = OutputPiece(attempt: 1, isFirst: false, chunks: Nightly.output(1204..<1300, chunk: 1204))
    desk.tell(.answer(.output(late), to: .output(id, attempt: nil, tail: 262_144)))
    desk.answerOutput(Nightly.output(500..<1210, chunk: 500), isFirst: true, hasEarlier: true)
    #expect(output(desk) == before)
    #expect(desk.screen.contains("+6 new ↓"))
    desk.press("Up")
    #expect(output(desk).first == "step 999: INSERT 0 296863")
    for _ in 0..<120 { desk.press("PgUp") }
    #expect(desk.wants.contains(.output(id, attempt: nil, tail: 4 << 20)))
    desk.answerOutput(Nightly.output(0..<1210), isFirst: true)
    // Now that all is known, so are the numbers of lines.
    #expect(output(desk).first?.hasPrefix("501 step 500:") == true)
  }

  @Test func `never asks for more than 64 MiB`() {
    var desk = Desk(task: Nightly.task, hasEarlier: true)
    for _ in 0..<2 {
      desk.press("g")
      desk.answerOutput(Nightly.output(0..<1204), isFirst: true, hasEarlier: true)
    }
    #expect(desk.wants.contains(.output(Nightly.transform.id, attempt: nil, tail: 64 << 20)))
    desk.press("g")
    #expect(desk.screen.contains("zmctl logs shows all of it"))
  }

  @Test func `wraps long lines, or goes sideways by half a page`() {
    var desk = Desk(task: Nightly.task, lines: 0)
    let long = (0..<100).map { "<\(1000 + $0)>" }.joined() + "\n"
    desk.answerOutput(
      [OutputChunk(number: 0, isError: false, at: Desk.now, bytes: Array(long.utf8))], isFirst: true)
    #expect(output(desk)[0].hasPrefix("1 <1000>"))
    desk.press("Right")
    #expect(output(desk)[0].hasPrefix("1 <1006>"))
    #expect(desk.screen.contains("from column 37"))
    desk.press("Right", "Left", "Left", "Left")
    #expect(output(desk)[0].hasPrefix("1 <1000>"))
    desk.press("w")
    #expect(output(desk).joined().contains("<1099>"))
    #expect(desk.screen.contains("wrap"))
    desk.press("Right", "w")
    #expect(output(desk)[0].hasPrefix("1 <1000>"))
  }

  @Test func `finds while it is typed, and on with n and N, around the end`() {
    var desk = Desk(task: Nightly.task)
    desk.press("/")
    desk.type("step 10:")
    #expect(output(desk).contains { $0.hasPrefix("11 step 10:") })
    desk.press("Esc")
    desk.press("/")
    desk.type("DEADLOCK")
    #expect(!desk.screen.contains("no line"))
    desk.press("BS", "BS", "BS", "BS", "BS", "BS", "BS", "BS")
    desk.type("deadlock")
    desk.press("Enter", "g", "n")
    #expect(output(desk).contains { $0.hasPrefix("31 ERR deadlock") })
    desk.press("N")
    #expect(output(desk).contains { $0.hasPrefix("8 ERR deadlock") })
    desk.press("N")
    #expect(desk.screen.contains("around the end"))
    #expect(output(desk).last?.hasPrefix("1204 ERR deadlock") == true)
    desk.press("y")
    #expect(desk.effects.contains(.copy("deadlock detected, retrying statement 7")))
    // Esc forgets it before it leads out.
    desk.press("Esc")
    #expect(desk.console.place == .task(Nightly.transform.id))
    desk.press("n")
    #expect(desk.screen.contains("nothing is looked for yet"))
    desk.press("Esc")
    #expect(desk.console.place == .board)
  }

  @Test func `copies the last line while it follows, and the first that is shown else`() {
    var desk = Desk(task: Nightly.task)
    more(&desk, 1204..<1205)
    desk.press("y", "g", "y")
    #expect(desk.effects.contains(.copy("step 1204: INSERT 0 324948")))
    #expect(desk.effects.contains(.copy("step 0: INSERT 0 160000")))
  }

  @Test func `goes to the pager as a whole`() {
    var desk = Desk(task: Nightly.task, lines: 2)
    desk.press("v")
    #expect(desk.effects.contains(.page(Array("step 0: INSERT 0 160000\nstep 1: INSERT 0 160137\n".utf8))))
  }

  @Test func `has more or less room, up to the whole screen, and can stand bare`() {
    var desk = Desk(task: Nightly.task)
    let usual = output(desk).count
    desk.press("+")
    #expect(output(desk).count > usual)
    desk.press("+")
    #expect(output(desk).count == 19)
    #expect(desk.rows[2].contains("трансформация"))
    desk.press("-", "-")
    #expect(output(desk).count == usual)
    desk.press("b")
    #expect(desk.rows[2...22].allSatisfy { !$0.contains("▌") && !$0.contains("│") })
    #expect(desk.rows[22].hasPrefix("ERR deadlock"))
    desk.press("Esc")
    #expect(output(desk).count == usual)
  }

  @Test func `shows the time of each line on demand`() {
    var desk = Desk(task: Nightly.task)
    desk.press("t")
    #expect(output(desk).last == "1204 14:03:21.000 ERR deadlock detected, retrying statement 7")
  }

  @Test func `shows the output of another attempt`() {
    var desk = Desk(task: Nightly.retried)
    let id = Nightly.transform.id
    desk.press("Tab")
    #expect(desk.wants.contains(.output(id, attempt: 1, tail: 262_144)))
    #expect(desk.screen.contains("output of attempt 1/2"))
    desk.answerOutput(Nightly.output(0..<3), isFirst: true, isComplete: true)
    #expect(desk.screen.contains("complete  3 lines"))
    desk.press("S-Tab")
    #expect(desk.wants.contains(.output(id, attempt: nil, tail: 262_144)))
  }

  @Test func `does not carry the output of one task run into another`() {
    var desk = Desk(task: Nightly.task)
    desk.console.go(to: .task(TaskRunID(1)))
    #expect(!desk.screen.contains("step"))
    #expect(desk.screen.contains("reading"))
    desk.tell(.answer(.task(nil), to: .task(TaskRunID(1))))
    #expect(desk.screen.contains("there is no such task run"))
  }
}

@Suite struct `The room of a task run: facts and actions` {
  private func desk(_ change: (inout TaskRun) -> Void) -> Desk {
    var detail = Nightly.task
    change(&detail.taskRun)
    return Desk(task: detail)
  }

  @Test func `wakes for the bar and the clock while it runs, and not at all once it has ended`() {
    #expect(Desk(task: Nightly.task).console.frame().wake == seconds(1))
    let ended = desk {
      ($0.state, $0.duration, $0.finishedAt) = (.succeeded, .seconds(400), seconds(0))
    }
    #expect(ended.console.frame().wake == nil)
    let paused = desk { ($0.state, $0.pausedAt, $0.heardAt) = (.paused, seconds(-7200), nil) }
    #expect(paused.console.frame().wake == seconds(60))
  }

  @Test func `says how it ended`() {
    let desk = desk {
      ($0.state, $0.duration, $0.finishedAt) = (.failed, .seconds(185), .ago(1))
      ($0.exitCode, $0.reason) = (75, "disk full")
    }
    #expect(desk.screen.contains("✗ failed 14:02:22  exit 75: disk full"))
    #expect(desk.screen.contains("took      3m05 of 7m00 on average"))
  }

  @Test func `says how long its worker is silent`() {
    #expect(desk { $0.heardAt = .ago(0, 40) }.screen.contains("silent for 40s"))
  }

  @Test func `tells why it does not run`() {
    var desk = Desk(task: Nightly.retried)
    #expect(desk.screen.contains("why not   no slot: all 4 slots of w-03 are taken"))
    desk.press("W")
    #expect(desk.screen.contains("Why трансформация does not run"))
  }

  @Test func `pauses at once, and takes it back`() {
    var desk = Desk(task: Nightly.task)
    let id = Nightly.transform.id.rawValue
    desk.press("p")
    #expect(desk.commands == [.control(.pause, ids: [id])])
    desk.answer(.done("pausing"))
    #expect(desk.screen.contains("paused трансформация - z undoes"))
    desk.press("z")
    #expect(desk.commands.last == .control(.resume, ids: [id]))
  }

  @Test(arguments: [
    ("P", TaskRunState.paused, ControlVerb.resume, "resumed"), ("P", .held, .resume, "resumed"),
    ("H", .queued, .hold, "held"), ("L", .held, .release, "released"), ("p", .waiting, .pause, "paused"),
  ])
  func `does what can be taken back at once`(
    key: String, state: TaskRunState, verb: ControlVerb, word: String
  ) {
    var desk = desk { $0.state = state }
    desk.press(key)
    #expect(desk.commands == [.control(verb, ids: [40117])])
    desk.answer(.done(""))
    #expect(desk.screen.contains("\(word) трансформация - z undoes"))
  }

  @Test(arguments: [
    ("P", TaskRunState.running, "resume"), ("p", .paused, "pause"), ("H", .running, "hold"),
    ("x", .succeeded, "stop"),
    ("X", .failed, "kill"), ("r", .running, "run again"), ("R", .queued, "run again"),
    ("L", .queued, "release"),
  ])
  func `says so if there is nothing to do`(key: String, state: TaskRunState, label: String) {
    var desk = desk { $0.state = state }
    desk.press(key)
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("трансформация is \(state.name): nothing to \(label)"))
  }

  @Test func `asks before it stops, and y alone means yes`() {
    for (key, count) in [("x", 0), ("Enter", 0), ("Space", 0), ("y", 1)] {
      var desk = Desk(task: Nightly.task)
      desk.press("x")
      #expect(desk.screen.contains("Stop трансформация (4m05 of work on w-03)? y/N"))
      desk.press(key)
      #expect(desk.commands.count == count)
    }
  }

  @Test func `kills only by a word that is typed`() {
    var desk = desk { $0.name = "load" }
    desk.press("X")
    #expect(desk.screen.contains("load: running, 4m05 of work on w-03"))
    desk.press("y", "Enter")
    #expect(desk.commands.isEmpty)
    desk.press("X")
    desk.type("kill load")
    desk.press("Enter")
    #expect(desk.commands == [.control(.kill, ids: [40117])])
  }

  @Test func `asks for the number where the name cannot be typed anywhere`() {
    var desk = Desk(task: Nightly.task)
    desk.press("X")
    #expect(desk.screen.contains("type  kill 40117  and Enter"))
  }

  @Test func `asks for a word before it stops something in production`() {
    var desk = desk { $0.name = "load" }
    desk.tell(.identity(Identity(user: "anna", database: "prod", host: "db1", level: .admin)))
    desk.press("x")
    desk.type("stop load")
    desk.press("Enter")
    #expect(desk.commands == [.control(.stop, ids: [40117])])
  }

  @Test func `runs again: alone, or with what follows`() {
    var desk = desk { ($0.state, $0.duration) = (.failed, .seconds(5)) }
    desk.press("r", "R")
    #expect(desk.commands == [.rerun(40117, .alone), .rerun(40117, .from)])
  }

  @Test func `starts its pipeline, edits its script and its pipeline, and opens its run`() {
    var desk = Desk(task: Nightly.task)
    desk.press("s", "e", "E")
    #expect(
      desk.commands == [
        .start(pipeline: "nightly_sales", task: nil, arguments: []), .read(.pipeline, name: "nightly_sales"),
        .read(.pipeline, name: "nightly_sales"),
      ])
    desk.press("Enter")
    #expect(desk.console.place == .run(Nightly.run.id))
  }

  @Test func `edits the template of a task run of a batch`() {
    var detail = Nightly.task
    (detail.run.pipelineID, detail.shape, detail.taskRun.name) = (nil, nil, "fetch")
    var desk = Desk(task: detail)
    desk.press("e", "s")
    #expect(desk.commands == [.read(.template, name: "fetch")])
    #expect(desk.screen.contains("run it again instead"))
  }

  @Test func `copies itself as JSON`() {
    var desk = desk { $0.reason = "\"quoted\"\n\u{1b}" }
    desk.press("Y")
    let expected =
      #"{"id":40117,"run_id":8812,"name":"трансформация","item":null,"pipeline":"nightly_sales","owner":"anna","#
      + #""state":"running","attempt":1,"exit_code":null,"signal":null,"reason":"\"quoted\"\n\u001b","#
      + #""progress":null,"worker":"w-03","created_at":"2026-03-01T13:51:04Z","#
      + #""started_at":"2026-03-01T13:59:17Z","finished_at":null}"#
    #expect(desk.effects.contains(.copy(expected)))
  }
}
