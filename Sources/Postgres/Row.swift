import CLibPQ

/// One row, lent to a closure: it cannot be copied, so it cannot outlive the rows it points into.
///
/// Columns are counted from 0. A NULL, a column out of range and a type that does not fit throw `.decoding`, with
/// the names of statement and column; the methods that end in `OrNil` return `nil` for NULL.
public struct Row: ~Copyable {
  private let result: OpaquePointer
  private let index: Int32
  private let statement: String?

  // Inlined into the generic methods of Rows it makes Swift 6.3.1 abort in release builds, in
  // CrossModuleOptimization.
  @inline(never)
  init(_ result: OpaquePointer, index: Int32, statement: String?) {
    self.result = result
    self.index = index
    self.statement = statement
  }

  /// What `read` makes of the field; `nil` for NULL. Throws if `read` returns `nil`: the type does not fit.
  borrowing func decodeOrNil<T>(
    _ column: Int, as wanted: StaticString, _ read: (Field) -> T?
  ) throws(DatabaseError) -> T? {
    guard let number = Int32(exactly: column), 0..<PQnfields(result) ~= number else {
      throw error("there is no column \(column)")
    }
    guard PQgetisnull(result, index, number) == 0 else { return nil }
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(result, index, number), count: Int(PQgetlength(result, index, number)))
    guard let value = read(Field(type: PQftype(result, number), bytes: bytes)) else {
      throw error("\(name(number)) of type \(PQftype(result, number)) cannot be read as \(wanted)")
    }
    return value
  }

  borrowing func decode<T>(
    _ column: Int, as wanted: StaticString, _ read: (Field) -> T?
  ) throws(DatabaseError) -> T {
    guard let value = try decodeOrNil(column, as: wanted, read) else {
      throw error("\(name(Int32(column))) is NULL")
    }
    return value
  }

  private borrowing func name(_ column: Int32) -> String {
    "column " + (PQfname(result, column).map { String(cString: $0) } ?? "\(column)")
  }

  private borrowing func error(_ message: String) -> DatabaseError {
    DatabaseError(kind: .decoding, message: message, statement: statement)
  }
}
