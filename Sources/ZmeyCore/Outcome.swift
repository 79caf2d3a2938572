/// How one attempt ended, as the worker that ran it says.
public struct Outcome: Hashable, Sendable {
  /// What the attempt makes of its task run, before retries are thought of.
  public enum Verdict: Int16, CaseIterable, Sendable {
    /// Exit code 0.
    case succeeded = 10
    /// Another exit code, a signal that nobody of zmey sent, or no start at all.
    case failed = 11
    /// Killed because the maximum time had passed.
    case timedOut = 12
    /// Killed because an operator asked for it.
    case stopped = 13

    /// The state that a task run takes if this attempt is its last.
    public var state: TaskRunState {
      switch self {
      case .succeeded: .succeeded
      case .failed: .failed
      case .timedOut: .timedOut
      case .stopped: .stopped
      }
    }
  }

  /// What the attempt came to.
  public var verdict: Verdict
  /// 0 to 255 if the process exited by itself.
  public var exitCode: Int32?
  /// The number of the signal that ended the process, if one did.
  public var signal: Int32?
  /// One sentence for people, if there is more to say than the exit code does.
  public var reason: String?
  /// From start to end, without the time spent paused.
  public var duration: Duration
  /// User and system time of the process and of the children it waited for, in microseconds.
  public var cpuMicroseconds: Int64
  /// The largest resident set, in KiB.
  public var peakMemoryKiB: Int64

  /// An outcome of those parts.
  public init(
    verdict: Verdict, exitCode: Int32? = nil, signal: Int32? = nil, reason: String? = nil,
    duration: Duration = .zero, cpuMicroseconds: Int64 = 0, peakMemoryKiB: Int64 = 0
  ) {
    self.verdict = verdict
    self.exitCode = exitCode
    self.signal = signal
    self.reason = reason
    self.duration = duration
    self.cpuMicroseconds = cpuMicroseconds
    self.peakMemoryKiB = peakMemoryKiB
  }
}

/// Which of a process's two outputs a chunk came from. The raw value goes over the link and into
/// the database.
public enum OutputStream: UInt8, CaseIterable, Sendable {
  /// Standard output: its bytes are the result.
  case standardOutput = 1
  /// Standard error: kept in the log only.
  case standardError = 2
}
