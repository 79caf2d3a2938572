import Postgres
import TestKit

/// Runs `body` with a connection to the shared server, closed afterwards.
func withConnection<T: Sendable>(_ body: (Connection) async throws -> T) async throws -> T {
  let connection = try await Connection.open(
    TestServer.shared.conninfo(), applicationName: "tests")
  let result: T
  do {
    result = try await body(connection)
  } catch {
    await connection.close()
    throw error
  }
  await connection.close()
  return result
}

/// The error of `body`; `nil` if it threw none, or another type.
func databaseError(_ body: () async throws -> Void) async -> DatabaseError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? DatabaseError
  }
}

extension Connection {
  /// The first row of a statement used once.
  func one<T: Sendable>(
    _ sql: String, _ parameters: [Parameter] = [],
    _ read: @Sendable (borrowing Row) throws -> T
  ) async throws -> T {
    let values = try await run { session in
      try session.query(Statement(sql, sql), parameters).map(read)
    }
    guard let value = values.first else { throw DatabaseError(kind: .decoding, message: "no row") }
    return value
  }

  /// Whether it still answers.
  func isOfUse() async -> Bool {
    await databaseError { try await script("select 1") } == nil
  }

  /// Runs a script, in a closure of its own.
  func script(_ sql: String) async throws {
    try await run { session in try session.script(sql) }
  }
}
