/// Where a task run stands. The same table stands in SQL (`zm.task_state`, `zm.task_transition`);
/// a test holds the two equal.
///
///     waiting ─▶ queued ─▶ assigned ─▶ running ⇄ paused
///                 ⇅  ▲        │           │        │
///                held └─retry─┴───────────┼────────┤
///                                         ▼        ▼
///                                      stopping ─▶ stopped, succeeded, failed, timed_out, lost
///
/// The raw value is what the database stores (`smallint`: comparisons of a PostgreSQL enum are not
/// leakproof and would keep row security from using an index). Ends are 10 and above.
public enum TaskRunState: Int16, CaseIterable, Codable, Sendable {
  /// Upstream is not finished.
  case waiting = 0
  /// May run as soon as a slot is free.
  case queued = 1
  /// Queued, but an operator keeps it back.
  case held = 2
  /// A scheduler claimed it for a worker; an attempt begins.
  case assigned = 3
  /// The worker said that the process exists.
  case running = 4
  /// The whole process tree is stopped and its clocks stand still.
  case paused = 5
  /// Stop was asked; the proof that nobody of the tree lives is not here yet.
  case stopping = 6
  /// Ended with exit code 0.
  case succeeded = 10
  /// Ended with another exit code, by a signal, or never started.
  case failed = 11
  /// Ended because its maximum time had passed; an error for what follows.
  case timedOut = 12
  /// Ended because an operator asked for it, proven by the worker.
  case stopped = 13
  /// Its worker vanished and it may not run again.
  case lost = 14
  /// A link before it was not taken.
  case skipped = 15

  /// The name that people, SQL and JSON use.
  public var name: String {
    switch self {
    case .waiting: "waiting"
    case .queued: "queued"
    case .held: "held"
    case .assigned: "assigned"
    case .running: "running"
    case .paused: "paused"
    case .stopping: "stopping"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .timedOut: "timed_out"
    case .stopped: "stopped"
    case .lost: "lost"
    case .skipped: "skipped"
    }
  }

  /// The state of that name, or nil.
  public init?(name: some StringProtocol) {
    guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = state
  }

  /// Whether nothing leaves this state.
  public var isEnd: Bool { rawValue >= TaskRunState.succeeded.rawValue }

  /// Whether a worker may hold a process for it.
  public var isInFlight: Bool {
    switch self {
    case .assigned, .running, .paused, .stopping: true
    case .waiting, .queued, .held, .succeeded, .failed, .timedOut, .stopped, .lost, .skipped: false
    }
  }

  /// The states that may follow this one.
  public var successors: Set<TaskRunState> {
    let ends: Set<TaskRunState> = [.succeeded, .failed, .timedOut, .stopped, .lost]
    return switch self {
    case .waiting: [.queued, .skipped, .stopped]
    case .queued: [.assigned, .held, .stopped]
    case .held: [.queued, .stopped]
    case .assigned: ends.union([.running, .queued])
    case .running: ends.union([.paused, .stopping, .queued])
    case .paused: ends.union([.running, .stopping, .queued])
    case .stopping: ends.union([.queued])
    case .succeeded, .failed, .timedOut, .stopped, .lost, .skipped: []
    }
  }

  /// Whether a task run may go from this state to `next`.
  public func mayBecome(_ next: TaskRunState) -> Bool { successors.contains(next) }
}
