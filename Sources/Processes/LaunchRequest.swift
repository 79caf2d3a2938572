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
  /// What the process reads from further descriptors, 3 to 9, by their numbers: files in memory that nobody can change
  /// and that have no name.
  public var files: [Int32: [UInt8]] = [:]
  /// The bytes of output that may be delivered but not yet acknowledged, both streams together, at least 1.
  /// When they are used up reading stops, the pipe fills and the process waits; reading resumes when half
  /// of them have been acknowledged.
  public var outputWindow = 256 * 1024
  /// An entry of the program's environment, `NAME=value`, that no other process's has: the mark by which the
  /// signals tier finds descendants that have left session and ancestors. The caller puts it there.
  public var mark: [UInt8]?
  /// Memory of the whole tree in bytes, or the address space of each of its processes where there is no
  /// cgroup that could count it.
  public var memoryLimit: UInt64?
  /// Processes and threads of the whole tree, or of its user where there is no cgroup that could count them.
  public var processLimit: UInt64?

  /// A request with the default input and window.
  public init(id: UInt64, program: Program) {
    self.id = id
    self.program = program
  }
}
