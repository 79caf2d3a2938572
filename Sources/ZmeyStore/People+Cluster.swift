public import Postgres

/// A worker as people see it.
public struct WorkerView: Sendable {
  /// Its name.
  public let name: String
  /// Whose it is.
  public let scheduler: String
  /// How many task runs it may have.
  public let slots: Int32
  /// How many it has.
  public let busy: Int32
  /// Whether its link is there, and so is its scheduler.
  public let isConnected: Bool
  /// How long it was not heard, in seconds.
  public let silentSeconds: Int32?
  /// Where it says it runs.
  public let host: String?
  /// Which release it says it is.
  public let release: String?
  /// What it has that task runs may ask for.
  public let labels: [String]
  /// Its machine's load average of one minute; nil while it is not linked or has not said.
  public let load: Double?
  /// Who drained it, so that it gets nothing new; nil for nobody.
  public let drainedBy: String?
  /// Why, in their words.
  public let drainReason: String?
}

/// A scheduler as people see it.
public struct SchedulerView: Sendable {
  /// Its name.
  public let name: String
  /// Where its workers reach it.
  public let address: String?
  /// Where it runs.
  public let host: String?
  /// Its process there.
  public let processID: Int32?
  /// Whether a process has its name.
  public let isStarted: Bool
  /// How many workers are on its list.
  public let workers: Int64
  /// Who paused it, so that it claims nothing; nil for nobody.
  public let pausedBy: String?
  /// Why, in their words.
  public let pauseReason: String?
}

extension People {
  /// All workers, in the order in which they were added.
  public static func workers(_ session: borrowing Session) throws -> [WorkerView] {
    try session.query(
      Statement(
        "worker_views",
        """
        select name, scheduler, slots, busy, connected, silent_s, host, version, labels, load, drained_by::text,
          drain_reason
        from zm_api.worker order by id
        """)
    ).map { row throws(DatabaseError) in
      WorkerView(
        name: try row.text(0), scheduler: try row.text(1), slots: try row.int32(2), busy: try row.int32(3),
        isConnected: try row.bool(4), silentSeconds: try row.int32OrNil(5), host: try row.textOrNil(6),
        release: try row.textOrNil(7), labels: try row.textArray(8), load: try row.doubleOrNil(9),
        drainedBy: try row.textOrNil(10), drainReason: try row.textOrNil(11))
    }
  }

  /// All schedulers, in the order in which they were added.
  public static func schedulers(_ session: borrowing Session) throws -> [SchedulerView] {
    try session.query(
      Statement(
        "scheduler_views",
        """
        select name, address, host, pid, is_started, workers, paused_by::text, pause_reason
        from zm_api.scheduler order by id
        """)
    ).map { row throws(DatabaseError) in
      SchedulerView(
        name: try row.text(0), address: try row.textOrNil(1), host: try row.textOrNil(2),
        processID: try row.int32OrNil(3), isStarted: try row.bool(4), workers: try row.int64(5),
        pausedBy: try row.textOrNil(6), pauseReason: try row.textOrNil(7))
    }
  }

  /// Lets a worker get nothing new; it finishes what it has. One that is drained stays so, and takes a new reason.
  ///
  /// - Parameter reason: one line of at most 200 characters.
  public static func drainWorker(_ name: String, reason: String?, _ session: borrowing Session) throws {
    try session.execute(
      Statement("worker_drain", "select zm_api.worker_drain($1, $2)"), [.text(name), .text(reason)])
  }

  /// Lets a worker get work again; its scheduler sees it at once.
  public static func undrainWorker(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("worker_undrain", "select zm_api.worker_undrain($1)"), [.text(name)])
  }

  /// Lets a scheduler claim nothing until it is resumed. One that is paused stays so, and takes a new reason.
  ///
  /// - Parameter reason: one line of at most 200 characters.
  public static func pauseScheduler(_ name: String, reason: String?, _ session: borrowing Session) throws {
    try session.execute(
      Statement("scheduler_pause", "select zm_api.scheduler_pause($1, $2)"), [.text(name), .text(reason)])
  }

  /// Lets a scheduler claim again; it sees that at once.
  public static func resumeScheduler(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("scheduler_resume", "select zm_api.scheduler_resume($1)"), [.text(name)])
  }
}
