import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyInstance
import ZmeyStore

/// The flags of every verb that talks to a database.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: [.customLong("db", withSingleDash: true), .customLong("db")],
    help:
      "The database, as libpq takes it (default: $ZM_DB, libpq's own environment, the instance of 'zmctl up')."
  )
  var database: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  /// Where the database is, as libpq takes it.
  var conninfo: String { get throws { try DatabaseAddress.resolve(database) } }

  /// Connects and sees to it that the schema is this build's.
  func open() async throws -> Connection {
    let connection = try await Connection.open(try conninfo, applicationName: "zmctl")
    try await connection.run { session in try Migrator.check(session) }
    return connection
  }

  /// Connects, lets `body` speak to the database, and closes.
  func run<T: Sendable>(_ body: @Sendable (borrowing Session) throws -> T) async throws -> T {
    let connection = try await open()
    let value = try await connection.run(body)
    await connection.close()
    return value
  }
}
