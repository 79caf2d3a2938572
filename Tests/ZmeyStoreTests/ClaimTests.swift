import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A claim` {
  @Test func `gives out each task run once, to four schedulers that claim at once`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(4000)
      var schedulers = [world.scheduler]
      for name in ["s2", "s3", "s4"] { schedulers.append(try await world.newScheduler(name)) }
      let claimed = try await withThrowingTaskGroup { group in
        for scheduler in schedulers {
          group.addTask {
            var fences: [Fence] = []
            while case let more = try await scheduler.claim(50), !more.isEmpty { fences += more.map(\.fence) }
            return fences
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(claimed.count == 4000)
      #expect(Set(claimed.map(\.taskRun)).count == 4000)
      #expect(Set(claimed.map(\.nonce)).count == 4000)
      #expect(claimed.allSatisfy { $0.attempt == 1 })
      #expect(try await world.root.int("select count(*) from zm.inflight where attempt = 1") == 4000)
    }
  }

  @Test func `gives owners the same share, and what one leaves to the others`() async throws {
    try await World.with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      for user in [world.anna, bert] { _ = try await user.apply(template()) }
      _ = try await world.submit(50)
      _ = try await bert.submit(7)
      func owners(_ tasks: [ClaimedTask]) -> [String: Int] {
        Dictionary(grouping: tasks) { $0.owner == world.store.role("anna") ? "anna" : "bert" }.mapValues(
          \.count)
      }
      #expect(owners(try await world.scheduler.claim(10)) == ["anna": 5, "bert": 5])
      #expect(owners(try await world.scheduler.claim(1)) == ["anna": 1])
      let (first, second) = (try await world.scheduler.claim(20), try await world.scheduler.claim(8))
      #expect(owners(first + second)["bert"] == 2)
      #expect(first.count + second.count >= 20)
    }
  }

  @Test func `takes the highest priority, then the oldest, and keeps the order of the slots`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let (first, urgent) = (try await world.submit(3), try await world.submit(2))
      try await world.root.script(
        "update zm.queue set rank = -5 where task_run_id in (select id from zm.task_run where run_id = \(urgent))"
      )
      try await world.root.run { session in try People.addWorker("other", scheduler: "s", slots: 1, session) }
      let identity = world.scheduler.identity
      let workers = try await world.scheduler.connection.run { session in
        try identity.workers(session).map(\.id)
      }
      let slots = [workers[1], workers[0], workers[0], workers[1]]
      let claimed = try await world.scheduler.perform { $0.slots = slots }.claimed
      let oldestFirst = claimed.sorted { $0.fence.taskRun < $1.fence.taskRun }
      #expect(oldestFirst.map(\.run) == [first, first, urgent, urgent])
      // The urgent ones got the first two slots.
      #expect(oldestFirst.map(\.worker) == [workers[0], workers[1], workers[1], workers[0]])
      #expect(try await world.scheduler.claim(5).map(\.run) == [first])
    }
  }

  @Test func `takes in at most 64 MiB of what is handed on, or one`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a", pass: .stdin)), task("c", after("a", pass: .stdin), attempts: 2),
          task("d", after("a"))))
      _ = try await world.start()
      let first = try await world.scheduler.claim(1)[0].fence
      // 100 MiB, by what its row says.
      try await world.scheduler.perform {
        $0.finished = [
          .init(
            fence: first, outcome: Outcome(verdict: .succeeded), resultBytes: 100 << 20, errorBytes: 0,
            isCut: false, result: [])
        ]
      }
      #expect(try await world.scheduler.claim(10).map(\.name) == ["b"])
      let second = try await world.scheduler.claim(10)
      #expect(second.map(\.name) == ["c"])
      #expect(try await world.scheduler.claim(10).map(\.name) == ["d"])
      // Tried again, it is as large.
      try await world.scheduler.finish(second.map(\.fence), .failed)
      #expect(try await world.root.int("select input_bytes from zm.queue") == 100 << 20)
    }
  }

  @Test func `tells all that running the task needs`() async throws {
    try await World.with { world in
      var work = Program(script: "#!/bin/cat\né\n", maxOutput: 2048)
      work.maximum = .seconds(90)
      try await world.apply(
        Definitions(pipelines: [
          PipelineDefinition(
            name: "p", tasks: [TaskDefinition(name: "a", work: .inline(work), arguments: ["", "x y", "\n"])])
        ]))
      let run = try await world.start("--day", "ä")
      let task = try await world.scheduler.claim(1)[0]
      #expect((task.run, task.name, task.pipeline) == (run, "a", "p"))
      #expect(task.owner == world.store.role("anna"))
      #expect(task.arguments == ["", "x y", "\n", "--day", "ä"])
      #expect((task.maximum, task.maxOutput) == (.seconds(90), 2048))
      #expect(task.inputs.isEmpty)
      let shown = try await world.anna.run { session in try People.arguments(task.fence.taskRun, session) }
      #expect(shown == task.arguments)
    }
  }

  /// A scheduler cannot read such arrays, or not hand them on: one of them would hold up everybody's work.
  private static let wrongArguments = [
    "select zm_api.exec(array['a', null])",
    "select zm_api.start('p', null, array['a', null])",
    "select zm_api.start('p', null, array[['a']])",
    "select zm_api.submit('t', null, '[[null]]')",
    "select zm_api.exec(array['echo', repeat('x', 2000000)])",
    "select zm_api.start('p', null, array_fill(''::text, array[1000000]))",
    """
    select zm_api.apply('{"pipelines": [{"name": "q", "tasks": [{"name": "a", "work": {"template": "t"}, "args": [null]}]}]}')
    """,
  ]

  @Test func `never meets arguments that are no short list of texts`() async throws {
    try await World.with { world in
      try await world.apply(template())
      try await world.apply(pipeline(task("a", args: ["x"])))
      for sql in Self.wrongArguments {
        #expect(await databaseError { try await world.anna.script(sql) } != nil, "\(sql)")
      }
      #expect(try await world.scheduler.claim(5).isEmpty)
    }
  }
}
