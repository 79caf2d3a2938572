/// One process to be started by a ``ProcessReactor``.
public struct LaunchRequest: Sendable {
  /// What the process reads as its standard input.
  public enum StandardInput: Sendable, Equatable {
    /// `/dev/null`: the end of the file at once.
    case null
    /// A regular file, opened with our own rights, not with those of the program's user.
    case file(String)
  }

  /// The caller's name for the process, unique among those that have not finished.
  public var id: UInt64
  /// What to execute.
  public var program: Program
  /// What the process reads.
  public var standardInput: StandardInput = .null
  /// The bytes of output that may be delivered but not yet acknowledged, both streams together, at least 1.
  /// When they are used up reading stops, the pipe fills and the process waits; reading resumes when half
  /// of them have been acknowledged.
  public var outputWindow = 256 * 1024
  /// Whether what is left of the process group gets SIGKILL when the process has finished. Only before
  /// ``ProcessEvent/finished(id:exit:)`` is the group's number sure not to belong to a stranger.
  public var killsGroupAtEnd = false

  /// A request with the default input and window.
  public init(id: UInt64, program: Program) {
    self.id = id
    self.program = program
  }
}
