internal import Postgres

extension DatabaseError {
  /// Whether the same statements may go through later: conflicts, lack of resources, locks, a statement that an
  /// administrator cancelled (SQLSTATE classes 40, 53, 55; 57014).
  var isTransient: Bool {
    guard let sqlState else { return false }
    return ["40", "53", "55"].contains(sqlState.prefix(2)) || sqlState == "57014"
  }

  /// Whether the content is what is wrong, as far as anybody can tell: data, constraints, the state machine, limits of
  /// the server that something runs into. A name that was taken over (ZM001), rights (28, 42) and the server's own state
  /// (57, 58) are not.
  var isRefusal: Bool {
    if kind == .invalidInput { return true }
    guard let sqlState else { return false }
    return !isTransient && sqlState != "ZM001"
      && !["08", "28", "42", "57", "58"].contains(sqlState.prefix(2))
  }
}
