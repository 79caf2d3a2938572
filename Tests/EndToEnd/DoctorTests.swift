import Postgres
import TestKit
import Testing
import ZmeyInstance

/// zmctl doctor beside databases that are well, and that are not.
@Suite struct `The doctor` {
  struct Report: Decodable {
    struct Finding: Decodable {
      let check: String
      let level: String
      let message: String
      let advice: String?
    }

    let isHealthy: Bool
    let findings: [Finding]

    /// The worst that a check says.
    func level(_ check: String) -> String? {
      let levels = findings.filter { $0.check == check }.map(\.level)
      return ["fail", "warn", "skip", "ok"].first { levels.contains($0) }
    }
  }

  /// What is done to a database, what the doctor says of that, and how it is undone; `DB` stands for its name.
  struct Illness: Sendable, CustomTestStringConvertible {
    let check: String
    var level = "fail"
    let sql: String
    var cure = ""
    var testDescription: String { "\(check): \(sql)" }
  }

  private static let illnesses = [
    Illness(
      check: "creation", sql: "grant temporary on database DB to public",
      cure: "revoke temporary on database DB from public"),
    Illness(
      check: "public-schema", sql: "grant create on schema public to public",
      cure: "revoke create on schema public from public"),
    Illness(
      check: "locks", sql: "grant execute on function pg_advisory_lock(bigint) to public",
      cure: "revoke execute on function pg_advisory_lock(bigint) from public"),
    Illness(
      check: "disk", sql: "grant execute on function lo_create(oid) to public",
      cure: "revoke execute on function lo_create(oid) from public"),
    Illness(
      check: "names", level: "warn", sql: "select zm_api.user_add('DB_gone'); drop role DB_gone",
      cure: "select zm_api.user_remove('DB_gone')"),
    Illness(
      check: "owner", sql: "alter table zm.kept owner to postgres",
      cure: "alter table zm.kept owner to zm_owner"),
    Illness(
      check: "owner-login", sql: "create role DB_heir login in role zm_owner", cure: "drop role DB_heir"),
    Illness(
      check: "row-security", sql: "alter table zm.run disable row level security",
      cure: "alter table zm.run enable row level security"),
    Illness(
      check: "policies", sql: "create policy hole on zm.run for select using (true)",
      cure: "drop policy hole on zm.run"),
    Illness(
      check: "wall", sql: "drop policy own on zm.run",
      cure: "create policy own on zm.run for select to zm_user using (owner_id = (select zm.uid()))"),
    Illness(
      check: "wall", sql: "alter policy own on zm.run using (owner_id > 0)",
      cure: "alter policy own on zm.run using (owner_id = (select zm.uid()))"),
    Illness(
      check: "wall", sql: "alter table zm.task_run disable trigger user",
      cure: "alter table zm.task_run enable trigger user"),
    Illness(
      check: "wall", sql: "alter view zm_api.run reset (security_invoker)",
      cure: "alter view zm_api.run set (security_invoker = true)"),
    Illness(
      check: "wall", sql: "grant insert (name) on zm.run to zm_user",
      cure: "revoke insert (name) on zm.run from zm_user"),
    Illness(
      check: "wall", sql: "create function zm_api.backdoor() returns int language sql return 1",
      cure: "drop function zm_api.backdoor"),
    Illness(
      check: "search-path", sql: "alter function zm.uid reset search_path",
      cure: "alter function zm.uid set search_path = pg_catalog, pg_temp"),
    Illness(
      check: "execution", sql: "grant execute on function zm.new_id to public",
      cure: "revoke execute on function zm.new_id from public"),
    Illness(
      check: "powers", level: "warn",
      sql: "create role DB_boss bypassrls; select zm.enrol('DB_boss', 'user')",
      cure: "drop role DB_boss; delete from zm.app_user where rolname = 'DB_boss'"),
    Illness(
      check: "powers", level: "warn",
      sql: "create role DB_shell in role pg_execute_server_program; select zm.enrol('DB_shell', 'user')",
      cure: "drop role DB_shell; delete from zm.app_user where rolname = 'DB_shell'"),
    Illness(
      check: "scheduler-role",
      sql: "create role DB_both in role zm_scheduler; select zm.enrol('DB_both', 'user')",
      cure: "drop role DB_both; delete from zm.app_user where rolname = 'DB_both'"),
    Illness(
      check: "connection-limit", level: "warn", sql: "select zm_api.user_add('DB_many')",
      cure: "select zm_api.user_remove('DB_many')"),
    Illness(
      check: "passwords", level: "warn", sql: "alter database DB set password_encryption = 'md5'",
      cure: "alter database DB reset password_encryption"),
    Illness(
      check: "schedulers", sql: "select zm_api.scheduler_add('s')",
      cure: "select zm_api.scheduler_remove('s')"),
    Illness(
      check: "workers", level: "warn",
      sql: "select zm_api.scheduler_add('s'); select zm_api.worker_add('w', 's', 1)",
      cure: "select zm_api.worker_remove('w'); select zm_api.scheduler_remove('s')"),
    Illness(
      check: "timetables", sql: "update zm.event_clock set problem = 'unknown zone Mars/Base'",
      cure: "update zm.event_clock set problem = null"),
    Illness(
      check: "events", sql: "update zm.event_clock set next_at = clock_timestamp() - interval '2 min'",
      cure: "update zm.event_clock set next_at = null"),
    Illness(
      check: "ledger", level: "warn",
      sql: """
        select zm.ensure_fires(clock_timestamp());
        insert into zm.fire (event_id, due_at, owner_id, outcome) select id, clock_timestamp(), owner_id, 'missed' from zm.event
        """, cure: "delete from zm.fire"),
    Illness(check: "queue", sql: "select zm_api.submit('t')", cure: "delete from zm.queue"),
    Illness(
      check: "weeks", level: "warn",
      sql: """
        do $$ begin execute format('alter table zm.task_run_w%s rename to gone', zm.day_number(clock_timestamp()) / 7 + 1); end $$
        """,
      cure:
        "do $$ begin execute format('alter table zm.gone rename to task_run_w%s', zm.day_number(clock_timestamp()) / 7 + 1); end $$"
    ),
    Illness(
      check: "audit",
      sql: """
        set session_replication_role = replica; update zm.audit set action = 'creatf' where action = 'create' and kind = 'template'
        """,
      cure: """
        set session_replication_role = replica; update zm.audit set action = 'create' where action = 'creatf'
        """),
  ]

  /// Whether a message says the same a moment later on a server that others use, too.
  private static func stays(_ message: String) -> Bool { !message.contains("connections are taken") }

  private func report(_ database: FreshDatabase) async throws -> Report {
    try await database.zmctl("doctor", "--json").json()
  }

  @Test func `finds each illness of a database, and nothing else once it is cured`() async throws {
    let database = try await FreshDatabase()
    let name = try #require(
      database.conninfo.split(separator: " ").first { $0.hasPrefix("dbname=") }?.dropFirst("dbname=".count))
    try await database.must(
      "apply", "-",
      input: """
        templates: [{name: t, script: "#!/bin/sh"}]
        pipelines: [{name: p, tasks: [{name: a, template: t}]}]
        events: [{name: e, every: 1h, start: [p]}]
        """)
    let before = try await report(database)
    for illness in Self.illnesses {
      try await SQL.run(illness.sql.replacing("DB", with: name), in: database.conninfo)
      let sick = try await report(database)
      let news = sick.findings.filter { finding in !before.findings.contains { $0.message == finding.message }
      }
      #expect(
        news.contains { $0.check == illness.check && $0.level == illness.level }, illness.comment)
      for finding in sick.findings where ["warn", "fail"].contains(finding.level) {
        #expect(finding.advice?.isEmpty == false, "\(finding)")
      }
      try await SQL.run(illness.cure.replacing("DB", with: name), in: database.conninfo)
      #expect(
        try await report(database).findings.map(\.message).filter(Self.stays)
          == before.findings.map(\.message).filter(Self.stays), illness.comment)
    }
    // The test server's commits wait for no disk, and its rules trust everybody.
    let crash = try #require(before.findings.first { $0.check == "crash" })
    #expect(crash.level == "fail" && crash.message.hasPrefix("fsync"))
    #expect(before.level("access") == "fail")
    #expect(try await database.zmctl("doctor").code == 1)
  }

  @Test func `finds a private instance well, for whoever started it and for its superuser`() async throws {
    try await PrivateInstance.with { instance in
      try await instance.up()
      for role in [nil, "postgres"] {
        let conninfo = InstanceFolder(instance.path).conninfo(role: role)
        let outcome = try await Shell.run("zmctl", ["doctor"], variables: ["ZM_DB": conninfo])
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.error)")
        let lines = outcome.output.split(separator: "\n")
        let bad = lines.filter { !$0.hasPrefix("ok") && !$0.hasPrefix("skip") }
        // The superuser is no user of zmey, and is told so.
        #expect(bad.count == (role == nil ? 0 : 1), "\(bad)")
        #expect(lines.contains { $0.hasPrefix("ok") && $0.hasSuffix("1 of 1 run") })
        #expect(lines.contains { $0.contains("may not look") } == (role == nil))
      }
    }
  }

  @Test func `without a schema or rights ends as every verb, and tells an older schema apart`() async throws {
    let empty = try await TestServer.shared.freshDatabase()
    let outcome = try await Shell.run("zmctl", ["doctor"], variables: ["ZM_DB": empty.conninfo()])
    #expect(outcome.code == 3 && outcome.output == "" && outcome.error.contains("zmctl init"))
    let database = try await FreshDatabase()
    try await SQL.run("delete from zm.migration where version > 3", in: database.conninfo)
    let older = try await report(database)
    #expect(older.level("schema") == "fail" && older.level("wall") == nil && older.level("creation") == "ok")
  }

  @Test(arguments: [
    ("host=nonesuch.invalid", "name"), ("host=/nonexistent", "socket"), ("host=127.0.0.1 port=1", "server"),
    ("service=nonesuch", "address"),
  ])
  func `says which part of the way fails`(conninfo: String, part: String) async throws {
    try await expectUnreachable(conninfo, part)
  }

  @Test func `says that the database or the role is not there`() async throws {
    let server = try await TestServer.shared
    try await expectUnreachable(server.conninfo(database: "nonesuch"), "database")
    try await expectUnreachable(server.conninfo(user: "nonesuch"), "authentication")
  }

  private func expectUnreachable(_ conninfo: String, _ part: String) async throws {
    let outcome = try await Shell.run("zmctl", ["doctor", "--json"], variables: ["ZM_DB": conninfo])
    #expect(outcome.code == 4)
    #expect(outcome.error.hasPrefix("zmctl: cannot reach the database, \(part): "), "\(outcome.error)")
    let report = try outcome.json(Report.self)
    #expect(!report.isHealthy && report.findings.map(\.check) == [part])
  }
}

extension `The doctor`.Illness {
  fileprivate var comment: Comment { "\(testDescription)" }
}
