public import ZmeyCore

/// Everything that is wrong with a file of settings.
public struct SettingsError: ReportedError, Hashable {
  /// One thing that is wrong, and where.
  public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// The name of the file, as the reader was given it.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// What is wrong and what to do; fit for a terminal, whatever the file holds.
    public let message: String

    /// `file:line: message`, the form that editors jump to.
    public var description: String { "\(file):\(line): \(message)" }
  }

  /// At least one, in the order of the lines.
  public let problems: [Problem]

  init(_ problems: [Problem]) { self.problems = problems.sorted { $0.line < $1.line } }

  /// One line a problem.
  public var report: String { lines.joined(separator: "\n") }
  /// One line a problem.
  public var lines: [String] { problems.map(\.description) }
  /// A file is wrong.
  public var exitStatus: ExitStatus { .usage }
}
