import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A due time` {
  private func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a")))
      try await body(world)
    }
  }

  @Test func `is fired once, though it is fired twice`() async throws {
    try await with { world in
      try await world.save("e")
      let event = try await world.event("e")
      try await world.scheduler.fire(event, 0)
      try await world.scheduler.fire(event, 0, 1)
      #expect(try await world.ledger("e") == ["0 started", "1 started"])
      #expect(try await world.runs("e") == 2)
    }
  }

  @Test func `is fired once, though two schedulers look at once`() async throws {
    try await with { world in
      let other = try await world.newScheduler("other")
      for name in 1...20 { try await world.save("e\(name)") }
      @Sendable func rounds(_ scheduler: Scheduler) async throws -> Int {
        let identity = scheduler.identity
        var fired = 0
        for round in 1...20 as ClosedRange<Int64> {
          fired += try await scheduler.connection.transaction { session in
            let due = try identity.dueEvents(limit: 500, unknownZones: [], session).events
              .filter { ($0.nextDue ?? 0) < aDueTime + round }
            let fires = due.map {
              EventFire(event: $0.id, due: aDueTime + round, intent: .started)
            }
            let plans = fires.map { EventPlan(event: $0.event, lastDue: $0.due, nextDue: $0.due, nextAt: 0) }
            _ = try identity.fire(fires, plans, session)
            return fires.count
          }
        }
        return fired
      }
      async let one = rounds(world.scheduler)
      async let two = rounds(other)
      let fired = try await one + two
      #expect(fired >= 20)
      #expect(try await world.root.int("select count(*) from zm.fire where outcome = 'started'") == fired)
      #expect(try await world.root.int("select count(*) from zm.run") == fired)
    }
  }

  @Test func `that was missed with others stands in the ledger with them`() async throws {
    try await with { world in
      try await world.save("e")
      let event = try await world.event("e")
      try await world.scheduler.fire([
        EventFire(event: event, due: aDueTime, intent: .missed, count: 60, until: aDueTime + 59),
        EventFire(event: event, due: aDueTime + 60, intent: .caughtUp),
      ])
      #expect(try await world.ledger("e") == ["0 missed 60", "60 caught_up"])
      #expect(try await world.runs("e") == 1)
      let until = try await world.root.int(
        "select extract(epoch from until_due)::bigint from zm_api.fire where outcome = 'missed'")
      #expect(until == aDueTime + 59)
    }
  }

  @Test func `may be of any week`() async throws {
    try await with { world in
      try await world.save("e")
      let event = try await world.event("e")
      let week: Int64 = 7 * 86400
      try await world.scheduler.fire(event, -100 * week, -week, 0, week, 500 * week)
      try await world.scheduler.fire(event, -99 * week, 1)
      #expect(try await world.ledger("e").count == 7)
      let misplaced = try await world.root.int(
        """
        select count(*) from zm.fire f where f.tableoid::regclass::text <>
          'zm.fire_w' || floor(zm.day_number(f.due_at) / 7.0)
          and f.tableoid::regclass::text <> '"zm"."fire_w' || floor(zm.day_number(f.due_at) / 7.0) || '"'
          and f.tableoid::regclass::text <> 'zm."fire_w' || floor(zm.day_number(f.due_at) / 7.0) || '"'
        """)
      #expect(misplaced == 0)
    }
  }

  @Test func `is skipped while a run of the event still goes`() async throws {
    try await with { world in
      try await world.save("e", overlap: "skip")
      let event = try await world.event("e")
      try await world.scheduler.fire(event, 0, 1)
      try await world.scheduler.fire(event, 2)
      let run = try await world.root.int("select min(id) from zm.run")
      #expect(try await world.ledger("e") == ["0 started", "1 skipped", "2 skipped"])
      #expect(try await world.reasons("e")[1] == "run \(run) still goes")
      try await world.scheduler.finishQueued()
      try await world.scheduler.fire(event, 3)
      #expect(try await world.ledger("e").last == "3 started")
    }
  }

  @Test func `starts beside the runs of the event if that is allowed`() async throws {
    try await with { world in
      try await world.save("e", overlap: "allow")
      try await world.scheduler.fire(try await world.event("e"), 0, 1, 2)
      #expect(try await world.ledger("e") == ["0 started", "1 started", "2 started"])
    }
  }

  @Test func `waits for the runs of the event if that is said, and those that wait keep their order`()
    async throws
  {
    try await with { world in
      try await world.save("e", overlap: "queue")
      let event = try await world.event("e")
      try await world.scheduler.fire(event, 0, 1, 2)
      #expect(try await world.ledger("e") == ["0 started", "1 queued", "2 queued"])
      #expect(try await world.runs("e") == 1)
      try await world.scheduler.finishQueued()
      // Not before those that came first.
      try await world.scheduler.fire(event, 3)
      #expect(try await world.ledger("e") == ["0 started", "1 queued", "2 queued", "3 queued"])
      for started in 2...4 {
        try await world.scheduler.takeTurns()
        #expect(try await world.ledger("e").count { $0.hasSuffix("started") } == started)
        #expect(try await world.runs("e") == started)
        try await world.scheduler.finishQueued()
      }
      #expect(try await world.ledger("e").allSatisfy { $0.hasSuffix("started") })
      let inOrder = try await world.root.int(
        "select count(*) from zm.fire a join zm.fire b on a.due_at < b.due_at and a.runs[1] > b.runs[1]")
      #expect(inOrder == 0)
    }
  }

  @Test func `is skipped once a hundred wait`() async throws {
    try await with { world in
      try await world.save("e", overlap: "queue")
      let event = try await world.event("e")
      try await world.scheduler.fire(
        (0...102).map { EventFire(event: event, due: aDueTime + $0, intent: .started) })
      #expect(try await world.ledger("e").suffix(3) == ["100 queued", "101 skipped", "102 skipped"])
      #expect(try await world.reasons("e").last == "100 wait already")
    }
  }

  @Test func `that waits and cannot be started gives its turn to the next`() async throws {
    try await with { world in
      try await world.save("e", overlap: "queue")
      let event = try await world.event("e")
      try await world.scheduler.fire(event, 0, 1, 2)
      try await world.save("e", overlap: "queue", start: ["gone"])
      try await world.scheduler.finishQueued()
      try await world.scheduler.takeTurns()
      #expect(try await world.ledger("e") == ["0 started", "1 failed", "2 failed"])
    }
  }

  @Test(arguments: ["event_set('e', false)", "remove('event', 'e')"])
  func `that waits is skipped when the event is switched off or removed`(call: String) async throws {
    try await with { world in
      try await world.save("e", overlap: "queue")
      try await world.scheduler.fire(try await world.event("e"), 0, 1)
      try await world.anna.script("select zm_api.\(call)")
      #expect(try await world.ledger("e") == ["0 started", "1 skipped"])
      try await world.scheduler.finishQueued()
      try await world.scheduler.takeTurns()
      #expect(try await world.runs("e") == 1)
    }
  }

  @Test func `of an event that was removed stays in the ledger, and the event goes on with it`() async throws
  {
    try await with { world in
      try await world.save("e")
      try await world.scheduler.fire(try await world.event("e"), 0)
      try await world.anna.script("select zm_api.remove('event', 'e')")
      #expect(try await world.root.int("select count(*) from zm_api.event") == 0)
      #expect(try await world.ledger("e") == ["0 started"])
      #expect(try await world.scheduler.due().isEmpty)
      #expect(await sqlState { try await world.anna.script("select zm_api.remove('event', 'e')") } == "ZM003")
      try await world.save("e")
      #expect(try await world.scheduler.due().map(\.name) == ["e"])
      #expect(try await world.ledger("e") == ["0 started"])
    }
  }

  @Test func `is not needed to fire an event by hand`() async throws {
    try await with { world in
      try await world.save("e", overlap: "skip")
      try await world.scheduler.fire(try await world.event("e"), 0)
      let runs = try await world.anna.int("select cardinality(zm_api.event_fire('e'))::bigint")
      #expect(runs == 1)
      let anna = world.store.role("anna")
      #expect(
        try await world.root.texts("select outcome || ', ' || reason from zm.fire where reason is not null")
          == ["started, by \(anna)"])
      try await world.save("e", start: ["gone"])
      let error = await databaseError { try await world.anna.script("select zm_api.event_fire('e')") }
      #expect(error?.sqlState == "ZM003")
      #expect(error?.message == #"event "e" starts nothing: no pipeline "gone""#)
      #expect(try await world.root.int("select count(*) from zm.fire") == 2)
    }
  }

  @Test func `is its owner's, and a viewer's and an admin's to see`() async throws {
    try await with { world in
      try await world.save("e")
      try await world.scheduler.fire(try await world.event("e"), 0)
      let bert = try await world.store.newRole("bert", level: "user")
      let boss = try await world.store.newRole("boss", level: "admin")
      for table in ["zm.event", "zm.event_clock", "zm.fire", "zm_api.event", "zm_api.fire"] {
        let seen = (
          try await world.anna.int("select count(*) from \(table)"),
          try await bert.int("select count(*) from \(table)"),
          try await boss.int("select count(*) from \(table)")
        )
        #expect(seen == (1, 0, 1), "\(table)")
      }
      for call in ["event_set('e', false)", "remove('event', 'e')", "event_fire('e')"] {
        #expect(await sqlState { try await bert.script("select zm_api.\(call)") } == "ZM003", "\(call)")
      }
      for sql in [
        "delete from zm.fire", "update zm.event_clock set next_at = null", "select zm.replan(null)",
        "insert into zm.event_turn values (1)", "select * from zm.queued_fire",
        "select zm_sched.due_events(1, 1, 1, '{}')",
      ] {
        #expect(await sqlState { try await world.anna.script(sql) } == "42501", "\(sql)")
      }
    }
  }

  @Test func `is no business of a process that has lost its name`() async throws {
    try await with { world in
      try await world.save("e")
      let event = try await world.event("e")
      try await world.root.script("update zm.scheduler set epoch = epoch + 1")
      let identity = world.scheduler.identity
      #expect(await sqlState { _ = try await world.scheduler.due() } == "ZM001")
      #expect(await sqlState { try await world.scheduler.fire(event, 0) } == "ZM001")
      #expect(
        await sqlState {
          _ = try await world.scheduler.connection.run { session in
            try identity.nextEvent(unknownZones: [], session)
          }
        } == "ZM001")
    }
  }
}
