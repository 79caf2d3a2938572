/// A statement with a name, prepared once on each connection when it is first used there.
///
/// Equal names on one connection mean equal text and equal parameter types: the server keeps the plan under the
/// name, and errors and logs carry the name, never the text nor the values.
public struct Statement: Sendable {
  /// The name on the server and in errors. Up to 63 bytes, else the server truncates it.
  public let name: String
  /// The text, with `$1`, `$2` … where parameters go.
  public let sql: String

  /// A statement called `name` that reads `sql`.
  public init(_ name: String, _ sql: String) {
    self.name = name
    self.sql = sql
  }
}
