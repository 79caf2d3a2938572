import Postgres
import TestKit
import Testing
import ZmeyConsole
import ZmeyCore
import ZmeyStore

@testable import ZmeyFeed

@Suite(.timeLimit(.minutes(2))) struct `The board` {
  private func states(_ pipeline: Pipeline?) -> [String] {
    (pipeline?.taskRuns ?? []).map { "\($0.name)=\($0.state.name)" }.sorted()
  }

  @Test func `shows pipelines without a run, and the run of those that have one`() async throws {
    try await World.with { world in
      try await world.save(task("a"), task("b", after: "a"))
      try await world.apply(Definitions(pipelines: [PipelineDefinition(name: "o", tasks: [task("x")])]))
      let run = try await world.start()
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        let board = await desk.board()
        #expect(board.pipelines.map(\.name) == ["o", "p"])
        #expect(board.pipelines.map { $0.run?.id } == [nil, run])
        #expect(board.pipelines.map(\.live) == [0, 1])
        #expect(states(board.pipelines[1]) == ["a=queued", "b=waiting"])
        let shape = try #require(board.shapes[board.pipelines[1].versionID])
        #expect(shape.tasks.map(\.name) == ["a", "b"])
        #expect(shape.links == [ShapeLink(from: shape.tasks[0].id, to: shape.tasks[1].id)])
      }
    }
  }

  @Test func `follows a run to its end, and then the next`() async throws {
    try await World.with { world in
      try await world.save(task("a"), task("b", after: "a"))
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        let first = try await world.start()
        let fence = try await world.claim()[0].fence
        var board = await desk.board { states($0.pipelines.first) == ["a=assigned", "b=waiting"] }
        #expect(board.pipelines[0].taskRuns.first { $0.name == "a" }?.worker == "w")
        try await world.finish([fence])
        board = await desk.board { states($0.pipelines.first) == ["a=succeeded", "b=queued"] }
        #expect(board.pipelines[0].run?.ended == 1)
        try await world.finishQueued(.failed)
        board = await desk.board { states($0.pipelines.first) == ["a=succeeded", "b=failed"] }
        #expect(board.pipelines[0].run?.state == .failed)
        #expect(board.pipelines[0].live == 0)
        #expect(board.pipelines[0].taskRuns.allSatisfy { $0.duration != nil })

        // Another one, and what was remembered of the first is still right in its own place.
        let second = try await world.start()
        board = await desk.board { $0.pipelines[0].run?.id == second }
        #expect(states(board.pipelines[0]) == ["a=queued", "b=waiting"])
        desk.want(.board, .run(first))
        let detail = await desk.run(first)
        #expect(detail.taskRuns.map { "\($0.name)=\($0.state.name)" } == ["a=succeeded", "b=failed"])
        #expect(detail.run.state == .failed)
      }
    }
  }

  @Test func `has batches that go on, and what runs and waits in total`() async throws {
    try await World.with { world in
      let template = TemplateDefinition(name: "t", program: Program(script: "#!/bin/sh\n"))
      try await world.apply(Definitions(templates: [template]))
      let run = try await world.anna.run { try People.submit(template: "t", count: 5, $0) }
      _ = try await world.claim(2)
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        let board = await desk.board()
        #expect(board.batches.map(\.id) == [run])
        #expect(board.batches[0].total == 5)
        let totals = await desk.totals { _ in true }
        #expect((totals.running, totals.paused, totals.queued) == (2, 0, 3))
        // Whoever stands still is told as such, and only so.
        for state in [4, 5] {
          try await world.root.script(
            "update zm.task_run set state = \(state) where id = (select min(task_run_id) from zm.inflight)")
        }
        desk.ask(.refresh)
        _ = await desk.totals { ($0.running, $0.paused, $0.queued) == (1, 1, 3) }
        #expect((totals.schedulersRunning, totals.schedulers, totals.workers) == (1, 1, 1))
        try await world.finishQueued()
        _ = await desk.totals { $0.queued == 0 }
        _ = await desk.board { $0.batches.first?.ended == 3 }
      }
    }
  }

  @Test func `has the usual duration, the definition's until three successes taught better`() async throws {
    try await World.with { world in
      var work = task("a")
      work.work = .inline(Program(script: "#!/bin/sh\n", average: .seconds(7), maximum: .seconds(60)))
      work.maximum = .seconds(30)
      try await world.save(work)
      _ = try await world.start()
      // Two successes teach nothing yet.
      try await world.root.script(
        "insert into zm.duration (program_id, name, recent_ms) select id, 'a', '{1000,2000}' from zm.program")
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        let first = await desk.board().pipelines[0]
        #expect(first.taskRuns[0].average == .seconds(7))
        #expect(first.taskRuns[0].maximum == .seconds(30))
        #expect(first.taskRuns[0].samples == 0)
        #expect(first.taskRuns[0].percentile95 == nil)
        try await world.root.script(
          "update zm.duration set recent_ms = '{1000,2000,3000}' where name = 'a'")
        desk.ask(.refresh)
        let board = await desk.board { $0.pipelines[0].taskRuns[0].samples == 3 }
        #expect(board.pipelines[0].taskRuns[0].average == .seconds(2))
        #expect(board.shapes.values.first?.tasks[0].average == .seconds(2))
      }
    }
  }

  @Test func `shows everyone their own, and admins and viewers everything`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      _ = try await world.start()
      let bert = try await world.store.newRole("bert", level: "user")
      try await world.apply(
        Definitions(pipelines: [PipelineDefinition(name: "q", tasks: [task("b")])]), as: bert)
      _ = try await bert.run { try People.start(pipeline: "q", task: nil, arguments: [], $0) }
      _ = try await world.claim(1)
      for (role, level) in [("boss", "admin"), ("eye", "viewer")] {
        await (try world.store.newRole(role, level: level)).close()
      }
      let expected: [(String, Identity.Level, [String], Int)] = [
        ("anna", .user, ["p"], 1), ("bert", .user, ["q"], 1), ("boss", .admin, ["p", "q"], 2),
        ("eye", .viewer, ["p", "q"], 2),
      ]
      for (name, level, pipelines, work) in expected {
        try await Desk.with(world.conninfo(name)) { desk in
          desk.want(.board, .cluster)
          let board = await desk.board()
          #expect(board.pipelines.map(\.name) == pipelines, "\(name)")
          #expect(board.pipelines.map(\.live) == pipelines.map { _ in 1 }, "\(name)")
          #expect(board.pipelines.map(\.taskRuns.count) == pipelines.map { _ in 1 }, "\(name)")
          let totals = await desk.totals { _ in true }
          #expect(totals.running + totals.queued == work, "\(name)")
          let identity = await desk.first { if case .identity(let identity) = $0 { identity } else { nil } }
          #expect(identity.level == level)
          #expect(identity.host == "local")
        }
      }
    }
  }
}
