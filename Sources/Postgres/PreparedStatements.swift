/// What the server keeps prepared for one connection.
struct PreparedStatements {
  private var known: [String: (sql: String, types: [UInt32])] = [:]

  /// Whether `statement` is prepared for parameters of `types`.
  ///
  /// Throws `.invalidInput` if its name stands for another text, or for other types: the server would take the
  /// bytes for something else.
  func contains(_ statement: Statement, _ types: [UInt32]) throws(DatabaseError) -> Bool {
    guard let known = known[statement.name] else { return false }
    guard known.sql == statement.sql, known.types == types else {
      throw DatabaseError(
        kind: .invalidInput, message: "was prepared with another text or other parameter types",
        statement: statement.name)
    }
    return true
  }

  mutating func insert(_ statement: Statement, _ types: [UInt32]) {
    known[statement.name] = (statement.sql, types)
  }
}
