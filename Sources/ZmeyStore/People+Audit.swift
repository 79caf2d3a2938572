public import Postgres

/// A change that somebody made.
public struct AuditRecord: Sendable {
  /// Its number; newer ones have greater numbers.
  public let id: Int64
  /// When, in UTC.
  public let at: String
  /// Who.
  public let who: String
  /// From where; nil through a local socket.
  public let address: String?
  /// What was done, in a word: `create`, `start`, `drain` …
  public let action: String
  /// To what kind of thing.
  public let kind: String
  /// To which one.
  public let object: String
  /// What belongs to it, as a JSON text.
  public let detail: String?
}

extension People {
  /// The changes that the caller may see, the newest first.
  public static func audit(limit: Int32, _ session: borrowing Session) throws -> [AuditRecord] {
    try session.query(
      Statement(
        "audit",
        """
        select id, \(iso("at")), who::text, host(address), action, kind, object, detail::text
        from zm_api.audit order by id desc limit $1
        """), [.int8(Int64(limit))]
    ).map { row throws(DatabaseError) in
      AuditRecord(
        id: try row.int64(0), at: try row.text(1), who: try row.text(2), address: try row.textOrNil(3),
        action: try row.text(4), kind: try row.text(5), object: try row.text(6), detail: try row.textOrNil(7))
    }
  }
}
