import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// Ways round the wall that one user in plain psql cannot show: several databases of a server, groups, names, races.
@Suite struct `The wall` {
  @Test func `stands between databases of one server: an admin or viewer of another one is nobody here`()
    async throws
  {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1)
      let people = [
        try await world.store.newRole("other_admin", granted: ["zm_admin"]),
        try await world.store.newRole("other_viewer", granted: ["zm_viewer"]),
      ]
      for person in people {
        for question in [
          "zm.run", "zm.task_run", "zm.audit", "zm.app_user", "zm_api.audit_heads()", "zm_api.stuck()",
        ] {
          let seen = try? await person.int("select count(*) from \(question)")
          #expect(seen == 0 || seen == nil, "\(question)")
        }
        for change in [
          "zm_api.user_add('evil')", "zm_api.scheduler_add('evil')", "zm_api.resource_set('evil', 1)",
          "zm_api.control('stop', array[\(run)])", "zm_api.exec('{true}')",
        ] {
          await #expect(throws: DatabaseError.self, "\(change)") {
            try await person.script("select \(change)")
          }
        }
      }
      #expect(try await world.root.int("select count(*) from zm.app_user where rolname = 'evil'") == 0)
    }
  }

  @Test func `lets a user who is removed commit nothing that was begun before`() async throws {
    try await World.with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      _ = try await bert.apply(template())
      let name = world.store.role("bert")
      async let begun: Void = bert.transaction { session in
        try session.script("select zm_api.submit('t')")
        try session.script("select pg_sleep(100)")
      }
      try await world.root.script(
        """
        do $$ begin
          while not exists (select from pg_stat_activity where usename = '\(name)' and wait_event = 'PgSleep') loop
            perform pg_sleep(0.01);
            perform pg_stat_clear_snapshot();
          end loop;
        end $$
        """)
      try await world.root.run { try People.removeUser(name, $0) }
      do {
        try await begun
        Issue.record("it was committed")
      } catch let error as DatabaseError {
        #expect(error.kind == .connection)
      }
      #expect(try await world.root.int("select count(*) from zm.run") == 0)
    }
  }

  @Test func `can be left by a user whose role somebody dropped`() async throws {
    try await World.with { world in
      let name = world.store.role("carl")
      try await world.root.run { try People.addUser(name, "{}", $0) }
      try await world.root.script("drop role \(name)")
      try await world.root.run { try People.removeUser(name, $0) }
      #expect(
        try await world.root.int("select count(*) from zm.app_user where rolname = '\(name)' and disabled")
          == 1)
    }
  }

  @Test(arguments: [
    "lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, '')", "pg_logical_emit_message(false, 'x', 'y')",
    "pg_advisory_lock(7701, 1)", "zm.record_wall()", "zm.shapes()",
  ]) func `keeps from everybody what writes without a limit, blocks others, or moves the wall`(call: String)
    async throws
  {
    try await World.with { world in
      let error = await #expect(throws: DatabaseError.self) { try await world.anna.script("select \(call)") }
      #expect(error?.kind == .insufficientPrivilege)
    }
  }
}
