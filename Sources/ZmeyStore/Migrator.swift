public import Postgres
public import ZmeyCore

/// One step of the schema: a file of `Migrations/`, run in one transaction and recorded.
public struct Migration: Sendable {
  /// Counts from 1 without gaps.
  public let version: Int32
  /// What it brings, in a word.
  public let name: String
  let sql: [UInt8]

  /// All of them, in order.
  public static let all: [Migration] = [
    ("foundation", PackageResources.V0001_foundation_sql),
    ("definitions", PackageResources.V0002_definitions_sql),
    ("cluster", PackageResources.V0003_cluster_sql),
    ("runs", PackageResources.V0004_runs_sql),
    ("flow", PackageResources.V0005_flow_sql),
    ("scheduling", PackageResources.V0006_scheduling_sql),
    ("people", PackageResources.V0007_people_sql),
    ("operators", PackageResources.V0008_operators_sql),
    ("control", PackageResources.V0009_control_sql),
    ("bulk", PackageResources.V0010_bulk_sql),
    ("events", PackageResources.V0011_events_sql),
    ("items", PackageResources.V0012_items_sql),
    ("firing", PackageResources.V0013_firing_sql),
    ("why", PackageResources.V0014_why_sql),
    ("credentials", PackageResources.V0015_credentials_sql),
    ("secrets", PackageResources.V0016_secrets_sql),
    ("users", PackageResources.V0017_users_sql),
    ("chain", PackageResources.V0018_chain_sql),
    ("doctor", PackageResources.V0019_doctor_sql),
  ].enumerated().map { Migration(version: Int32($0.offset + 1), name: $0.element.0, sql: $0.element.1) }
}

/// Brings a database to this build's schema and tells whether it is there.
public enum Migrator {
  /// The schema that this build speaks to.
  public static let currentVersion = Int32(Migration.all.count)

  /// Runs what is missing. Two that do so at once wait for each other, and the second finds nothing to do.
  ///
  /// - Parameter onlyExisting: refuse a database that has no schema of zmey yet.
  /// - Returns: what was run; empty if the schema was current.
  /// - Throws: `DatabaseError`, `StoreError`. A step that fails leaves nothing behind.
  public static func migrate(_ connection: Connection, onlyExisting: Bool = false) async throws -> [Migration]
  {
    var applied: [Migration] = []
    if onlyExisting, try await version(connection) == nil { throw StoreError.noSchema }
    for migration in Migration.all {
      let ran = try await connection.transaction { session in
        try session.execute(lock)
        let version = try version(session) ?? 0
        if version > currentVersion { throw StoreError.newerSchema(version) }
        guard version == migration.version - 1 else { return false }
        try session.script("set local client_min_messages = warning")
        try session.script(String(decoding: migration.sql, as: UTF8.self))
        try session.execute(record, [.int4(migration.version), .text(migration.name)])
        if migration.version == currentVersion { try session.execute(recordWall) }
        return true
      }
      if ran { applied.append(migration) }
    }
    return applied
  }

  /// Makes a role a zmey user. Needs the rights of whoever set the database up.
  ///
  /// - Parameter level: `viewer`, `user` or `admin`.
  public static func enrol(_ role: String?, level: String, _ session: borrowing Session) throws(DatabaseError)
  {
    try session.execute(
      Statement("enrol", "select zm.enrol(coalesce($1, session_user), $2)"), [.text(role), .text(level)])
  }

  /// The schema's version; nil if the database has none.
  public static func version(_ connection: Connection) async throws -> Int32? {
    try await connection.run { session in try version(session) }
  }

  private static func version(_ session: borrowing Session) throws -> Int32? {
    let exists = try session.query(hasSchema).first { row throws(DatabaseError) in try row.bool(0) } ?? false
    guard exists else { return nil }
    return try session.query(readVersion).first { row throws(DatabaseError) in try row.int32OrNil(0) } ?? nil
  }

  private static let lock = Statement("migration_lock", "select pg_advisory_xact_lock(7700)")
  private static let hasSchema = Statement("has_schema", "select to_regnamespace('zm_api') is not null")
  private static let readVersion = Statement("schema_version", "select zm_api.schema_version()")
  private static let recordWall = Statement("record_wall", "select zm.record_wall()")
  private static let record = Statement(
    "migration_record", "insert into zm.migration (version, name) values ($1, $2)")

  /// Refuses a database whose schema is not this build's.
  ///
  /// - Throws: `StoreError.noSchema`, `.olderSchema`, `.newerSchema`, `DatabaseError`.
  public static func check(_ session: borrowing Session) throws {
    guard let version = try version(session) else { throw StoreError.noSchema }
    if version < currentVersion { throw StoreError.olderSchema(version) }
    if version > currentVersion { throw StoreError.newerSchema(version) }
  }
}

/// Why a database cannot be used as it is.
public enum StoreError: ReportedError, Hashable, Sendable {
  /// Nobody has set it up.
  case noSchema
  /// It was set up by an older release.
  case olderSchema(Int32)
  /// It was set up by a newer release.
  case newerSchema(Int32)

  /// With what a tool ends: something is not there.
  public var exitStatus: ExitStatus { .refused }

  /// One line that says what to do.
  public var report: String {
    switch self {
    case .noSchema: "the database has no schema of zmey: run 'zmctl init' to set it up"
    case .olderSchema(let version):
      "the database has schema version \(version), this program needs \(Migrator.currentVersion): run 'zmctl migrate'"
    case .newerSchema(let version):
      "the database has schema version \(version), this program knows only \(Migrator.currentVersion): "
        + "install the newer zmey"
    }
  }
}
