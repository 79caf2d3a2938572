internal import CTerminal
internal import Glibc

/// Why there is no screen.
public enum ScreenError: Error, Equatable, CustomStringConvertible {
  /// The process has one already.
  case alreadyOpen
  /// Standard input or output is something else.
  case notATerminal
  /// Neither this `$TERM` nor a fall-back is described on this machine.
  case unknownTerminal(name: String)
  /// A terminal of this `$TERM` cannot place its cursor.
  case noCursor(name: String)
  /// A system call failed with this errno.
  case system(code: Int32)
  /// A program could not be started, with this errno.
  case launch(program: String, code: Int32)

  init(_ failure: UInt32) {
    let code = errno
    let name = getenv("TERM").map { String(cString: $0) } ?? ""
    self =
      switch failure {
      case CTERMINAL_ALREADY_OPEN.rawValue: .alreadyOpen
      case CTERMINAL_NOT_A_TERMINAL.rawValue: .notATerminal
      case CTERMINAL_UNKNOWN.rawValue: .unknownTerminal(name: name)
      case CTERMINAL_NO_CURSOR.rawValue: .noCursor(name: name)
      default: .system(code: code)
      }
  }

  /// The reason in one line.
  public var description: String {
    switch self {
    case .alreadyOpen: "the screen is open already"
    case .notATerminal: "standard input and output must be a terminal"
    case .unknownTerminal(let name): "TERM=\(name) is not described on this machine, nor is xterm or vt100"
    case .noCursor(let name): "TERM=\(name) is a terminal that cannot place its cursor (it has no cup)"
    case .system(let code): "cannot open the terminal: \(String(cString: strerror(code)))"
    case .launch(let program, let code): "cannot start \(program): \(String(cString: strerror(code)))"
    }
  }
}
