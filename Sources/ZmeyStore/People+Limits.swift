public import Postgres

extension People {
  /// Something of which there is so much, and which task runs take a share of.
  public struct Resource: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// How much there is.
    public let amount: Int64
    /// How much of it is taken.
    public let used: Int64
  }

  /// Somebody who has work here.
  public struct Person: Hashable, Sendable {
    /// The PostgreSQL role.
    public let name: String
    /// Whether it may no longer do anything.
    public let isDisabled: Bool
    /// How many task runs of its may run at once; nil for as many as there are slots.
    public let limit: Int32?
    /// How many run.
    public let running: Int64
    /// How many are queued.
    public let queued: Int64
  }

  /// All resources by name.
  public static func resources(_ session: borrowing Session) throws -> [Resource] {
    try session.query(
      Statement("resources", "select name, amount::bigint, used::bigint from zm_api.resource order by name")
    ).map { row throws(DatabaseError) in
      Resource(name: try row.text(0), amount: try row.int64(1), used: try row.int64(2))
    }
  }

  /// Says how much there is of a resource, which may be new.
  public static func setResource(_ name: String, amount: Int32, _ session: borrowing Session) throws {
    try session.execute(
      Statement("resource_set", "select zm_api.resource_set($1, $2)"), [.text(name), .int4(amount)])
  }

  /// Removes a resource.
  public static func removeResource(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("resource_remove", "select zm_api.resource_remove($1)"), [.text(name)])
  }

  /// Everybody by name.
  public static func persons(_ session: borrowing Session) throws -> [Person] {
    try session.query(
      Statement(
        "persons",
        """
        select name::text, is_disabled, task_limit::int, running::bigint, queued::bigint from zm_api.person
        order by name
        """)
    ).map { row throws(DatabaseError) in
      Person(
        name: try row.text(0), isDisabled: try row.bool(1), limit: try row.int32OrNil(2),
        running: try row.int64(3), queued: try row.int64(4))
    }
  }

  /// Says how many task runs of somebody may run at once; nil for no limit.
  public static func setPerson(_ name: String, limit: Int32?, _ session: borrowing Session) throws {
    try session.execute(
      Statement("user_set", "select zm_api.user_set($1, $2)"), [.text(name), .int4(limit)])
  }
}
