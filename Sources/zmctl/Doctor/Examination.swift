import FoundationEssentials
import Postgres
import ZmeyStore

/// Asks a database for the facts, one round trip a group, and changes nothing.
struct Examination {
  let connection: Connection
  private(set) var findings: [Finding] = []

  /// - Parameter connection: to the database that is looked at.
  init(_ connection: Connection) {
    self.connection = connection
  }

  /// Looks at everything.
  ///
  /// - Throws: `StoreError.noSchema`, `DatabaseError` but for what the caller may not look at.
  mutating func run() async throws {
    guard let version = try await Migrator.version(connection) else { throw StoreError.noSchema }
    try await look(at: ServerFacts.self)
    try await look(at: AccessFacts.self)
    try await lookAtClock()
    try await look(at: RightFacts.self)
    findings.append(Self.schema(version))
    guard version == Migrator.currentVersion else { return }
    try await look(at: SchemaFacts.self)
    try await look(at: ClusterFacts.self)
    try await look(at: WorkFacts.self)
    try await look(at: LoadFacts.self)
    try await lookAtAudit()
  }

  private mutating func look<F: Facts>(at _: F.Type) async throws {
    do {
      let text = try await connection.run { session in
        try session.query(
          Statement("doctor_\(F.name)", "select to_jsonb(f)::text from (\(F.query)) f")
        )
        .first { row throws(DatabaseError) in try row.text(0) }
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      findings += try decoder.decode(F.self, from: Data((text ?? "").utf8)).findings
    } catch let error as DatabaseError where error.kind == .insufficientPrivilege {
      findings.append(.skip(F.name, "you may not look: \(error.message)"))
    }
  }

  private mutating func lookAtClock() async throws {
    let statement = Statement("doctor_clock", "select clock_timestamp()")
    let began = Clock.now
    let theirs = try await connection.run { session in
      try session.query(statement).first { row throws(DatabaseError) in try row.microseconds(0) } ?? 0
    }
    findings.append(Clock.judge(theirs, between: began, and: Clock.now))
  }

  /// Verifying takes longer the more there is, so not for ever.
  private mutating func lookAtAudit() async throws {
    do {
      let flaws = try await connection.transaction { session in
        try session.script("set local statement_timeout = '5s'")
        return try People.verifyAudit(session)
      }
      findings.append(Self.audit(flaws))
    } catch let error as DatabaseError where error.kind == .cancelled {
      findings.append(.warn("audit", "5 s are not enough to verify it", "zmctl audit verify takes its time"))
    } catch let error as DatabaseError where error.kind == .insufficientPrivilege {
      findings.append(.skip("audit", "you may not look: \(error.message)"))
    }
  }

  static func schema(_ version: Int32) -> Finding {
    let message = "version \(version) of \(Migrator.currentVersion)"
    if version < Migrator.currentVersion { return .fail("schema", message, "zmctl migrate") }
    return version > Migrator.currentVersion
      ? .fail("schema", "\(message): the database is newer", "install the newer zmey")
      : .ok("schema", message)
  }

  static func audit(_ flaws: [People.AuditFlaw]) -> Finding {
    guard let first = flaws.first else { return .ok("audit", "every row is as it was written") }
    let row = first.id.map { "row \($0)" } ?? "the end"
    let count = flaws.count == 1 ? "a flaw:" : "\(flaws.count) flaws, such as"
    return .fail(
      "audit", "\(count) \(row) of \(first.who): \(first.problem)",
      "zmctl audit verify lists them; somebody with the rights of a superuser changed the audit")
  }
}
