import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A user` {
  private func user(_ name: String, _ connection: Connection) async throws -> People.User? {
    try await connection.run { session in try People.users(named: name, session).first }
  }

  @Test func `is made with its role, limited, changed and removed by an admin, all of it audited`()
    async throws
  {
    try await World.with { world in
      let name = world.store.role("carl")
      try await world.root.run { session in
        try People.addUser(name, #"{"role": "viewer", "running": 3}"#, session)
      }
      #expect(try await user(name, world.root)?.role == "viewer")
      #expect(try await user(name, world.root)?.runningLimit == 3)
      let carl = try await world.store.open(as: name)
      #expect(await sqlState { try await carl.script("select zm_api.start('p')") } == "42501")

      try await world.root.run { session in
        try People.setUser(
          name, #"{"role": "user", "running": null, "queued": 7, "output": 2048, "os_user": "nobody"}"#,
          session)
      }
      let changed = try #require(try await user(name, world.root))
      #expect(changed.role == "user" && changed.runningLimit == nil && changed.queuedLimit == 7)
      #expect(changed.outputLimit == 2048 && changed.account == "nobody")
      #expect(await sqlState { try await carl.script("select zm_api.start('p')") } == "ZM003")
      // The role has no password, and no rights beyond those of its level.
      #expect(
        try await world.root.int(
          """
          select count(*) from pg_authid where rolname = '\(name)' and rolpassword is null and rolcanlogin
            and not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
          """) == 1)

      try await world.root.run { session in try People.removeUser(name, session) }
      #expect(try await user(name, world.root)?.isDisabled == true)
      await #expect(throws: DatabaseError.self) { try await carl.script("select zm_api.start('p')") }
      #expect(try await world.root.int("select count(*) from pg_roles where rolname = '\(name)'") == 0)
      let actions = try await world.root.run { session in
        try People.audit(limit: 10, session).filter { $0.kind == "user" && $0.object == name }.map(\.action)
      }
      #expect(actions == ["remove", "change", "change", "create"])
    }
  }

  @Test(arguments: [
    "select zm_api.user_add('x')", "select zm_api.user_set('x', '{}')", "select zm_api.user_remove('x')",
  ]) func `is nobody's to change but an admin's`(sql: String) async throws {
    try await World.with { world in
      #expect(await sqlState { try await world.anna.script(sql) } == "ZM002")
    }
  }

  @Test(arguments: [
    ("select zm_api.user_add('pg_monitor')", "ZM004"), ("select zm_api.user_add('zm_owner')", "ZM004"),
    ("select zm_api.user_add('a\"b')", "ZM004"), ("select zm_api.user_add('')", "ZM004"),
    ("select zm_api.user_add(null)", "ZM004"),
    ("select zm_api.user_add('nobody-at-all', '{\"role\": 1}')", "ZM004"),
    ("select zm_api.user_add('nobody-at-all', '{\"colour\": \"red\"}')", "ZM004"),
    ("select zm_api.user_set('nobody-at-all', '{}')", "ZM003"),
    ("select zm_api.user_remove(session_user)", "ZM005"),
    ("select zm_api.user_set(session_user, '{\"role\": \"viewer\"}')", "ZM005"),
  ]) func `that cannot be is refused`(sql: String, state: String) async throws {
    try await World.with { world in
      let boss = try await world.store.newRole("boss", level: "admin")
      #expect(await sqlState { try await boss.script(sql) } == state)
      #expect(try await world.root.int("select count(*) from pg_roles where rolname = 'nobody-at-all'") == 0)
    }
  }

  @Test func `never gets to a role that has rights over the server`() async throws {
    try await World.with { world in
      let boss = try await world.store.newRole("boss", level: "admin")
      let superuser = try await world.root.texts("select current_user::text")[0]
      #expect(await sqlState { try await boss.script("select zm_api.user_add('\(superuser)')") } != nil)
      let maker = world.store.role("maker")
      try await world.root.script("create role \"\(maker)\" createrole login")
      #expect(await sqlState { try await boss.script("select zm_api.user_add('\(maker)')") } == "ZM002")
    }
  }

  @Test func `cannot be removed while work of it goes on`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(1)
      let anna = world.store.role("anna")
      func remove() async -> String? {
        await sqlState { try await world.root.run { try People.removeUser(anna, $0) } }
      }
      #expect(await remove() == "ZM005")
      try await world.scheduler.finishQueued()
      #expect(await remove() == nil)
    }
  }

  @Test func `has no more queued than is allowed`() async throws {
    try await World.with { world in
      try await world.apply(template())
      try await world.root.run { try People.setUser(world.store.role("anna"), #"{"queued": 3}"#, $0) }
      _ = try await world.submit(3)
      #expect(await sqlState { _ = try await world.submit(1) } == "ZM005")
      #expect(await sqlState { try await world.anna.script("select zm_api.exec('{true}')") } == "ZM005")
      try await world.scheduler.finishQueued()
      _ = try await world.submit(3)
      #expect(try await world.root.int("select count(*) from zm.queue") == 3)
    }
  }

  @Test func `has its output cut and its account set as an admin says`() async throws {
    try await World.with { world in
      try await world.apply(template())
      try await world.root.run { session in
        try People.setUser(world.store.role("anna"), #"{"output": 2048, "os_user": "nobody"}"#, session)
      }
      _ = try await world.submit(1)
      let task = try #require(try await world.scheduler.claim(1).first)
      #expect(task.maxOutput == 2048)
      #expect(task.settings.user == "nobody")
    }
  }

  @Test func `does not get the account that an admin gave to another, whatever a template says`() async throws
  {
    try await World.with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      let program = Program(script: "#!/bin/sh\n", user: "anna-os")
      let definitions = Definitions(templates: [TemplateDefinition(name: "t", program: program)])
      _ = try await bert.run { try People.apply(definitions, $0) }
      func account() async throws -> String? {
        _ = try await bert.run { try People.submit(template: "t", arguments: [[]], $0) }
        let task = try #require(try await world.scheduler.claim(1).first)
        try await world.scheduler.finish([task.fence])
        return task.settings.user
      }
      #expect(try await account() == "anna-os")
      try await world.root.run { session in
        try People.setUser(world.store.role("anna"), #"{"os_user": "anna-os"}"#, session)
      }
      #expect(try await account() == "anna-os (the account of another user)")
    }
  }

  @Test func `whose role could not be dropped signs in again when it is added again`() async throws {
    try await World.with { world in
      let name = world.store.role("carl")
      try await world.root.run { try People.addUser(name, "{}", $0) }
      try await world.root.script("create table public.kept (); alter table public.kept owner to \"\(name)\"")
      try await world.root.run { try People.removeUser(name, $0) }
      let login = "select rolcanlogin::int from pg_roles where rolname = '\(name)'"
      #expect(try await world.root.int(login) == 0)
      try await world.root.run { try People.addUser(name, "{}", $0) }
      #expect(try await world.root.int(login) == 1)
    }
  }

  @Test func `that leaves a transaction open does not hold up what is another's`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1)
      let fence = try await world.scheduler.claim(1)[0].fence
      let (isHeld, hold) = AsyncStream.makeStream(of: Void.self)
      try await withThrowingTaskGroup { group in
        group.addTask {
          let error = await databaseError {
            try await world.anna.run { session in
              try session.script("begin; select zm_api.control('stop', '{\(run.rawValue)}')")
              hold.yield()
              // In a closure that goes on nobody takes the transaction back.
              try session.script("select pg_sleep(600)")
            }
          }
          #expect(error?.kind == .connection)
        }
        for await _ in isHeld { break }
        // What the service does when a lock is in its way; here without the wait for five seconds.
        try await world.scheduler.connection.run { try $0.script("set lock_timeout = '10ms'") }
        #expect(await sqlState { try await world.scheduler.finish([fence]) } == "55P03")
        let identity = world.scheduler.identity
        #expect(try await world.scheduler.connection.run { try identity.clearWay($0) } == 0)
        #expect(try await world.root.int("select count(*) from zm.end_sessions('0s')") == 1)
        try await group.waitForAll()
        #expect(try await world.scheduler.finish([fence]) == [])
      }
    }
  }
}
