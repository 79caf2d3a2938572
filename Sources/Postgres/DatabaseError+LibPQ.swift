import CLibPQ
import Glibc

extension DatabaseError {
  /// The error that `result` reports.
  init(result: OpaquePointer?, statement: String?) {
    // Swift cannot import the macros PG_DIAG_…, which are the letters of the protocol.
    let field = { (code: Unicode.Scalar) in
      PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
    let sqlState = field("C")
    // A FATAL error ends the session whatever its SQLSTATE is.
    let severity = field("V")
    let isFatal = severity == "FATAL" || severity == "PANIC"
    let libraryMessage = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
    self.init(
      kind: isFatal ? .connection : Kind(sqlState: sqlState),
      sqlState: sqlState,
      message: Self.oneLine(field("M") ?? libraryMessage),
      detail: field("D"),
      hint: field("H"),
      statement: statement)
  }

  /// The last error of `connection` that no result carries: it could not be made, or it broke.
  init(connection: OpaquePointer?, statement: String? = nil) {
    self.init(
      kind: .connection, message: Self.oneLine(PQerrorMessage(connection).map { String(cString: $0) } ?? ""),
      statement: statement)
  }

  /// A call of the system that failed, as `errno` has it.
  static func system(_ call: String, _ code: Int32 = errno) -> DatabaseError {
    DatabaseError(kind: .resources, message: "\(call): \(String(cString: strerror(code)))")
  }

  private static func oneLine(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline)
    return lines.isEmpty ? "the connection is broken" : lines.joined(separator: " ")
  }
}

extension DatabaseError.Kind {
  /// Without a SQLSTATE the error is libpq's own: the connection broke or speaks no sense.
  init(sqlState: String?) {
    guard let sqlState else {
      self = .connection
      return
    }
    self =
      switch sqlState {
      case "40001": .serialization
      case "40P01": .deadlock
      case "23505": .uniqueViolation
      case "23503": .foreignKeyViolation
      case "23514": .checkViolation
      case "42501": .insufficientPrivilege
      case "42P01", "42703", "42704", "42883", "3D000", "3F000": .undefinedObject
      case "57014": .cancelled
      case "57P01", "57P02", "57P03": .connection
      default:
        switch sqlState.prefix(2) {
        case "08": .connection
        case "22": .invalidInput
        case "53": .resources
        case "ZM": .custom
        default: .other
        }
      }
  }
}
