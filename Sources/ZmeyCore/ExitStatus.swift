/// What a tool tells its caller. The same numbers for every tool.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  /// Fine.
  case fine = 0
  /// The work itself failed.
  case failed = 1
  /// The command line, or a file that it names, is wrong.
  case usage = 2
  /// Not found, or not allowed.
  case refused = 3
  /// The database cannot be reached.
  case unreachable = 4
}

/// An error that a tool shows to people as one line, or as a few if several things are wrong.
public protocol ReportedError: Error {
  /// The line: what is wrong, where, what to do.
  var report: String { get }
  /// What is wrong with files, each as a line of its own, `file:line: message`; empty if `report` says it.
  var lines: [String] { get }
  /// With what the tool ends.
  var exitStatus: ExitStatus { get }
}

extension ReportedError {
  /// None: `report` says it.
  public var lines: [String] { [] }
}
