import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `An event` {
  private func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      try await body(world)
    }
  }

  @Test func `is reckoned by a scheduler when it is new, changed or switched on`() async throws {
    try await with { world in
      try await world.save("e")
      let first = try #require(try await world.scheduler.due().first)
      #expect((first.name, first.nextDue, first.generation) == ("e", nil, 1))
      #expect(first.definition?.rule == .every(.seconds(3600)))
      #expect(first.after <= first.now / 1000)
      try await world.scheduler.plan(
        EventPlan(event: first.id, nextDue: 4_000_000_000, nextAt: 4_000_000_000_500))
      #expect(try await world.scheduler.due().isEmpty)

      try await world.save("e", .cron("0 3 * * *"))
      let changed = try #require(try await world.scheduler.due().first)
      #expect((changed.id, changed.nextDue, changed.generation) == (first.id, nil, 2))
      try await world.anna.script("select zm_api.event_set('e', false)")
      #expect(try await world.scheduler.due().isEmpty)
      try await world.anna.script("select zm_api.event_set('e', true)")
      #expect(try await world.scheduler.due().map(\.generation) == [4])
    }
  }

  @Test func `that is saved as it is stays as it is`() async throws {
    try await with { world in
      try await world.save("e", keys: #", "args": ["x"], "jitter": 500"#)
      try await world.scheduler.plan(
        EventPlan(event: try await world.event("e"), nextDue: 4_000_000_000, nextAt: 4_000_000_000_500))
      try await world.save("e", keys: #", "args": ["x"], "jitter": 500"#)
      #expect(try await world.scheduler.due().isEmpty)
      #expect(try await world.root.int("select generation::bigint from zm.event") == 1)
    }
  }

  @Test func `keeps its next due time when something else of it changes`() async throws {
    try await with { world in
      try await world.save("e")
      try await world.scheduler.plan(
        EventPlan(event: try await world.event("e"), nextDue: 4_000_000_000, nextAt: 4_000_000_000_500))
      try await world.save("e", start: ["p/b"], keys: #", "args": ["x"]"#)
      #expect(try await world.scheduler.due().isEmpty)
      #expect(try await world.root.int("select generation::bigint from zm.event") == 2)
    }
  }

  @Test func `reads back as it was written`() async throws {
    try await with { world in
      for keys in ["", #", "enabled": false"#, #", "jitter": 500, "until": "2030-01-01T00:00""#] {
        try await world.save("e", .times(["12:15", "14:25:30"], days: []), keys: keys)
        let same = """
          select count(*) from zm_api.event where definition = jsonb_build_object('name', 'e', 'description', '',
            'rule', '{"times": ["12:15", "14:25:30"]}'::jsonb, 'timezone', 'UTC', 'misfire', 'once',
            'overlap', 'allow', 'start', '["p"]'::jsonb) || ('{' || substring($1, 2) || '}')::jsonb
          """
        #expect(try await world.anna.int(same, [.text(keys)]) == 1, "\(keys)")
      }
    }
  }

  @Test(
    arguments: [
      #", "rule": {"every": 1500}"#, #", "rule": {"every": 500}"#, #", "rule": {"at": []}"#,
      #", "rule": {"every": 1000, "cron": "* * * * *"}"#, #", "rule": {}"#, #", "rule": 1"#,
      #", "start": []"#,
      #", "timezone": "../../etc/passwd""#, #", "misfire": "never""#, #", "max_catch_up": 0"#,
      #", "overlap": "both""#, #", "jitter": 86400000"#, #", "name": "a/b""#,
    ])
  func `that makes no sense is refused`(keys: String) async throws {
    try await with { world in
      let state = await sqlState { try await world.save("e", keys: keys) }
      #expect(state == "23514")
    }
  }

  @Test func `starts what it names with its arguments, for its owner`() async throws {
    try await with { world in
      try await world.save("e", start: ["p", "p/b"], keys: #", "args": ["x", "y"]"#)
      try await world.scheduler.fire(try await world.event("e"), 0)
      let runs = try await world.root.texts(
        "select unnest(runs)::text from zm_api.fire"
      ).compactMap { Int64($0).map { RunID($0) } }
      try #require(runs.count == 2)
      #expect(try await world.states(runs[0]) == ["a=queued", "b=waiting"])
      #expect(try await world.states(runs[1]) == ["b=queued"])
      #expect(try await world.scheduler.claim(2).map(\.arguments) == [["x", "y"], ["x", "y"]])
      #expect(
        try await world.root.int(
          """
          select count(*) from zm.run where created_by = '\(world.store.role("anna"))'
            and due_at = to_timestamp(\(aDueTime)) and event_id = \(try await world.event("e"))
          """) == 2)
    }
  }

  @Test func `that cannot start something says why and keeps nothing else from starting`() async throws {
    try await with { world in
      try await world.save("broken", start: ["gone", "p", "p/c"])
      try await world.save("whole")
      let (broken, whole) = (try await world.event("broken"), try await world.event("whole"))
      let failures = try await world.scheduler.fire([
        EventFire(event: broken, due: aDueTime, intent: .started),
        EventFire(event: whole, due: aDueTime, intent: .started),
      ])
      let reason = #"no pipeline "gone"; no task "c" in pipeline "p""#
      #expect(failures.map(\.reason) == [reason])
      #expect(try await world.ledger("broken") == ["0 failed"])
      #expect(try await world.reasons("broken") == [reason])
      #expect(try await world.ledger("whole") == ["0 started"])
      #expect(try await world.runs("broken") == 1)
      #expect(try await world.runs("whole") == 1)
    }
  }

  @Test func `whose start goes wrong halfway leaves nothing but its row, and the others start`() async throws
  {
    try await with { world in
      try await world.root.script(
        """
        create function refuse() returns trigger language plpgsql as $$ begin
          if exists (select from zm.task_spec where 'no' = any (args)) then raise exception 'no, it says'; end if;
          return null;
        end $$;
        create trigger refuse after insert on zm.task_spec execute function refuse()
        """)
      try await world.save("before")
      try await world.save("refused", keys: #", "args": ["no"]"#)
      try await world.save("after")
      var fires: [EventFire] = []
      for name in ["before", "refused", "after"] {
        fires.append(EventFire(event: try await world.event(name), due: aDueTime, intent: .started))
      }
      #expect(try await world.scheduler.fire(fires).map(\.reason) == ["no, it says"])
      #expect(try await world.ledger("before") == ["0 started"])
      #expect(try await world.ledger("refused") == ["0 failed"])
      #expect(try await world.ledger("after") == ["0 started"])
      #expect(try await world.root.int("select count(*) from zm.run") == 2)
    }
  }

  @Test func `leaves due times to nobody when its owner is disabled`() async throws {
    try await with { world in
      try await world.save("e")
      try await world.root.script("update zm.app_user set disabled = true")
      try await world.scheduler.fire(try await world.event("e"), 0)
      #expect(try await world.ledger("e") == ["0 skipped"])
      #expect(try await world.reasons("e") == ["its owner is disabled"])
    }
  }

  @Test func `of a time zone that a scheduler does not know is left to others`() async throws {
    try await with { world in
      try await world.save("e", keys: #", "timezone": "Mars/Olympus""#)
      let identity = world.scheduler.identity
      for (zones, count) in [(["Mars/Olympus"], 0), ([], 1)] {
        #expect(try await world.scheduler.due(unknownZones: zones).count == count)
        let next = try await world.scheduler.connection.run { session in
          try identity.nextEvent(unknownZones: zones, session)
        }
        #expect((next == nil) == (count == 0))
      }
    }
  }

  @Test func `waits while somebody keeps its pipeline locked, and the others do not`() async throws {
    try await with { world in
      try await world.save("held")
      try await world.save("free", start: ["gone"])
      let gate = try await world.store.open()
      try await gate.script("select pg_advisory_lock(1)")
      async let holder: Void = world.root.script(
        "begin; select from zm.pipeline for no key update; select pg_advisory_lock(1); rollback")
      while try await world.scheduler.due().map(\.name) != ["free"] {}
      try await gate.script("select pg_advisory_unlock(1)")
      try await holder
      #expect(try await world.scheduler.due().map(\.name).sorted() == ["free", "held"])
    }
  }

  @Test func `tells the scripts of its runs and of their reruns what they were due for`() async throws {
    try await with { world in
      try await world.save("e")
      try await world.scheduler.fire(try await world.event("e"), 0)
      try await world.scheduler.finishQueued()
      try await world.scheduler.finishQueued()
      let run = try await world.root.int("select id from zm.run")
      let again = try await world.anna.int("select zm_api.rerun(\(run))")
      for run in [run, again] {
        let told = try await world.root.texts("select zm.event_environment(\(run))::text")
        #expect(told == [#"{"ZM_EVENT": "e", "ZM_DUE_AT": "2026-11-23T18:53:20Z"}"#])
      }
    }
  }
}
