import CLibPQ

/// The rows a statement returned, all in memory, freed with this value.
public struct Rows: ~Copyable {
  private let result: OpaquePointer
  private let statement: String?
  /// How many rows there are.
  public let count: Int

  init(_ result: OpaquePointer, statement: String?) {
    self.result = result
    self.statement = statement
    count = Int(PQntuples(result))
  }

  deinit {
    PQclear(result)
  }

  /// The names of the columns, in order.
  public var columns: [String] {
    (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
  }

  /// How many rows the statement inserted, updated, deleted, copied or selected; 0 for any other.
  var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// The command the server says it ran, such as `COMMIT`.
  var command: String { String(cString: PQcmdStatus(result)) }

  /// What `transform` makes of each row, in order.
  public borrowing func map<T, E: Error>(
    _ transform: (borrowing Row) throws(E) -> T
  ) throws(E) -> [T] {
    var values: [T] = []
    values.reserveCapacity(count)
    try forEach { row throws(E) in values.append(try transform(row)) }
    return values
  }

  /// What `transform` makes of the first row; `nil` if there is none.
  public borrowing func first<T, E: Error>(
    _ transform: (borrowing Row) throws(E) -> T
  ) throws(E) -> T? {
    count == 0 ? nil : try transform(Row(result, index: 0, statement: statement))
  }

  /// Calls `body` with each row, in order.
  public borrowing func forEach<E: Error>(
    _ body: (borrowing Row) throws(E) -> Void
  ) throws(E) {
    for index in 0..<count {
      try body(Row(result, index: Int32(index), statement: statement))
    }
  }
}
