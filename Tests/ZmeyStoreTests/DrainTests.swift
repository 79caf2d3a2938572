import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// A worker that is drained and a scheduler that is paused: both get nothing new.
@Suite struct `What takes no new work` {
  private func why(_ world: World) async throws -> [String] {
    try await world.anna.texts(
      """
      select w.kind || ': ' || w.message from (select max(id) as id from zm.task_run where state < 3) t,
        zm_api.why(t.id) w
      """)
  }

  private func link(_ world: World, _ workers: [WorkerID]) async throws {
    let identity = world.scheduler.identity
    try await world.scheduler.connection.run { session in
      try identity.heartbeat(
        workers.map {
          .init(worker: $0, isConnected: true, busy: 0, silence: .zero, host: "h", release: "1")
        }, session)
    }
  }

  private func claim(_ world: World, _ slots: [WorkerID]) async throws -> [WorkerID] {
    try await world.scheduler.perform { $0.slots = slots }.claimed.map(\.worker)
  }

  @Test func `is a drained worker, while others go on, until it is undrained`() async throws {
    try await World.with { world in
      try await world.apply(template())
      try await world.root.run { try People.addWorker("other", scheduler: "s", slots: 9, $0) }
      let identity = world.scheduler.identity
      func workers() async throws -> [WorkerRecord] {
        try await world.scheduler.connection.run { try identity.workers($0) }
      }
      let (drained, other) = (try await workers()[0].id, try await workers()[1].id)
      _ = try await world.submit(10)
      try await world.root.run { try People.drainWorker("s-worker", reason: "driver upgrade", $0) }
      #expect(try await workers().map(\.takesWork) == [false, true])
      #expect(try await claim(world, [drained, other, drained, other]) == [other, other])
      #expect(try await claim(world, [drained, drained]) == [])
      // Of the others' work nothing is in its way: whoever has one slot open asks again by itself.
      #expect(try await world.root.int("select count(*) from zm.scheduler_sleep where asleep") == 0)
      try await world.root.run { try People.undrainWorker("s-worker", $0) }
      #expect(try await workers().map(\.takesWork) == [true, true])
      #expect(try await claim(world, [drained, other]).count == 2)
    }
  }

  @Test func `is every worker of a paused scheduler, and of no other`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let other = try await world.newScheduler("s2")
      _ = try await world.submit(4)
      try await world.root.run { try People.pauseScheduler("s", reason: nil, $0) }
      #expect(try await world.scheduler.claim(2).isEmpty)
      let identity = world.scheduler.identity
      let records = try await world.scheduler.connection.run { try identity.workers($0) }
      #expect(records.map(\.takesWork) == [false])
      let claimed = try await other.claim(1)
      #expect(claimed.count == 1)
      // It finishes what it has.
      #expect(try await other.finish(claimed.map(\.fence)) == [])
      try await world.root.run { try People.resumeScheduler("s", $0) }
      #expect(try await world.scheduler.claim(2).count == 2)
    }
  }

  @Test func `is shown with who did it and why, and told again takes a new reason`() async throws {
    try await World.with { world in
      let boss = try await world.store.newRole("boss", level: "admin")
      let name = world.store.role("boss")
      for reason in ["one", nil, "one", "two"] {
        try await boss.run { try People.drainWorker("s-worker", reason: reason, $0) }
        try await boss.run { try People.pauseScheduler("s", reason: reason, $0) }
      }
      let worker = try await world.anna.run { try People.workers($0)[0] }
      #expect((worker.drainedBy, worker.drainReason) == (name, "two"))
      let scheduler = try await world.anna.run { try People.schedulers($0)[0] }
      #expect((scheduler.pausedBy, scheduler.pauseReason) == (name, "two"))
      for _ in 1...2 {
        try await boss.run { try People.undrainWorker("s-worker", $0) }
        try await boss.run { try People.resumeScheduler("s", $0) }
      }
      #expect(try await world.anna.run { try People.workers($0)[0] }.drainedBy == nil)
      #expect(try await world.anna.run { try People.schedulers($0)[0] }.pausedBy == nil)
      // What changes nothing leaves no note.
      let notes = try await boss.texts(
        "select concat_ws(' ', action, object, detail ->> 'reason') from zm_api.audit where who = session_user order by id"
      )
      #expect(
        notes == [
          "drain s-worker one", "pause s one", "drain s-worker two", "pause s two", "undrain s-worker",
          "resume s",
        ])
    }
  }

  @Test func `is for admins to say, of what is there, in one line`() async throws {
    try await World.with { world in
      func refusals(_ connection: Connection, _ reason: String?, worker: String, scheduler: String) async
        -> [String?]
      {
        [
          await sqlState {
            try await connection.run { try People.drainWorker(worker, reason: reason, $0) }
          },
          await sqlState {
            try await connection.run { try People.pauseScheduler(scheduler, reason: reason, $0) }
          },
          await sqlState { try await connection.run { try People.undrainWorker(worker, $0) } },
          await sqlState { try await connection.run { try People.resumeScheduler(scheduler, $0) } },
        ]
      }
      let viewer = try await world.store.newRole("viewer", level: "viewer")
      #expect(
        await refusals(world.anna, nil, worker: "s-worker", scheduler: "s")
          == Array(repeating: "ZM002", count: 4))
      #expect(
        await refusals(viewer, nil, worker: "s-worker", scheduler: "s") == Array(repeating: "42501", count: 4)
      )
      #expect(
        await refusals(world.root, nil, worker: "w", scheduler: "none") == Array(repeating: "ZM003", count: 4)
      )
      for wrong in [String(repeating: "ä", count: 201), "two\nlines"] {
        #expect(
          await refusals(world.root, wrong, worker: "s-worker", scheduler: "s").prefix(2)
            == ["ZM004", "ZM004"])
      }
      let longest = String(repeating: "ä", count: 200)
      #expect(
        await refusals(world.root, longest, worker: "s-worker", scheduler: "s")
          == Array(repeating: nil, count: 4))
    }
  }

  @Test func `is the reason that why gives`() async throws {
    try await World.with { world in
      let boss = world.store.role("boss")
      let admin = try await world.store.newRole("boss", level: "admin")
      try await world.root.run { try People.addWorker("other", scheduler: "s", slots: 1, $0) }
      let identity = world.scheduler.identity
      let ids = try await world.scheduler.connection.run { try identity.workers($0).map(\.id) }
      try await world.apply(template())
      _ = try await world.submit(2)
      try await link(world, ids)
      try await admin.run { try People.drainWorker("s-worker", reason: "disk", $0) }
      #expect(try await why(world) == ["slot: nothing keeps it: a scheduler takes it at any moment"])
      _ = try await claim(world, [ids[1]])
      #expect(
        try await why(world) == [
          #"slot: no free slot: position 1; worker "s-worker" is drained by \#(boss) (disk)"#
        ])
      try await admin.run { try People.drainWorker("other", reason: nil, $0) }
      let reasons = try await why(world)
      #expect(
        reasons == [
          #"drained: no worker takes new work: worker "other" is drained by \#(boss), "#
            + #"worker "s-worker" is drained by \#(boss) (disk)"#
        ])
      for name in ["s-worker", "other"] { try await admin.run { try People.undrainWorker(name, $0) } }
      try await admin.run { try People.pauseScheduler("s", reason: "move", $0) }
      #expect(
        try await why(world) == [
          #"drained: no worker takes new work: scheduler "s" is paused by \#(boss) (move)"#
        ])
    }
  }

  @Test func `is settled with the claims under way, and keeps nothing but claims waiting`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(4)
      let task = try await world.scheduler.claim(1)[0]
      // Its scheduler claims nothing meanwhile, and goes on with all else.
      try await world.during("select zm_api.worker_drain('s-worker')", by: world.root) {
        let (claimed, refused) = (
          try await world.scheduler.claim(1), try await world.scheduler.finish([task.fence])
        )
        #expect(claimed.isEmpty && refused.isEmpty)
      }
      #expect(try await world.scheduler.claim(1).isEmpty)
      try await world.root.run { try People.undrainWorker("s-worker", $0) }
      #expect(try await world.scheduler.claim(1).count == 1)
    }
  }

  @Test func `is called back to work at once`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(2)
      // It is not asleep: all its slots are taken, and it would come again by itself.
      _ = try await world.scheduler.claim(1)
      let (wake, _) = try await Listener.open(
        world.store.database.conninfo(), applicationName: "tests", channels: ["zm_wake"]
      ) { _ in 0 }
      var wakes = wake.events.makeAsyncIterator()
      let changes: [@Sendable (borrowing Session) throws -> Void] = [
        { try People.drainWorker("s-worker", reason: nil, $0) },
        { try People.undrainWorker("s-worker", $0) }, { try People.pauseScheduler("s", reason: nil, $0) },
        { try People.resumeScheduler("s", $0) },
      ]
      for change in changes {
        try await world.root.run(change)
        guard case .notified = await wakes.next() else {
          Issue.record("no notification")
          return
        }
      }
      wake.close()
    }
  }
}
