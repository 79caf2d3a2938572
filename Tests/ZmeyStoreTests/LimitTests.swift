import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `What limits task runs` {
  private func admin(_ world: World) async throws -> Connection {
    try await world.store.newRole("boss", level: "admin")
  }

  private func batch(_ name: String, labels: [String] = [], resources: [String: Int] = [:]) -> Definitions {
    var program = Program(script: "#!/bin/sh\n")
    program.labels = labels
    program.resources = resources
    return Definitions(templates: [TemplateDefinition(name: name, program: program)])
  }

  private func submit(_ template: String, _ count: Int32, _ connection: Connection) async throws {
    _ = try await connection.run { session in try People.submit(template: template, count: count, session) }
  }

  /// The reasons that `why` gives for the newest queued task run.
  private func why(_ world: World) async throws -> [String] {
    let (identity, worker) = (world.scheduler.identity, world.scheduler.worker)
    try await world.scheduler.connection.run { session in
      try identity.heartbeat(
        [.init(worker: worker, isConnected: true, busy: 0, silence: .zero, host: nil, release: nil)], session)
    }
    return try await world.anna.texts(
      "select w.kind || ': ' || w.message from (select max(id) as id from zm.task_run where state < 3) t, zm_api.why(t.id) w"
    )
  }

  @Test func `of a pipeline holds for all its runs together, and for no other work`() async throws {
    try await World.with { world in
      var definitions = pipeline(task("a"), task("b"), task("c"))
      definitions.pipelines[0].limit = 2
      definitions.templates = template().templates
      try await world.apply(definitions)
      _ = try await world.start()
      _ = try await world.start()
      _ = try await world.submit(3)
      let claimed = try await world.scheduler.claim(10)
      #expect(claimed.map(\.name).sorted() == ["a", "b", "t", "t", "t"])
      #expect(try await world.scheduler.claim(10).isEmpty)
      #expect(try await why(world) == [#"limit: pipeline "p" has 2 task runs under way, its limit is 2"#])
      try await world.scheduler.finish(claimed.filter { $0.name == "a" }.map(\.fence))
      #expect(try await world.scheduler.claim(10).map(\.name) == ["c"])
      definitions.pipelines[0].limit = 3
      try await world.apply(definitions)
      #expect(try await world.scheduler.claim(10).map(\.name) == ["a"])
    }
  }

  @Test func `of a user holds for everything of that user`() async throws {
    try await World.with { world in
      let boss = try await admin(world)
      let name = world.store.role("anna")
      try await world.apply(template())
      try await boss.script("select zm_api.user_set('\(name)', '{\"running\": 2}')")
      _ = try await world.submit(5)
      let claimed = try await world.scheduler.claim(10)
      #expect(claimed.count == 2)
      #expect(try await why(world) == [#"limit: user "\#(name)" has 2 task runs under way, its limit is 2"#])
      try await world.scheduler.finish([claimed[0].fence])
      #expect(try await world.scheduler.claim(10).count == 1)
      try await boss.script("select zm_api.user_set('\(name)', '{\"running\": null}')")
      #expect(try await world.scheduler.claim(10).count == 2)
    }
  }

  @Test func `of a resource is shared by all that take it, and what takes none passes by`() async throws {
    try await World.with { world in
      let boss = try await admin(world)
      try await boss.script("select zm_api.resource_set('gpu', 3)")
      var definitions = batch("two", resources: ["gpu": 2])
      definitions.templates += batch("one", resources: ["gpu": 1]).templates + template().templates
      try await world.apply(definitions)
      for name in ["two", "two", "one", "one", "t"] { try await submit(name, 1, world.anna) }
      let claimed = try await world.scheduler.claim(10)
      #expect(claimed.map(\.name) == ["two", "one", "t"])
      let holders = claimed.prefix(2).map { "\($0.fence.taskRun)" }.joined(separator: ", ")
      #expect(try await why(world) == ["resource: resource \"gpu\" is taken (3 of 3) by \(holders)"])
      #expect(
        try await world.anna.texts("select name || ' ' || used || '/' || amount from zm_api.resource") == [
          "gpu 3/3"
        ])
      try await world.scheduler.finish([claimed[0].fence])
      #expect(try await world.scheduler.claim(10).map(\.name).contains("two"))
      try await boss.script("select zm_api.resource_set('gpu', 0)")
      #expect(try await why(world) == [#"resource: it takes 1 of resource "gpu", and there are 0"#])
    }
  }

  @Test func `are labels that a worker must have`() async throws {
    try await World.with { world in
      let boss = try await admin(world)
      var definitions = batch("big", labels: ["gpu", "big"])
      definitions.templates += template().templates
      try await world.apply(definitions)
      try await submit("big", 1, world.anna)
      try await submit("t", 1, world.anna)
      #expect(try await world.scheduler.claim(10).map(\.name) == ["t"])
      #expect(try await why(world) == ["label: no worker has the labels big, gpu"])
      try await boss.script("select zm_api.worker_set('s-worker', p_labels => array['gpu', 'x', 'big'])")
      #expect(try await why(world) == ["slot: nothing keeps it: a scheduler takes it at any moment"])
      #expect(try await world.scheduler.claim(10).map(\.name) == ["big"])
    }
  }

  @Test func `let a single task run of one user pass 200000 of another`() async throws {
    try await World.with { world in
      let berta = try await world.store.newRole("berta", level: "user")
      try await world.apply(template())
      _ = try await berta.apply(template())
      _ = try await world.submit(200_000)
      _ = try await world.scheduler.claim(100)
      try await submit("t", 1, berta)
      #expect(try await world.scheduler.claim(1).map(\.owner) == [world.store.role("berta")])
      #expect(try await world.scheduler.claim(1).map(\.owner) == [world.store.role("anna")])
    }
  }

  @Test func `let who has least under way come first`() async throws {
    try await World.with { world in
      let berta = try await world.store.newRole("berta", level: "user")
      try await world.apply(template())
      _ = try await berta.apply(template())
      _ = try await world.submit(200)
      _ = try await world.scheduler.claim(20)
      try await submit("t", 1, berta)
      #expect(try await world.scheduler.claim(1).map(\.owner) == [world.store.role("berta")])
      try await submit("t", 50, berta)
      // 20 are anna's and 1 is berta's: the next 19 are berta's, then they take turns.
      let next = try await world.scheduler.claim(23)
      #expect(next.filter { $0.owner == world.store.role("berta") }.count == 21)
    }
  }

  @Test func `follow the priority of a task`() async throws {
    try await World.with { world in
      var (low, high) = (task("low"), task("high"))
      low.priority = -5
      high.priority = 10
      try await world.apply(pipeline(low, task("middle"), high))
      _ = try await world.start()
      var order: [String] = []
      for _ in 1...3 { order += try await world.scheduler.claim(1).map(\.name) }
      #expect(order == ["high", "middle", "low"])
    }
  }

  @Test func `let one that needs much have its turn, however many need little`() async throws {
    try await World.with { world in
      let boss = try await admin(world)
      try await boss.script("select zm_api.resource_set('cpu', 4)")
      var definitions = batch("small", resources: ["cpu": 1])
      definitions.templates += batch("large", resources: ["cpu": 4]).templates
      definitions.templates += batch("impossible", resources: ["cpu": 5]).templates
      try await world.apply(definitions)
      try await submit("impossible", 1, world.anna)
      try await submit("small", 3, world.anna)
      let running = try await world.scheduler.claim(10)
      #expect(running.map(\.name) == ["small", "small", "small"])
      try await submit("large", 1, world.anna)
      try await submit("small", 5, world.anna)
      #expect(try await world.scheduler.claim(10).isEmpty)
      try await world.scheduler.finish(running.map(\.fence))
      #expect(try await world.scheduler.claim(10).map(\.name) == ["large"])
    }
  }

  @Test func `never are exceeded by schedulers that claim at the same time`() async throws {
    try await World.with { world in
      let boss = try await admin(world)
      try await boss.script("select zm_api.resource_set('db', 5)")
      try await world.apply(batch("w", resources: ["db": 1]))
      try await submit("w", 300, world.anna)
      let schedulers = [
        try await world.newScheduler("s1"), try await world.newScheduler("s2"), world.scheduler,
      ]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for scheduler in schedulers {
          group.addTask {
            for _ in 1...25 {
              let claimed = try await scheduler.claim(4)
              let used = try await world.store.open().int("select count(*) from zm.inflight")
              #expect(used <= 5)
              try await scheduler.finish(claimed.map(\.fence))
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `hold for what is tried again, too`() async throws {
    try await World.with { world in
      let boss = try await admin(world)
      try await boss.script("select zm_api.resource_set('db', 1)")
      var definitions = batch("w", resources: ["db": 1])
      definitions.templates[0].program.attempts = 2
      try await world.apply(definitions)
      try await submit("w", 2, world.anna)
      let first = try await world.scheduler.claim(5)
      try await world.scheduler.finish(first.map(\.fence), .failed)
      #expect(try await world.scheduler.claim(5).count == 1)
    }
  }
}
