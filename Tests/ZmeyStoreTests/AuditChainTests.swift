import Postgres
import TestKit
import Testing
import ZmeyStore

@Suite struct `The audit's chain` {
  /// Three rows by the superuser, two by Anna.
  private func withRows(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(1)
      for amount in 1...3 {
        try await world.root.run { try People.setResource("gpu", amount: Int32(amount), $0) }
      }
      try await body(world)
    }
  }

  private func flaws(_ connection: Connection) async throws -> [String] {
    try await connection.run { try People.verifyAudit($0).map(\.problem) }
  }

  /// As who may do anything.
  private func tamper(_ world: World, _ sql: String) async throws {
    try await world.root.script(
      "set session_replication_role = replica; \(sql); reset session_replication_role")
  }

  private static let second =
    "(select id from zm.audit where kind = 'resource' order by id offset 1 limit 1)"

  @Test func `is whole as long as nobody touches it`() async throws {
    try await withRows { world in
      #expect(try await flaws(world.root) == [])
      #expect(try await flaws(world.anna) == [])
      let heads = try await world.root.run { try People.auditHeads($0) }
      #expect(heads.count == 2)
      #expect(try await world.anna.run { try People.auditHeads($0).map(\.who) } == [world.store.role("anna")])
      #expect(
        try await world.root.int("select sum(number)::bigint from zm.audit_head")
          == world.root.int("select count(*) from zm.audit"))
    }
  }

  @Test(arguments: [
    ("object = 'gpV'", "it was changed"), ("at = at + interval '1 microsecond'", "it was changed"),
    ("who = 'x'", "it was changed"), ("detail = detail || '{\"after\": 9}'", "it was changed"),
    ("address = '10.0.0.1'", "it was changed"), ("application = 'x'", "it was changed"),
    ("subject_id = (select min(id) from zm.app_user)", "it was changed"),
    ("action = 'creatf'", "it was changed"),
    ("kind = 'resourcf'", "it was changed"),
  ]) func `tells a changed row`(change: String, problem: String) async throws {
    try await withRows { world in
      try await tamper(world, "update zm.audit set \(change) where id = \(Self.second)")
      #expect(try await flaws(world.root) == [problem])
    }
  }

  @Test func `tells a row that is gone, one that was added, and an end that was cut off`() async throws {
    try await withRows { world in
      try await tamper(
        world, "insert into zm.audit (action, kind, object) values ('x', 'resource', 'y')")
      #expect(try await flaws(world.root) == ["it has no seal"])
    }
    try await withRows { world in
      try await tamper(world, "delete from zm.audit where id = \(Self.second)")
      #expect(try await flaws(world.root) == ["it is gone"])
    }
    try await withRows { world in
      let last = "(select max(id) from zm.audit where kind = 'resource')"
      try await tamper(
        world,
        "delete from zm.audit_seal where audit_id = \(last); delete from zm.audit where id = \(last)")
      #expect(try await flaws(world.root) == ["its newest rows are gone"])
    }
  }

  @Test func `tells a row whose seal was made anew by the next one`() async throws {
    try await withRows { world in
      try await tamper(
        world,
        """
        update zm.audit set object = 'gpV' where id = \(Self.second);
        update zm.audit_seal s set digest = zm.seal_of(a, b.digest)
        from zm.audit a, zm.audit_seal b
        where a.id = \(Self.second) and s.audit_id = a.id and b.who = s.who and b.number = s.number - 1
        """)
      #expect(try await flaws(world.root) == ["it was changed"])
    }
  }

  @Test func `is added to only, by whatever role`() async throws {
    try await withRows { world in
      for sql in [
        "update zm.audit set object = 'x'", "delete from zm.audit", "update zm.audit_seal set number = 0",
        "delete from zm.audit_seal",
      ] {
        #expect(await sqlState { try await world.root.script(sql) } == "ZM010", "\(sql)")
        #expect(
          await sqlState { try await world.root.script("set role zm_owner; \(sql)") } == "ZM010", "\(sql)")
        try await world.root.script("reset role")
        #expect(await sqlState { try await world.anna.script(sql) } == "42501", "\(sql)")
      }
    }
  }

  @Test func `makes nobody wait for another's open transaction`() async throws {
    try await withRows { world in
      try await world.root.run { session in
        try session.script("begin; select zm_api.resource_set('gpu', 9)")
      }
      // Rolled back with the closure: no gap, no flaw.
      #expect(try await flaws(world.root) == [])
    }
  }
}
