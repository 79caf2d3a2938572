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
}
