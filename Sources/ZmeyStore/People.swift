internal import FoundationEssentials
public import Postgres
public import ZmeyCore

/// What people change, each through one function of `zm_api`: it checks the owner, writes the audit row, and
/// raises an error with a SQLSTATE of ours. Every function throws `DatabaseError`.
public enum People {
  /// One line of what an apply did.
  public struct Change: Hashable, Codable, Sendable {
    /// `+` new, `~` changed, `-` removed, `=` as it was.
    public let action: String
    /// `template`, `pipeline` or `event`.
    public let kind: String
    /// Which one.
    public let name: String
  }

  /// Makes the caller's definitions what `definitions` says, all or nothing.
  ///
  /// - Parameter isPruning: removes the caller's others; else they stay.
  public static func apply(
    _ definitions: Definitions, isPruning: Bool = false, _ session: borrowing Session
  ) throws -> [Change] {
    try session.query(
      Statement("apply", "select action, kind, name from zm_api.apply($1, $2)"),
      [try json(definitions), .bool(isPruning)]
    ).map { row throws(DatabaseError) in
      Change(action: try row.text(0), kind: try row.text(1), name: try row.text(2))
    }
  }

  /// The caller's definitions: of those pipelines with what they need, or all.
  public static func export(_ pipelines: [String]?, _ session: borrowing Session) throws -> Definitions {
    let document = try session.query(
      Statement("export", "select zm_api.export($1)"), [.textArray(pipelines)]
    ).first { row throws(DatabaseError) in try row.text(0) }
    return try decode(document ?? "{}")
  }

  /// Starts a pipeline, or one task of it and what follows.
  public static func start(
    pipeline: String, task: String?, arguments: [String], _ session: borrowing Session
  ) throws -> RunID {
    try run(
      Statement("start", "select zm_api.start($1, $2, $3)"),
      [.text(pipeline), .text(task), .textArray(arguments)], session)
  }

  /// Starts `count` task runs of a template without arguments, as one run.
  public static func submit(template: String, count: Int32, _ session: borrowing Session) throws -> RunID {
    try run(
      Statement("submit_count", "select zm_api.submit($1, $2)"), [.text(template), .int4(count)], session)
  }

  /// Starts one task run of a template for each list of arguments, as one run.
  public static func submit(
    template: String, arguments: [[String]], _ session: borrowing Session
  ) throws -> RunID {
    let document = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
    return try run(
      Statement("submit_args", "select zm_api.submit($1, null, $2)"), [.text(template), .json(document)],
      session)
  }

  /// Runs a command once.
  public static func execute(_ command: [String], _ session: borrowing Session) throws -> RunID {
    try run(Statement("exec", "select zm_api.exec($1)"), [.textArray(command)], session)
  }

  /// Does a verb to task runs and to all task runs of runs, by their numbers. The verb and the end of a task may wait
  /// for each other: `.deadlock`, and the transaction is to be begun again.
  ///
  /// - Returns: how many task runs were moved to what; empty if there was nothing to do.
  public static func control(
    _ verb: ControlVerb, _ ids: [Int64], _ session: borrowing Session
  ) throws -> [ControlEffect] {
    try effects(
      Statement("control", "select effect, count from zm_api.control($1, $2)"),
      [.text(verb.rawValue), .int8Array(ids)], session)
  }

  /// Does a verb to all that goes on of a pipeline; a pause or a hold goes for what will begin, too.
  public static func control(
    _ verb: ControlVerb, pipeline: String, _ session: borrowing Session
  ) throws -> [ControlEffect] {
    try effects(
      Statement("control_pipeline", "select effect, count from zm_api.control_pipeline($1, $2)"),
      [.text(verb.rawValue), .text(pipeline)], session)
  }

  /// Of how many task runs it is not proven yet what a verb asked of them: of these numbers of task runs and runs, and
  /// of these pipelines.
  public static func unproven(
    _ verb: ControlVerb, _ ids: [Int64], pipelines: [String], _ session: borrowing Session
  ) throws -> Int64 {
    try session.query(
      Statement("unproven", "select zm_api.unproven($1, $2, $3)"),
      [.text(verb.rawValue), .int8Array(ids), .textArray(pipelines)]
    ).first { row throws(DatabaseError) in try row.int64(0) } ?? 0
  }

  private static func effects(
    _ statement: Statement, _ parameters: [Parameter], _ session: borrowing Session
  ) throws -> [ControlEffect] {
    try session.query(statement, parameters).map { row throws(DatabaseError) in
      ControlEffect(effect: try row.text(0), count: try row.int64(1))
    }
  }

  /// Runs a task run or a run again, as a new run with the same arguments.
  ///
  /// - Parameter isLatest: with the definition of now, not with that of the first time.
  public static func rerun(
    _ id: Int64, _ mode: RerunMode, isLatest: Bool, _ session: borrowing Session
  ) throws -> RunID {
    try run(
      Statement("rerun", "select zm_api.rerun($1, $2, $3)"),
      [.int8(id), .text(mode.rawValue), .bool(isLatest)], session)
  }

  /// Registers this connection as one that wants to be woken on `changeChannel`, until it closes.
  public static func watch(_ session: borrowing Session) throws {
    try session.execute(Statement("watch", "select zm_api.watch()"))
  }

  /// The channel on which whoever watches is woken when something has changed; the payload is empty.
  public static let changeChannel = "zm_change"

  private static func run(
    _ statement: Statement, _ parameters: [Parameter], _ session: borrowing Session
  ) throws -> RunID {
    let run = try session.query(statement, parameters).first { row throws(DatabaseError) in try row.int64(0) }
    guard let run else {
      throw DatabaseError(kind: .decoding, message: "no run came back", statement: statement.name)
    }
    return RunID(run)
  }

  /// Registers a scheduler.
  public static func addScheduler(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("scheduler_add", "select zm_api.scheduler_add($1)"), [.text(name)])
  }

  /// Removes a scheduler that is not running and has no workers.
  public static func removeScheduler(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("scheduler_remove", "select zm_api.scheduler_remove($1)"), [.text(name)])
  }

  /// Registers a worker; its scheduler takes it in within a moment.
  public static func addWorker(
    _ name: String, scheduler: String, slots: Int32, labels: [String] = [], _ session: borrowing Session
  ) throws {
    try session.execute(
      Statement("worker_add", "select zm_api.worker_add($1, $2, $3, $4)"),
      [.text(name), .text(scheduler), .int4(slots), .textArray(labels)])
  }

  /// Changes how many task runs a worker may have at once, and its labels; nil leaves either as it is.
  public static func setWorker(
    _ name: String, slots: Int32? = nil, labels: [String]? = nil, _ session: borrowing Session
  ) throws {
    try session.execute(
      Statement("worker_set", "select zm_api.worker_set($1, $2, $3)"),
      [.text(name), .int4(slots), .textArray(labels)])
  }

  /// Removes a worker; it finishes what it has and gets nothing more.
  public static func removeWorker(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("worker_remove", "select zm_api.worker_remove($1)"), [.text(name)])
  }
}
