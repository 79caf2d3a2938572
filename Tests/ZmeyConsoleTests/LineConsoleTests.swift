import Testing
import ZmeyCore
import ZmeySchedule

@testable import ZmeyConsole

@Suite struct `Line mode as a whole` {
  private typealias Effect = LineConsole.Effect

  private static let anna = Input.identity(
    Identity(user: "anna", database: "zm", host: "db1", level: .user))

  private func connected(_ console: inout LineConsole) -> [Effect] {
    console.take(Self.anna, at: Desk.now) + console.take(.link(.live), at: Desk.now)
  }

  private func said(_ effects: [Effect]) -> [String] {
    effects.compactMap { if case .say(let line) = $0 { String(line.dropFirst(9)) } else { nil } }
  }

  private static let start = Command.start(pipeline: "p", task: nil, arguments: [])

  @Test func `what is typed before the database is there is done in order once it is, and then the end`() {
    var console = LineConsole(zone: .utc)
    for line in ["start p", "pause 7", "quit"] { #expect(console.type(line, at: Desk.now) == []) }
    #expect(console.close(isTerminal: false, at: Desk.now) == [])
    #expect(connected(&console).last == .send([Self.start]))
    let second = console.take(.replies([.done("started p: run 5")], ticket: 0), at: Desk.now)
    #expect(said(second) == ["started p: run 5"])
    #expect(second.last == .send([.control(.pause, ids: [7])]))
    let last = console.take(.replies([.unchanged("1 was over already")], ticket: 0), at: Desk.now)
    #expect(last.last == .end(isWell: true))
  }

  @Test(arguments: ["start p", "stop 7\nn", "stop 7", "nonsense"])
  func `what was not done makes the end a bad one`(lines: String) {
    var console = LineConsole(zone: .utc)
    _ = connected(&console)
    var effects: [Effect] = []
    for line in lines.split(separator: "\n") { effects += console.type(String(line), at: Desk.now) }
    if case .send? = effects.last {
      effects += console.take(.replies([.refused("no", hint: nil)], ticket: 0), at: Desk.now)
    }
    #expect(!effects.contains(.end(isWell: true)))
    effects += console.close(isTerminal: false, at: Desk.now)
    #expect(effects.last == .end(isWell: false))
  }

  @Test func `who may only look is told so`() {
    var console = LineConsole(zone: .utc, isReadOnly: true)
    _ = connected(&console)
    #expect(said(console.type("start p", at: Desk.now)) == ["read only: nothing was done"])
  }

  @Test func `without any command the end of a file is no wish to end, of a terminal it is`() {
    var console = LineConsole(zone: .utc)
    _ = connected(&console)
    #expect(console.close(isTerminal: false, at: Desk.now) == [])
    console = LineConsole(zone: .utc)
    _ = connected(&console)
    #expect(console.close(isTerminal: true, at: Desk.now) == [.end(isWell: true)])
  }

  @Test func `who looks is told once`() {
    var console = LineConsole(zone: .utc)
    #expect(said(connected(&console)) == ["anna at zm", "connected"])
    #expect(console.take(Self.anna, at: Desk.now) == [])
  }

  @Test func `of two runs of a pipeline the end of the older one is told, too, and each once`() {
    var console = LineConsole(zone: .utc)
    _ = connected(&console)
    func run(_ id: Int64, _ state: RunState) -> Run {
      Run(
        id: RunID(id), name: "p", pipelineID: 1, versionID: 1, owner: "anna", state: state, total: 1,
        ended: state == .running ? 0 : 1, createdAt: Desk.now,
        finishedAt: state == .running ? nil : seconds(3), createdBy: "anna")
    }
    func told(_ older: RunState, _ newer: RunState) -> [String] {
      let live = [older, newer].count { $0 == .running }
      let pipeline = Pipeline(
        id: 1, name: "p", owner: "anna", versionID: 1, live: live, run: run(6, newer), taskRuns: [])
      let query = Query.runs(pipeline: nil, limit: 200)
      return said(
        console.take(.answer(.board(Board(pipelines: [pipeline])), to: .board), at: Desk.now)
          + console.take(.answer(.runs([run(6, newer), run(5, older)]), to: query), at: Desk.now))
    }
    #expect(told(.running, .running) == ["p: running, 0 of 1 tasks, run 6"])
    #expect(told(.failed, .running) == ["p: run 5 failed, 1 of 1 tasks, took 3s"])
    #expect(told(.failed, .succeeded) == ["p: succeeded, 1 of 1 tasks, took 3s"])
    #expect(told(.failed, .succeeded) == [])
  }

  @Test func `another's pipeline goes by its owner's name, too, and a hold by what it does`() {
    var console = LineConsole(zone: .utc)
    _ = connected(&console)
    func told(_ isPaused: Bool) -> [String] {
      let pipelines = ["anna", "boris"].enumerated().map { index, owner in
        Pipeline(id: Int32(index), name: "p", owner: owner, versionID: 1, isPaused: isPaused)
      }
      return said(console.take(.answer(.board(Board(pipelines: pipelines)), to: .board), at: Desk.now))
    }
    #expect(told(false) == ["p: has not run yet", "boris:p: has not run yet"])
    #expect(told(true) == ["p: what begins is held", "boris:p: what begins is held"])
    #expect(told(false) == ["p: what begins runs", "boris:p: what begins runs"])
  }
}
