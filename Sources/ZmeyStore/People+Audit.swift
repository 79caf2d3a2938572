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
  /// The program, as it calls itself.
  public let application: String
  /// What was done, in a word: `create`, `start`, `drain` …
  public let action: String
  /// To what kind of thing.
  public let kind: String
  /// To which one.
  public let object: String
  /// Whose it is, if that is known and the caller may know it.
  public let subject: String?
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
        select id, \(iso("at")), who::text, host(address), application, action, kind, object,
          subject::text, detail::text
        from zm_api.audit order by id desc limit $1
        """), [.int8(Int64(limit))]
    ).map { row throws(DatabaseError) in
      AuditRecord(
        id: try row.int64(0), at: try row.text(1), who: try row.text(2), address: try row.textOrNil(3),
        application: try row.text(4), action: try row.text(5), kind: try row.text(6), object: try row.text(7),
        subject: try row.textOrNil(8), detail: try row.textOrNil(9))
    }
  }

  /// Something in the audit that is not as it was written.
  public struct AuditFlaw: Hashable, Sendable {
    /// In whose chain.
    public let who: String
    /// The row; nil if it is the end of the chain.
    public let id: Int64?
    /// What is wrong, in words.
    public let problem: String
  }

  /// The newest seal of somebody's chain in the audit.
  public struct AuditHead: Hashable, Sendable {
    /// Whose chain.
    public let who: String
    /// How many rows it has had.
    public let number: Int64
    /// The seal, in hexadecimal digits.
    public let seal: String
  }

  /// Looks whether each row of the audit is as it was written: for admins all, for others their own.
  public static func verifyAudit(_ session: borrowing Session) throws -> [AuditFlaw] {
    try session.query(
      Statement("audit_verify", "select who::text, audit_id, problem from zm_api.audit_verify()")
    ).map { row throws(DatabaseError) in
      AuditFlaw(who: try row.text(0), id: try row.int64OrNil(1), problem: try row.text(2))
    }
  }

  /// The newest seals; kept elsewhere, they prove that nothing before them was written anew.
  public static func auditHeads(_ session: borrowing Session) throws -> [AuditHead] {
    try session.query(
      Statement("audit_heads", "select who::text, number, encode(digest, 'hex') from zm_api.audit_heads()")
    ).map { row throws(DatabaseError) in
      AuditHead(who: try row.text(0), number: try row.int64(1), seal: try row.text(2))
    }
  }
}
