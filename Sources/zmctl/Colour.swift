import Glibc

/// How a line stands out on a terminal, by ECMA-48's numbers; on anything else, and with NO_COLOR, it does not.
enum Colour: String {
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"
  case plain = ""

  /// The colour of a line that begins with that mark.
  init(mark: some StringProtocol) {
    switch mark.first {
    case "+": self = .green
    case "-": self = .red
    case "~": self = .yellow
    case "@": self = .cyan
    default: self = .plain
    }
  }

  func paint(_ line: String) -> String {
    self != .plain && Self.areWanted ? "\u{1b}[\(rawValue)m\(line)\u{1b}[0m" : line
  }

  /// See no-color.org: any value but none counts.
  private static let areWanted: Bool = {
    func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    return isatty(STDOUT_FILENO) == 1 && value("NO_COLOR").isEmpty && value("TERM") != "dumb"
  }()
}
