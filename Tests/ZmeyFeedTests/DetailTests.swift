import Postgres
import TestKit
import Testing
import ZmeyConsole
import ZmeyCore
import ZmeyStore

@testable import ZmeyFeed

@Suite(.timeLimit(.minutes(2))) struct `A look at runs and task runs` {
  @Test func `has the runs with what failed first`() async throws {
    try await World.with { world in
      try await world.save(task("a"), task("b", after: "a"))
      let failed = try await world.start()
      try await world.finishQueued(.failed)
      let live = try await world.start()
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.runs(pipeline: nil, limit: 50))
        let runs = await desk.runs { $0.count == 2 }
        #expect(runs.map(\.id) == [live, failed])
        #expect(runs.map(\.state) == [.running, .failed])
        #expect(runs.map(\.note) == [nil, "a: exit 3"])
        try await world.finishQueued(.failed)
        let later = await desk.runs { $0.allSatisfy { $0.state == .failed } }
        #expect(later.map(\.note) == ["a: exit 3", "a: exit 3"])
        let pipeline = try #require(later[0].pipelineID)
        desk.want(.runs(pipeline: pipeline, limit: 1))
        let own = await desk.answer(.runs(pipeline: pipeline, limit: 1)) {
          if case .runs(let runs) = $0 { runs } else { nil }
        }
        #expect(own.map(\.id) == [live])
      }
    }
  }

  @Test func `has a run with the items of its tasks`() async throws {
    try await World.with { world in
      var many = task("m")
      many.map = MapDefinition(.items(["x", "y", "z"]), limit: 10)
      try await world.save(many)
      let run = try await world.start()
      try await world.finish([try await world.claim(1)[0].fence])
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.run(run))
        let detail = await desk.run(run)
        #expect(detail.taskRuns.map(\.item) == [nil, 1, 2, 3])
        #expect(detail.taskRuns[0].isFan)
        #expect(detail.taskRuns[0].percent == 33)
        #expect(detail.shape?.tasks.map(\.name) == ["m"])
        desk.want(.task(detail.taskRuns[0].id))
        let fan = await desk.task(detail.taskRuns[0].id)
        #expect((fan.itemsEnded, fan.itemsTotal) == (1, 3))
        try await world.finishQueued()
        _ = await desk.task(detail.taskRuns[0].id) { $0.taskRun.state == .succeeded && $0.itemsEnded == 3 }
      }
    }
  }

  @Test func `has a batch without a shape`() async throws {
    try await World.with { world in
      let template = TemplateDefinition(name: "t", program: Program(script: "#!/bin/sh\n"))
      try await world.apply(Definitions(templates: [template]))
      let run = try await world.anna.run { try People.submit(template: "t", count: 1200, $0) }
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.run(run), .run(RunID(1)))
        let detail = await desk.run(run)
        #expect(detail.taskRuns.count == 1000)
        #expect(detail.shape == nil)
        let none = await desk.answer(.run(RunID(1))) { if case .run(nil) = $0 { true } else { nil } }
        #expect(none)
      }
    }
  }

  @Test func `has all about a task run`() async throws {
    try await World.with { world in
      var second = task("b", after: "a", attempts: 2)
      second.arguments = ["x"]
      try await world.save(task("a"), second, task("c", after: "b"))
      _ = try await world.start("p", ["now"])
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        let board = await desk.board { $0.pipelines.first?.taskRuns.count == 3 }
        let ids = Dictionary(uniqueKeysWithValues: board.pipelines[0].taskRuns.map { ($0.name, $0.id) })
        let (a, b) = (try #require(ids["a"]), try #require(ids["b"]))
        desk.want(.task(b), .task(a), .task(TaskRunID(1)))
        let first = await desk.task(a)
        #expect(first.arguments == ["now"])
        #expect(first.neighbours.map(\.name) == ["b"])
        let waiting = await desk.task(b)
        #expect(waiting.arguments == ["x"])
        #expect(waiting.neighbours.map(\.name) == ["a", "c"])
        #expect(waiting.why == ["waits: waits for \"a\" (task run \(a), queued)"])
        try await world.finishQueued()
        try await world.finishQueued(.failed)
        let again = await desk.task(b) { $0.attempts.count == 1 }
        #expect(again.attempts[0].exitCode == 3)
        #expect(again.attempts[0].worker == "w")
        #expect(again.taskRun.state == .queued)
        try await world.finishQueued()
        let done = await desk.task(b) { $0.taskRun.state == .succeeded }
        #expect(done.attempts.count == 2)
        #expect(done.why == [])
        let none = await desk.answer(.task(TaskRunID(1))) { if case .task(nil) = $0 { true } else { nil } }
        #expect(none)
      }
    }
  }
}
