public import Postgres
import Synchronization
import ZmeyStore

/// A database with the schema of zmey, alone for one test, and the connections that the test opens to it.
public final class StoreDatabase: Sendable {
  /// Where it lives.
  public let database: TestDatabase
  private let connections = Mutex<[Connection]>([])

  private init(_ database: TestDatabase) {
    self.database = database
  }

  /// Runs `body` with a new database, then closes all connections and drops it.
  ///
  /// A few at a time: tests run in parallel, the server's connections are counted.
  public static func with<T: Sendable>(_ body: (StoreDatabase) async throws -> T) async throws -> T {
    await gate.enter()
    let result: Result<T, any Error>
    do {
      let template = try await migrated.value
      let store = StoreDatabase(try await TestServer.shared.freshDatabase(template: template))
      // A copy has all rights of the original but those on the database itself.
      try await TestServer.shared.administer(
        "REVOKE CREATE, TEMPORARY ON DATABASE \(store.database.name) FROM PUBLIC")
      do {
        result = .success(try await body(store))
      } catch {
        result = .failure(error)
      }
      for connection in store.connections.withLock({ $0 }) { await connection.close() }
      try await store.database.drop()
    } catch {
      await gate.leave()
      throw error
    }
    await gate.leave()
    return try result.get()
  }

  /// A connection of that role, the superuser if none is named.
  public func open(as role: String = "postgres") async throws -> Connection {
    let connection = try await Connection.open(database.conninfo(user: role), applicationName: "tests")
    connections.withLock { $0.append(connection) }
    return connection
  }

  /// The name of a role of this database's own: roles belong to the whole server.
  public func role(_ name: String) -> String { "\(database.name)_\(name)" }

  /// A connection of a new login role that is granted `roles` and, if a level is given, enrolled with it.
  public func newRole(
    _ name: String, level: String? = nil, granted roles: [String] = []
  ) async throws -> Connection {
    let role = role(name)
    let root = try await open()
    try await root.run { session in
      try session.script("create role \"\(role)\" login")
      for granted in roles { try session.script("grant \(granted) to \"\(role)\"") }
      if let level { try Migrator.enrol(role, level: level, session) }
    }
    return try await open(as: role)
  }

  private static let gate = Gate(places: 8)

  /// The name of the database that all are copies of. Nobody may connect to it, so copying never waits.
  private static let migrated = Task {
    let database = try await TestServer.shared.freshDatabase()
    let connection = try await Connection.open(database.conninfo(), applicationName: "tests")
    _ = try await Migrator.migrate(connection)
    await connection.close()
    try await TestServer.shared.administer("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS false")
    return database.name
  }
}

/// Lets a number of tasks in at a time.
private actor Gate {
  private var places: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) {
    self.places = places
  }

  func enter() async {
    if places > 0 {
      places -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
  }
}
