import Postgres
import TestKit
import Testing
import ZmeyStore

@Suite struct `A partition` {
  @Test func `takes the numbers of its week`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      let wrong = try await root.int(
        """
        with made as (
          insert into zm.run (id, owner_id, name, total)
          select zm.day_number(at) * 1000000000 + k, 1, 'x', 1
          from generate_series(clock_timestamp(), clock_timestamp() + interval '6 days', interval '1 day') at,
            generate_series(1, 3) k
          returning tableoid::regclass::text as part, id
        )
        select count(*) from made where part <> 'zm.run_w' || id / 1000000000 / 7
        """)
      #expect(wrong == 0)
      #expect(try await root.int("select count(*) from zm.week") == 2)
    }
  }

  @Test func `is made once, though two make it at once`() async throws {
    try await StoreDatabase.with { store in
      let (one, two) = (try await store.open(), try await store.open())
      for week in 1...10 {
        let sql = "select zm.ensure_week(clock_timestamp() + interval '\(week) weeks')"
        async let first: Void = one.script(sql)
        async let second: Void = two.script(sql)
        _ = try await (first, second)
        try await one.script(sql)
      }
      #expect(try await one.int("select count(*) from zm.week") == 11)
      // The ledger of events has weeks of its own.
      let partitioned = try await one.int(
        """
        select count(*) from pg_class where relnamespace = 'zm'::regnamespace and relkind = 'p' and relname <> 'fire'
        """)
      // Each is like its table, and nothing of it is open to anybody.
      let tables =
        "from pg_class where relnamespace = 'zm'::regnamespace and relname ~ '_w[0-9]+$' and relkind = 'r'"
      #expect(try await one.int("select count(*) \(tables)") == 11 * partitioned)
      #expect(try await one.int("select count(*) \(tables) and relacl is not null") == 0)
      #expect(try await one.int("select count(*) \(tables) and not relispartition") == 0)
    }
  }

  @Test func `is found by numbers that grow and that doubles hold`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      let ids = try await root.run { session in
        try session.query(Statement("ids", "select array_agg(zm.new_id()) from generate_series(1, 100)"))
          .first { row in try row.int8Array(0) } ?? []
      }
      #expect(ids.count == 100)
      #expect(Set(ids).count == 100)
      #expect(ids == ids.sorted())
      #expect(ids.allSatisfy { $0 > 0 && $0 < 1 << 53 })
      let late = try await root.int("select zm.day_number('9999-12-31Z') * 1000000000 + 999999999")
      #expect(late < 1 << 53)
    }
  }

  @Test func `is made by whoever changes something when no scheduler has run for weeks`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      try await root.script(
        """
        do $$
        declare
          part regclass;
        begin
          for part in select oid::regclass from pg_class
            where relnamespace = 'zm'::regnamespace and relispartition and relkind = 'r' loop
            execute format('drop table %s', part);
          end loop;
          delete from zm.week;
        end $$
        """)
      try await root.run { session in try People.addScheduler("s", session) }
      #expect(try await root.int("select count(*) from zm.audit") == 1)
    }
  }
}
