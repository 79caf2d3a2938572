internal import Postgres

extension DatabaseError {
  /// Whether the same statements may go through later: conflicts, lack of resources, locks, a statement that an
  /// administrator cancelled (SQLSTATE classes 40, 53, 55; 57014).
  var isTransient: Bool {
    guard let sqlState else { return false }
    return ["40", "53", "55"].contains(sqlState.prefix(2)) || sqlState == "57014"
  }

  /// Whether the content is what is wrong: data, constraints, the state machine (classes 22 and 23; ZM010).
  var isRefusal: Bool {
    if kind == .invalidInput { return true }
    guard let sqlState else { return false }
    return ["22", "23"].contains(sqlState.prefix(2)) || sqlState == "ZM010"
  }
}
