/// What a ``ProcessReactor`` has to tell.
public enum ProcessEvent: Sendable, Equatable {
  /// The program has been executed; `pid` is also the number of its session and process group.
  case started(id: UInt64, pid: Int32)
  /// The program could not be executed. Nothing follows for this id.
  case failedToStart(id: UInt64, failure: LaunchFailure)
  /// The process wrote these bytes, to be given back by ``ProcessReactor/acknowledge(_:bytes:)``.
  case output(id: UInt64, stream: OutputStream, bytes: [UInt8])
  /// The last bytes, at most 256, of what ``ProcessReactor/discard(_:stream:)`` has dropped since the event
  /// before: at most four a second, and one at the end of the stream. Not to be acknowledged.
  case discarded(id: UInt64, stream: OutputStream, tail: [UInt8])
  /// No process of the tree runs any more: the kernel or two scans in a row have shown it.
  case frozen(id: UInt64)
  /// The tree runs again, or the freeze that was asked for is called off.
  case thawed(id: UInt64)
  /// The process has ended, all its output was delivered, and no process of its tree lives. Nothing follows
  /// for this id.
  case finished(id: UInt64, exit: Exit)
}

extension ProcessEvent {
  /// Whether nobody minds to hear of it some ms later.
  var canWait: Bool {
    switch self {
    case .started: true
    case .output(_, _, let bytes): bytes.count <= 4096
    case .failedToStart, .discarded, .frozen, .thawed, .finished: false
    }
  }
}

/// One of the two streams that a process writes.
public enum OutputStream: Sendable {
  /// Descriptor 1.
  case standardOutput
  /// Descriptor 2.
  case standardError
}

/// How a process ended and what it used.
public struct Exit: Sendable, Equatable {
  /// The way a process ended.
  public enum Status: Sendable, Equatable {
    /// By itself, with a code from 0 to 255.
    case exited(Int32)
    /// By a signal.
    case signalled(Int32, coreDumped: Bool)
  }

  /// How it ended.
  public var status: Status
  /// What it and the children that it waited for used.
  public var usage: ResourceUsage
  /// From before its start to its end without the time that it spent frozen, by `CLOCK_MONOTONIC`.
  public var nanoseconds: UInt64
  /// Whether a descendant still held a pipe open, so that what it wrote later is not part of the output.
  public var outputCutByDescendants: Bool
}

/// What a process used, see getrusage(2).
public struct ResourceUsage: Sendable, Equatable {
  /// The largest resident set of the largest process, in KiB. It is never below that of the launching
  /// process at the time: the kernel counts the memory that the child shared with it before the exec.
  public var maximumResidentKiB: Int64
  /// Processor time in user mode, in microseconds.
  public var userMicroseconds: Int64
  /// Processor time in the kernel, in microseconds.
  public var systemMicroseconds: Int64
}
