public import ArgumentParser
public import Logging

/// The flags of every daemon.
public struct DaemonOptions: ParsableArguments {
  /// Where the flags' values also come from: see `ConfigurationFile`, which takes this one away before it is read.
  @Option(help: "A file of flags: 'name = value' lines, long names.")
  public var config: String?

  /// Where the log goes; nil for standard error.
  @Option(help: "A file for the log, opened again on SIGHUP (default: standard error).")
  public var logFile: String?

  /// The lowest level that is logged.
  @Option(
    help: "The lowest level that is logged: trace, debug, info, notice, warning, error or critical.",
    transform: Self.level)
  public var logLevel = Logger.Level.info

  /// The file that says that the daemon runs.
  @Option(help: "A file that is locked while the process lives and holds its number.")
  public var pidFile: String?

  /// What a parser fills.
  public init() {}

  private static func level(_ name: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: name) else {
      throw ValidationError("'\(name)' is no level of the log")
    }
    return level
  }
}
