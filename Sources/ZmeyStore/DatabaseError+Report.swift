public import Postgres
public import ZmeyCore

extension DatabaseError: ReportedError {
  /// What the database says and what to do about it.
  public var report: String {
    // libpq's own advice ("Is the server running …?") stands in a second line.
    let first = message.split { $0.isNewline }.first.map(String.init) ?? message
    let message = kind == .connection ? "cannot reach the database: \(first)" : first
    let sentence = hint.map { "\(message). \($0)" } ?? message
    return sqlState == "42501" && hint == nil
      ? "\(sentence) (the database does not allow this role to do it)" : sentence
  }

  /// From the SQLSTATE: `ZM002`, `ZM003`, `ZM005` and missing rights are refusals, `ZM004` is bad input.
  public var exitStatus: ExitStatus {
    switch kind {
    case .connection: return .unreachable
    case .insufficientPrivilege: return .refused
    case .checkViolation: return .usage
    default: break
    }
    switch sqlState {
    case "ZM002", "ZM003", "ZM005", "ZM001": return .refused
    case "ZM004": return .usage
    default: return .failed
    }
  }
}
