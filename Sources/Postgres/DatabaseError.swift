/// What went wrong between this process and PostgreSQL.
///
/// Carries the statement's name, never its text nor its values. `detail` is the server's and may quote a row:
/// keep it out of logs, as `description` does.
public struct DatabaseError: Error, Sendable {
  /// What a caller can decide by.
  public enum Kind: Sendable, Hashable {
    /// There is no session any more, or there never was one. Whether a commit under way took place is unknown.
    case connection
    /// Another transaction came between (40001). Try the whole transaction again.
    case serialization
    /// Chosen as the victim of a deadlock (40P01). Try the whole transaction again.
    case deadlock
    /// A row with this key is there already (23505).
    case uniqueViolation
    /// A row refers to one that is not there, or would (23503).
    case foreignKeyViolation
    /// A `CHECK` refused the row (23514).
    case checkViolation
    /// The role may not do this (42501).
    case insufficientPrivilege
    /// No such table, column, function, type, schema or database.
    case undefinedObject
    /// A value out of range or malformed (class 22), or a parameter that cannot be sent.
    case invalidInput
    /// Cancelled, by the Swift task, by `cancel()`, or by a time limit of the server (57014).
    case cancelled
    /// The server lacks disk, memory or connections (class 53), or this process lacks threads or descriptors.
    case resources
    /// Raised by the schema's own functions: a SQLSTATE that begins with `ZM`.
    case custom
    /// A result is not what the code that reads it expects.
    case decoding
    /// Anything else; see `sqlState`.
    case other
  }

  /// What a caller can decide by.
  public let kind: Kind
  /// The server's five characters; `nil` if the error arose on this side.
  public let sqlState: String?
  /// The primary message, one line.
  public let message: String
  /// The server's second message. May quote values of the row.
  public let detail: String?
  /// What to do about it, in the server's words.
  public let hint: String?
  /// The name of the statement that failed, if it had one.
  public let statement: String?

  /// An error of `kind` that says `message`.
  public init(
    kind: Kind, sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil,
    statement: String? = nil
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
    self.statement = statement
  }

  /// Whether the connection is of no further use: open another.
  public var isConnectionLost: Bool { kind == .connection }
}

extension DatabaseError: CustomStringConvertible {
  /// `statement: message (SQLSTATE). Hint: …`, one line.
  public var description: String {
    (statement.map { "\($0): " } ?? "") + message + (sqlState.map { " (\($0))" } ?? "")
      + (hint.map { ". Hint: \($0)" } ?? "")
  }
}
