import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyInstance
import ZmeyStore

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Set up the schema and its roles in a database; the caller becomes an admin.")
  @OptionGroup var database: DatabaseOptions

  func run() async throws { try await Schema.bring(database, onlyExisting: false) }
}

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring a database of an older release to this one's schema.")
  @OptionGroup var database: DatabaseOptions

  func run() async throws { try await Schema.bring(database, onlyExisting: true) }
}

private enum Schema {
  private struct Document: Encodable {
    let version: Int32
    let applied: [String]
  }

  static func bring(_ options: DatabaseOptions, onlyExisting: Bool) async throws {
    let connection = try await Connection.open(
      try DatabaseAddress.resolve(options.database), applicationName: "zmctl")
    let applied = try await Migrator.migrate(connection, onlyExisting: onlyExisting)
    if !onlyExisting { try await connection.run { try Migrator.enrol(nil, level: "admin", $0) } }
    await connection.close()
    if options.json {
      try Output.json(Document(version: Migrator.currentVersion, applied: applied.map(\.name)))
    } else {
      for migration in applied { print("applied \(migration.version) \(migration.name)") }
      print("The schema has version \(Migrator.currentVersion)\(applied.isEmpty ? ", as before" : "").")
    }
  }
}
