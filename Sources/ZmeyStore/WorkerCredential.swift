public import Postgres

/// What a worker has to show to its scheduler, as the database keeps it: nothing that would prove anything.
public enum WorkerCredential: Hashable, Sendable {
  /// A token with this SHA-256.
  case token(digest: [UInt8])
  /// The key of the certificate whose DER has this SHA-256.
  case certificate(digest: [UInt8])

  /// Reads kind and digest from two columns; nil if they are null.
  init?(_ row: borrowing Row, _ column: Int) throws(DatabaseError) {
    switch try row.textOrNil(column) {
    case "token": self = .token(digest: try row.bytes(column + 1))
    case "certificate": self = .certificate(digest: try row.bytes(column + 1))
    default: return nil
    }
  }
}

/// Workers that were refused, alike in name and reason.
public struct Refusal: Hashable, Sendable {
  /// The name that they gave.
  public var name: String
  /// Where the last one came from.
  public var peer: String
  /// Why, in words.
  public var reason: String
  /// How many they were.
  public var times: Int

  /// A refusal of those parts.
  public init(name: String, peer: String, reason: String, times: Int) {
    self.name = name
    self.peer = peer
    self.reason = reason
    self.times = times
  }
}

extension SchedulerIdentity {
  /// Keeps refusals in the audit, for people.
  public func refused(_ refusals: [Refusal], _ session: borrowing Session) throws {
    try session.execute(
      Statement("refused", "select zm_sched.refused($1, $2, $3, $4, $5, $6)"),
      parameters + [
        .textArray(refusals.map(\.name)), .textArray(refusals.map(\.peer)),
        .textArray(refusals.map(\.reason)),
        .int4Array(refusals.map { Int32(clamping: $0.times) }),
      ])
  }
}

extension People {
  /// Makes a token for a worker in place of what it had.
  ///
  /// - Returns: the worker's credential file, as PEM. A secret.
  public static func makeToken(worker: String, _ session: borrowing Session) throws -> String {
    try credential(
      Statement("worker_token", "select zm_api.worker_token($1)"), [.text(worker)], session)
  }

  /// Registers a certificate for a worker in place of what it had.
  ///
  /// - Returns: the certificate of its scheduler, as PEM.
  public static func setCertificate(
    _ certificate: [UInt8], worker: String, _ session: borrowing Session
  ) throws -> String {
    try credential(
      Statement("worker_certificate", "select zm_api.worker_certificate($1, $2)"),
      [.text(worker), .bytes(certificate)], session)
  }

  /// Takes a worker's credential away.
  public static func revoke(worker: String, _ session: borrowing Session) throws {
    try session.execute(Statement("worker_revoke", "select zm_api.worker_revoke($1)"), [.text(worker)])
  }

  private static func credential(
    _ statement: Statement, _ parameters: [Parameter], _ session: borrowing Session
  ) throws -> String {
    guard let text = try session.query(statement, parameters).first({ row in try row.text(0) }) else {
      throw StoreError.noSchema
    }
    return text
  }
}
