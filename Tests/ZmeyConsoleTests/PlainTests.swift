import Testing
import ZmeyCore
import ZmeySchedule

@testable import ZmeyConsole

@Suite struct `Line mode` {
  private static func board(_ state: TaskRunState, of run: RunState = .running) -> Board {
    let run = Run(
      id: RunID(7), name: "nightly", pipelineID: 1, versionID: 1, owner: "anna", state: run, total: 1,
      ended: state.isEnd ? 1 : 0, createdAt: Desk.now, finishedAt: state.isEnd ? seconds(72) : nil,
      createdBy: "anna")
    let taskRun = TaskRun(
      id: TaskRunID(8), run: RunID(7), taskID: 1, name: "load", state: state,
      exitCode: state == .failed ? 2 : nil,
      reason: state == .failed ? "no \u{1b}[31mfile" : nil, worker: "w-1", createdAt: Desk.now)
    return Board(pipelines: [
      Pipeline(id: 1, name: "nightly", owner: "anna", versionID: 1, run: run, taskRuns: [taskRun])
    ])
  }

  @Test func `tells what there is, then each change in a line of its own`() {
    var journal = Journal(zone: .utc)
    #expect(
      journal.lines(Self.board(.queued), at: Desk.now) == ["14:03:22 nightly: running, 0 of 1 tasks, run 7"])
    #expect(
      journal.lines(Self.board(.running), at: seconds(1)) == ["14:03:23 nightly/load: running, on w-1 (8)"])
    #expect(journal.lines(Self.board(.running), at: seconds(2)) == [])
    #expect(
      journal.lines(Self.board(.failed, of: .failed), at: seconds(3)) == [
        "14:03:25 nightly/load: failed, no �[31mfile (8)",
        "14:03:25 nightly: failed, 1 of 1 tasks, took 1m12",
      ])
  }

  @Test func `tells of one pipeline alone if that is wanted`() {
    var journal = Journal(zone: .utc, pipeline: "weekly")
    #expect(journal.lines(Self.board(.running), at: Desk.now) == [])
  }

  @Test func `tells of new and removed pipelines`() {
    var journal = Journal(zone: .utc)
    #expect(journal.lines(Board(), at: Desk.now) == [])
    #expect(journal.lines(Self.board(.queued), at: Desk.now).first == "14:03:22 nightly: new")
    #expect(journal.lines(Board(), at: Desk.now) == ["14:03:22 nightly: removed"])
  }

  @Test(arguments: [
    ("", PlainLine.nothing), ("  list ", .list), ("help", .help), ("quit", .quit),
    ("start nightly", .commands([.start(pipeline: "nightly", task: nil, arguments: [])], question: nil)),
    (
      "start nightly/load a b",
      .commands([.start(pipeline: "nightly", task: "load", arguments: ["a", "b"])], question: nil)
    ),
    ("pause nightly", .commands([.controlPipeline(.pause, "nightly")], question: nil)),
    (
      "stop 7 8 nightly",
      .commands(
        [.control(.stop, ids: [7, 8]), .controlPipeline(.stop, "nightly")], question: "stop 7 8 nightly? y/N")
    ),
    ("rerun 7", .commands([.rerun(7, .alone)], question: nil)),
    ("rerun x", .wrong("'rerun x' means nothing; help tells what can be typed")),
    ("stop", .wrong("'stop' means nothing; help tells what can be typed")),
    ("list all", .wrong("'list all' means nothing; help tells what can be typed")),
  ])
  func `reads what is typed`(line: String, meaning: PlainLine) {
    #expect(PlainLine(line) == meaning)
  }
}
