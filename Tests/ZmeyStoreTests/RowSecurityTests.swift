import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `Row security` {
  /// What people may look at, and on what they see of their own.
  private static let readable = [
    "zm.app_user", "zm.template", "zm.program", "zm.script", "zm.pipeline", "zm.pipeline_version", "zm.task",
    "zm.link",
    "zm.run", "zm.live_run", "zm.run_tally", "zm.task_run", "zm.task_spec", "zm.task_result", "zm.task_log",
    "zm.audit",
    "zm.submission", "zm_api.submission", "zm_api.task_run", "zm_api.run", "zm_api.template",
    "zm_api.pipeline", "zm_api.attempt", "zm.last_run", "zm_api.last_run", "zm_api.audit",
  ]

  /// Anna has something in every table.
  private func fill(_ world: World) async throws -> TaskRunID {
    var definitions = pipeline(
      task("a"), TaskDefinition(name: "b", work: .template("t"), after: [after("a", pass: .stdin)]))
    definitions.templates = template().templates
    try await world.apply(definitions)
    _ = try await world.anna.run { try Submission.open(template: "t", key: "secret", $0) }
    _ = try await world.start("secret")
    let fence = try await world.scheduler.claim(1)[0].fence
    try await world.scheduler.perform {
      $0.chunks = [.init(fence: fence, number: 0, stream: .standardError, bytes: [1])]
    }
    try await world.scheduler.finish([fence], result: [2])
    return fence.taskRun
  }

  private func count(_ table: String, _ connection: Connection) async throws -> Int64 {
    try await connection.int("select count(*) from \(table)")
  }

  @Test func `shows everyone their own and an admin everything`() async throws {
    try await World.with { world in
      let id = try await fill(world)
      let bert = try await world.store.newRole("bert", level: "user")
      let boss = try await world.store.newRole("boss", level: "admin")
      for table in Self.readable {
        let mine = try await count(table, world.anna)
        let his = try await count(table, bert)
        let all = try await count(table, boss)
        // Of people, everyone sees himself.
        #expect(his == (table == "zm.app_user" ? 1 : 0), "\(table)")
        #expect(mine > 0, "\(table)")
        #expect(try await count(table, world.root) == all, "\(table)")
      }
      let hers = try await world.anna.run { session in try People.result(id, session) }
      let hisResult = try await bert.run { session in try People.result(id, session) }
      #expect(hers == [2])
      #expect(hisResult == nil)
      let hisLog = try await bert.run { session in try People.log(id, attempt: 1, from: 0, session).count }
      let hisArguments = try await bert.run { session in try People.arguments(id, session) }
      let hisRuns = try await bert.run { session in
        try People.taskRuns(TaskRunFilter(ids: [id]), session).count
      }
      let hisCounts = try await bert.run { session in try People.counts(session).reduce(0) { $0 + $1.count } }
      #expect((hisLog, hisArguments, hisRuns, hisCounts) == (0, [], 0, 0))
      let bossResult = try await boss.run { session in try People.result(id, session) }
      #expect(bossResult == [2])
    }
  }

  @Test func `is on for every table that people may read, but the cluster's`() async throws {
    try await StoreDatabase.with { store in
      let open = try await store.open().texts(
        """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace = 'zm'::regnamespace and not c.relrowsecurity and exists (
          select from aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee where r.rolname <> 'zm_owner')
        order by 1
        """)
      #expect(
        open == [
          "zm.resource", "zm.scheduler", "zm.task_state", "zm.task_transition", "zm.worker",
          "zm.worker_status",
        ])
    }
  }

  @Test func `keeps one user from using what is another's`() async throws {
    try await World.with { world in
      _ = try await fill(world)
      let bert = try await world.store.newRole("bert", level: "user")
      #expect(await sqlState { try await bert.script("select zm_api.start('p')") } == "ZM003")
      #expect(await sqlState { try await bert.script("select zm_api.submit('t')") } == "ZM003")
      #expect(await sqlState { try await bert.script("select zm_api.export('{p}')") } == "ZM003")
      let borrowed = pipeline(TaskDefinition(name: "x", work: .template("t")))
      #expect(await sqlState { _ = try await bert.apply(borrowed) } == "ZM003")
      // The same names are free for him, and stay his.
      #expect(try await bert.apply(template(attempts: 9)) == ["+ template t"])
      let hers = try await world.anna.run { session in try People.export(nil, session).templates }
      #expect(hers == template().templates)
    }
  }

  @Test func `lets nobody write but through functions`() async throws {
    try await World.with { world in
      _ = try await fill(world)
      let boss = try await world.store.newRole("boss", level: "admin")
      let writable = try await world.root.texts(
        """
        select format('%s %s', c.oid::regclass, r) from pg_class c,
          unnest(array['zm_viewer', 'zm_user', 'zm_admin', 'zm_scheduler', 'public']) r
        where c.relnamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
          and c.relkind in ('r', 'p', 'v') and (
            has_table_privilege(r, c.oid, 'insert, update, delete, truncate, references, trigger')
            or has_any_column_privilege(r, c.oid, 'insert, update, references'))
        """)
      // What is submitted is copied in; nobody reads it there, and what is not taken in is refused.
      #expect(Set(writable) == ["zm.intake zm_user", "zm.intake zm_admin"])
      for connection in [world.anna, boss, world.scheduler.connection] {
        for sql in [
          "update zm.task_run set want = 3", "delete from zm.audit",
          "insert into zm.app_user (rolname) values ('x')",
          "truncate zm.template", "select nextval('zm.number')",
          "select zm.note('a', 'b', 'c')", "select zm.enrol(session_user, 'admin')", "set role zm_owner",
          "select zm.ensure_week(now())", "select * from zm.queue", "select * from zm.inflight",
        ] {
          #expect(await sqlState { try await connection.script(sql) } == "42501", "\(sql)")
        }
      }
    }
  }

  @Test func `lets nobody act as a scheduler, and a scheduler read nothing of users`() async throws {
    try await World.with { world in
      _ = try await fill(world)
      let (boss, scheduler) = (
        try await world.store.newRole("boss", level: "admin"), world.scheduler.connection
      )
      for connection in [world.anna, boss] {
        #expect(await sqlState { _ = try await connection.acquire("s") } == "42501")
        let claim = "select zm_sched.claim(1, 1, '{1}')"
        #expect(await sqlState { try await connection.script(claim) } == "42501")
      }
      for table in Self.readable {
        #expect(
          await sqlState { try await scheduler.script("select * from \(table)") } == "42501", "\(table)")
      }
      #expect(await sqlState { try await scheduler.script("select zm_api.result(1)") } == "42501")
    }
  }

  @Test func `gives a viewer a look at everything and nothing to change`() async throws {
    try await World.with { world in
      let viewer = try await world.store.newRole("viewer", level: "viewer")
      _ = try await fill(world)
      for table in Self.readable {
        #expect(try await count(table, viewer) == count(table, world.root), "\(table)")
      }
      #expect(
        try await viewer.run { session in try People.counts(session).count } == TaskRunState.allCases.count)
      for sql in ["select zm_api.apply('{}')", "select zm_api.exec('{ls}')", "select zm_api.start('p')"] {
        #expect(await sqlState { try await viewer.script(sql) } == "42501", "\(sql)")
      }
      try await world.root.script(
        "update zm.app_user set disabled = true where rolname = '\(world.store.role("viewer"))'")
      #expect(try await count("zm_api.task_run", viewer) == 0)
    }
  }

  @Test func `gives a role one level, the last`() async throws {
    try await World.with { world in
      _ = try await fill(world)
      let boss = try await world.store.newRole("boss", level: "admin")
      #expect(try await count("zm.task_run", boss) > 0)
      let role = world.store.role("boss")
      try await world.root.run { session in try Migrator.enrol(role, level: "user", session) }
      // A session may have planned a query with the rights it had.
      #expect(try await count("zm.task_run", world.store.open(as: role)) == 0)
      let wrong = await sqlState {
        try await world.root.run { session in try Migrator.enrol(role, level: "owner", session) }
      }
      #expect(wrong == "ZM004")
    }
  }

  @Test func `tells a role that is no user`() async throws {
    try await World.with { world in
      _ = try await fill(world)
      let stranger = try await world.store.newRole("stranger", granted: ["zm_user"])
      for sql in [
        "select zm_api.apply('{}')", "select zm_api.export()", "select zm_api.start('p')",
        "select zm_api.submit('t')",
        "select zm_api.exec('{ls}')",
      ] {
        let error = await databaseError { try await stranger.script(sql) }
        #expect(error?.sqlState == "ZM002", "\(sql)")
        #expect(error?.hint == "An admin of zmey adds it.")
      }
      #expect(try await count("zm.task_run", stranger) == 0)
      try await world.root.script("update zm.app_user set disabled = true")
      #expect(await sqlState { _ = try await world.start() } == "ZM002")
      #expect(try await count("zm.task_run", world.anna) == 0)
    }
  }

  @Test func `is not undone by a function's path or by PUBLIC`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      let unpinned = try await root.texts(
        """
        select oid::regprocedure::text from pg_proc
        where pronamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace) and prosecdef
          and not coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false)
        """)
      #expect(unpinned == [])
      let open = try await root.texts(
        """
        select p.oid::regprocedure::text
        from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where p.pronamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace) and a.grantee = 0
        """)
      #expect(open == [])
      #expect(
        try await root.int("select count(*) from pg_proc where pronamespace = 'zm_api'::regnamespace") >= 12)
    }
  }
}
