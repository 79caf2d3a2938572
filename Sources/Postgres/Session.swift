import CLibPQ

/// A connection at work: blocking calls only, on the connection's thread, so nothing can come between them.
///
/// Every method throws `.cancelled` before it sends anything if the Swift task is cancelled.
public struct Session: ~Copyable {
  let link: Link

  init(_ link: Link) {
    self.link = link
  }

  /// Runs one statement and returns its rows.
  ///
  /// Throws the server's error, or `.invalidInput` if the statement's name is taken by another text or types.
  public borrowing func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) throws(DatabaseError) -> Rows {
    try checkCancellation(statement.name)
    let encoded = try EncodedParameters(parameters)
    if try !link.prepared.contains(statement, encoded.types) {
      try send(preparing: statement, encoded)
      _ = try link.answer(statement.name)
      link.prepared.insert(statement, encoded.types)
    }
    try send(executing: statement, encoded)
    return try link.answer(statement.name)
  }

  /// Runs one statement and returns how many rows it inserted, updated, deleted or selected.
  @discardableResult
  public borrowing func execute(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) throws(DatabaseError) -> Int {
    try query(statement, parameters).affected
  }

  /// Runs statements separated by semicolons, without parameters and without preparing them.
  ///
  /// Outside a transaction they make up one, unless they say otherwise.
  public borrowing func script(_ sql: String) throws(DatabaseError) {
    try checkCancellation(nil)
    try link.check(PQsendQuery(link.handle, sql), nil)
    _ = try link.answer(nil)
  }

  /// Where the server is: host and port, or `local` for a Unix socket of this machine.
  public var serverAddress: String {
    guard let host = PQhost(link.handle).map({ String(cString: $0) }), !host.isEmpty, !host.hasPrefix("/"),
      !host.hasPrefix("@")
    else { return "local" }
    return PQport(link.handle).map { "\(host):\(String(cString: $0))" } ?? host
  }

  /// Commits, or throws if there was nothing left to commit.
  borrowing func commit() throws(DatabaseError) {
    try checkCancellation(nil)
    try link.check(PQsendQuery(link.handle, "COMMIT"), nil)
    let rows = try link.answer(nil, isInterruptible: false)
    // COMMIT of a failed transaction rolls back, and reports that as a success.
    guard rows.command == "COMMIT" else {
      throw DatabaseError(kind: .other, message: "rolled back: a statement of the transaction had failed")
    }
  }

  borrowing func checkCancellation(_ statement: String?) throws(DatabaseError) {
    guard !Task.isCancelled else {
      throw DatabaseError(kind: .cancelled, message: "the task was cancelled", statement: statement)
    }
  }

  borrowing func send(
    preparing statement: Statement, _ parameters: EncodedParameters
  ) throws(DatabaseError) {
    let types = parameters.types
    try link.check(
      PQsendPrepare(link.handle, statement.name, statement.sql, Int32(types.count), types), statement.name)
  }

  borrowing func send(
    executing statement: Statement, _ parameters: EncodedParameters
  ) throws(DatabaseError) {
    let handle = link.handle
    let code = parameters.withPointers { count, values, lengths, formats in
      PQsendQueryPrepared(handle, statement.name, count, values, lengths, formats, 1)
    }
    try link.check(code, statement.name)
  }
}
