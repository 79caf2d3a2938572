import Postgres
import TestKit
import Testing
import ZmeyStore

@Suite struct `A migration` {
  /// Runs `body` with a connection to each of as many empty databases.
  private func withEmpty(_ count: Int = 1, _ body: ([Connection]) async throws -> Void) async throws {
    var (databases, connections): ([TestDatabase], [Connection]) = ([], [])
    for _ in 0..<count {
      let database = try await TestServer.shared.freshDatabase()
      databases.append(database)
      connections.append(try await Connection.open(database.conninfo(), applicationName: "tests"))
    }
    try await body(connections)
    for connection in connections { await connection.close() }
    for database in databases { try await database.drop() }
  }

  private func check(_ connection: Connection) async throws {
    try await connection.run { session in try Migrator.check(session) }
  }

  private let recorded = "select string_agg(version::text, ',' order by version) from zm.migration"
  private let allOfThem = Migration.all.map { String($0.version) }.joined(separator: ",")

  @Test func `brings an empty database to the current version, once`() async throws {
    try await withEmpty { connections in
      let first = try await Migrator.migrate(connections[0])
      let second = try await Migrator.migrate(connections[0])
      #expect(first.map(\.name) == Migration.all.map(\.name))
      #expect(second.isEmpty)
      #expect(try await Migrator.version(connections[0]) == Migrator.currentVersion)
      try await check(connections[0])
      #expect(try await connections[0].texts(recorded) == [allOfThem])
    }
  }

  @Test func `is run once by two that come at once`() async throws {
    try await withEmpty { connections in
      let database = try await connections[0].texts("select current_database()::text")[0]
      let other = try await Connection.open(
        TestServer.shared.conninfo(database: database), applicationName: "tests")
      async let one = Migrator.migrate(connections[0])
      async let two = Migrator.migrate(other)
      let applied = try await one.map(\.version) + two.map(\.version)
      await other.close()
      #expect(applied.sorted() == Migration.all.map(\.version))
      #expect(try await connections[0].texts(recorded) == [allOfThem])
    }
  }

  @Test func `of several databases of one server may run at once`() async throws {
    // A server of its own, for the roles must not be there yet.
    let server = try await TestServer()
    try await server.start()
    var connections: [Connection] = []
    for _ in 0..<4 {
      let database = try await server.freshDatabase()
      connections.append(try await Connection.open(database.conninfo(), applicationName: "tests"))
    }
    let applied = try await withThrowingTaskGroup { group in
      for connection in connections { group.addTask { try await Migrator.migrate(connection).count } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(applied == Array(repeating: Migration.all.count, count: 4))
    for connection in connections { await connection.close() }
    await server.stop()
  }

  @Test func `is missing, older or newer: each is told`() async throws {
    try await withEmpty { connections in
      let connection = connections[0]
      await #expect(throws: StoreError.noSchema) { try await check(connection) }
      await #expect(throws: StoreError.noSchema) {
        _ = try await Migrator.migrate(connection, onlyExisting: true)
      }
      _ = try await Migrator.migrate(connection)
      try await connection.script("insert into zm.migration (version, name) values (1000, 'later')")
      await #expect(throws: StoreError.newerSchema(1000)) { try await check(connection) }
      await #expect(throws: StoreError.newerSchema(1000)) { _ = try await Migrator.migrate(connection) }
      try await connection.script("delete from zm.migration where version > 3")
      await #expect(throws: StoreError.olderSchema(3)) { try await check(connection) }
    }
  }

  @Test func `that fails leaves nothing behind, and can be tried again`() async throws {
    try await withEmpty { connections in
      // The third step makes this table.
      try await connections[0].script(
        """
        create function refuse() returns event_trigger language plpgsql as
        $$ begin
          if exists (select from pg_event_trigger_ddl_commands() where object_identity = 'zm.worker') then
            raise exception 'no worker';
          end if;
        end $$;
        create event trigger refuse on ddl_command_end execute function refuse()
        """)
      #expect(await databaseError { _ = try await Migrator.migrate(connections[0]) }?.message == "no worker")
      #expect(try await Migrator.version(connections[0]) == 2)
      #expect(try await connections[0].int("select count(*) from pg_class where relname = 'scheduler'") == 0)
      try await connections[0].script("drop event trigger refuse")
      #expect(try await Migrator.migrate(connections[0]).map(\.version) == Array(3...Migrator.currentVersion))
    }
  }

  @Test func `closes the database to temporary objects and advisory locks of users`() async throws {
    try await withEmpty { connections in
      let root = connections[0]
      _ = try await Migrator.migrate(root)
      let database = try await root.texts("select current_database()::text")[0]
      let role = "\(database)_anna"
      try await root.script("create role \(role) login")
      try await root.run { session in try Migrator.enrol(role, level: "user", session) }
      let anna = try await Connection.open(
        TestServer.shared.conninfo(database: database, user: role), applicationName: "tests")
      for sql in [
        "create temporary table x (i int)", "create schema x", "create table public.x (i int)",
        "select pg_advisory_lock(7701, 1)", "select pg_try_advisory_xact_lock_shared(7702, 1)",
      ] {
        #expect(await sqlState { try await anna.script(sql) } == "42501", "\(sql)")
      }
      await anna.close()
    }
  }
}
