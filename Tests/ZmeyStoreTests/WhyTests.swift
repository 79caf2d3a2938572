import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `Why a task run does not run` {
  private func why(_ world: World, _ run: RunID, _ name: String) async throws -> [String] {
    try await world.anna.texts(
      """
      select w.kind || ': ' || w.message from zm.task_run t cross join lateral zm_api.why(t.id) w
      where t.run_id = $1 and t.name = $2 and t.item is null
      """, [.int8(run.rawValue), .text(name)])
  }

  private func id(_ world: World, _ run: RunID, _ name: String) async throws -> Int64 {
    try await world.root.int(
      "select id from zm.task_run where run_id = $1 and name = $2 and item is null",
      [.int8(run.rawValue), .text(name)])
  }

  @Test func `is each task that it waits for, until that has ended`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b"), task("c", after("a"), after("b", .always))))
      let run = try await world.start()
      let (a, b) = (try await id(world, run, "a"), try await id(world, run, "b"))
      #expect(
        try await why(world, run, "c") == [
          #"waits: waits for "a" (task run \#(a), queued)"#,
          #"waits: waits for "b" (task run \#(b), queued)"#,
        ])
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.finish(claimed.filter { $0.name == "a" }.map(\.fence))
      #expect(
        try await why(world, run, "c") == [
          #"link: the link from "a" (success) was taken: it succeeded"#,
          #"waits: waits for "b" (task run \#(b), assigned)"#,
        ])
    }
  }

  @Test func `is the link that was not taken, with what it looked at`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"),
          task(
            "b", after("a", try Condition(#"result > 3 or (result contains "x" and exit_code in (0, 1))"#)))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array("2\n".utf8))
      #expect(
        try await why(world, run, "b") == [
          #"ended: it has ended: skipped (the link from "a" was not taken)"#,
          #"link: the link from "a" (result > 3 or (result contains "x" and exit_code in (0, 1))) was not taken: "#
            + #"state "succeeded", result "2", exit_code 0"#,
        ])
    }
  }

  @Test func `is who holds it, and who paused its pipeline`() async throws {
    try await World.with { world in
      let name = world.store.role("anna")
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      let run = try await world.start()
      _ = try await world.anna.run { session in try People.control(.hold, [run.rawValue], session) }
      #expect(try await why(world, run, "a") == ["held: held by \(name)"])
      #expect(try await why(world, run, "b").last == "held: once it is ready it will be held")
      _ = try await world.anna.run { session in try People.control(.release, [run.rawValue], session) }
      #expect(try await why(world, run, "a") == ["worker: no worker is connected"])
      _ = try await world.anna.run { session in try People.control(.pause, pipeline: "p", session) }
      let next = try await world.start()
      #expect(try await why(world, next, "a") == ["held: pipeline paused by \(name)"])
    }
  }

  @Test func `is a worker or a slot that is not there, and then nothing`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b")))
      try await world.root.script("update zm.worker set slots = 1")
      let run = try await world.start()
      #expect(try await why(world, run, "a") == ["worker: no worker is connected"])
      let (connection, identity) = (world.scheduler.connection, world.scheduler.identity)
      let worker = world.scheduler.worker
      try await connection.run { session in
        try identity.heartbeat(
          [.init(worker: worker, isConnected: true, busy: 0, silence: .zero, host: "h", release: "1")],
          session)
      }
      #expect(
        try await why(world, run, "a") == ["slot: nothing keeps it: a scheduler takes it at any moment"])
      let claimed = try await world.scheduler.claim(1)
      #expect(try await why(world, run, "b") == ["slot: no free slot: position 1"])
      #expect(
        try await why(world, run, "a") == [#"running: it is assigned on worker "s-worker", attempt 1"#])
      try await world.scheduler.finish(claimed.map(\.fence))
      #expect(try await why(world, run, "a") == ["ended: it has ended: succeeded with exit code 0"])
      #expect(
        try await why(world, run, "b") == ["slot: nothing keeps it: a scheduler takes it at any moment"])
      try await connection.run { session in try identity.release(session) }
      #expect(try await why(world, run, "b") == ["worker: no scheduler runs"])
    }
  }

  @Test func `is the time of its next attempt`() async throws {
    try await World.with { world in
      var late = task("a", attempts: 2)
      if case .inline(var program) = late.work {
        program.retry = RetryPolicy(delay: .seconds(600))
        late.work = .inline(program)
      }
      try await world.apply(pipeline(late))
      let run = try await world.start()
      try await world.scheduler.finishQueued(.failed)
      let reasons = try await why(world, run, "a")
      #expect(reasons.count == 1)
      #expect(reasons[0].hasPrefix("delayed: its next attempt comes at "))
    }
  }

  @Test func `is told of a whole run, and only to those who may see it`() async throws {
    try await World.with { world in
      let berta = try await world.store.newRole("berta", level: "user")
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      let run = try await world.start()
      let a = try await id(world, run, "a")
      #expect(
        try await world.anna.texts("select message from zm_api.why($1)", [.int8(run.rawValue)]) == [
          "a: no worker is connected", #"b: waits for "a" (task run \#(a), queued)"#,
        ])
      #expect(
        await sqlState {
          _ = try await berta.texts("select message from zm_api.why($1)", [.int8(run.rawValue)])
        } == "ZM003")
      #expect(
        await sqlState { _ = try await berta.texts("select message from zm_api.why($1)", [.int8(a)]) }
          == "ZM003")
    }
  }
}
