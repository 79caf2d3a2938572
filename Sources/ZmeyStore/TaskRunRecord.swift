public import Postgres
public import ZmeyCore

/// A task run as people see it.
public struct TaskRunRecord: Sendable {
  /// Its number.
  public let id: TaskRunID
  /// The run that it belongs to.
  public let run: RunID
  /// The task's or the template's name.
  public let name: String
  /// The pipeline's name, if it belongs to one.
  public let pipeline: String?
  /// Whose it is.
  public let owner: String
  /// Where it stands.
  public let state: TaskRunState
  /// How many attempts have begun.
  public let attempt: Int32
  /// The percentage that the script has said.
  public let ownProgress: Int32?
  /// The exit code of the last attempt.
  public let exitCode: Int32?
  /// The signal that ended the last attempt.
  public let signal: Int32?
  /// Why it stands where it stands, in a sentence.
  public let reason: String?
  /// Who runs it or ran it last.
  public let worker: String?
  /// When it was asked for, in ISO 8601.
  public let createdAt: String
  /// When its last attempt began.
  public let startedAt: String?
  /// When it came to its end.
  public let finishedAt: String?
  /// What people want of it, proven or not; nil once it has ended.
  public let want: ControlVerb?
  /// When it is tried again, in ISO 8601, while it waits for that.
  public let dueAt: String?
  /// In how long that is.
  public let dueIn: Duration?
  /// The usual duration.
  public let average: Duration?
  /// The duration within which nineteen of twenty ended.
  public let percentile95: Duration?
  /// How long it may run.
  public let maximum: Duration?
  /// How long its last attempt took, or takes by now.
  public let elapsed: Duration?
  /// How long its worker was not heard, in seconds, while it runs.
  public let silentSeconds: Int32?
  /// Bytes of the result.
  public let resultBytes: Int64?
  /// The result, or its head if it is longer than was asked for; nil while there is none.
  public let result: [UInt8]?
  /// Which item of a fan-out it is, from 1; nil if it is none.
  public let item: Int32?
  /// The task run that stands for the task whose item it is.
  public let parent: TaskRunID?
  /// Those of higher priority run first.
  public let priority: Int32
  /// Whether it was skipped because something before it failed.
  public let isUpstreamFailed: Bool

  /// Its name, of an item with its number: `resize[17]`.
  public var itemName: String { item.map { "\(name)[\($0)]" } ?? name }

  /// 100 once it succeeded; while it runs, what the script says or elapsed ÷ average; else nil.
  public var progress: Progress? {
    switch state {
    case .running, .paused, .stopping:
      if let ownProgress { return Progress(percent: Int(ownProgress)) }
      return elapsed.flatMap { Progress(elapsed: $0, average: average) }
    case .succeeded: return Progress(percent: 100)
    case .waiting, .queued, .held, .assigned, .failed, .timedOut, .stopped, .lost, .skipped: return nil
    }
  }

  /// How long it probably still takes, while it runs.
  public var remaining: Duration? {
    guard state.isInFlight, state != .assigned, let elapsed else { return nil }
    return Progress.remaining(elapsed: elapsed, average: average, percent: ownProgress.map { Int($0) })
  }

  /// The state as people read it: with what is asked and not proven yet, and a worker that was not heard for a while
  /// is not passed over in silence.
  public var stateText: String {
    let silence = silentSeconds.flatMap { $0 > Self.silenceShown ? "silent \($0) s" : nil }
    let retry = dueIn.map { "retry in \(Timespan.seconds(max(0, $0.wholeMilliseconds + 999) / 1000))" }
    let additions = [intention, retry, silence].compactMap { $0 }
    return additions.isEmpty ? state.name : "\(state.name) (\(additions.joined(separator: ", ")))"
  }

  /// What is asked of it and not so yet.
  private var intention: String? {
    switch (want, state) {
    case (.pause, .waiting): "on hold"
    case (.pause, .assigned), (.pause, .running): "pausing"
    case (.resume, .assigned), (.resume, .running), (.resume, .paused): "resuming"
    case (.stop, .assigned), (.kill, .assigned): "stopping"
    default: nil
    }
  }

  /// From how many seconds of silence on it is shown: more than the periods of a worker's ping and of its
  /// scheduler's report together.
  static let silenceShown: Int32 = 35
}

/// An attempt that ended.
public struct AttemptRecord: Sendable {
  /// Counts from 1 within its task run.
  public let number: Int32
  /// How it ended.
  public let state: String
  /// Its exit code, if it exited by itself.
  public let exitCode: Int32?
  /// The signal that ended it.
  public let signal: Int32?
  /// Why it ended so, in a sentence.
  public let reason: String?
  /// Who ran it.
  public let worker: String?
  /// When it began, in ISO 8601.
  public let startedAt: String?
  /// When its end was stored.
  public let finishedAt: String
  /// How long it took, without pauses.
  public let duration: Duration
  /// Bytes of standard output.
  public let resultBytes: Int64
  /// Bytes of standard error.
  public let errorBytes: Int64
  /// Whether there was more output than is kept.
  public let isCut: Bool
}

/// Which task runs to list. All that is given must hold.
public struct TaskRunFilter: Sendable {
  /// In that state.
  public var state: TaskRunState?
  /// Of that pipeline.
  public var pipeline: String?
  /// Of that run.
  public var run: RunID?
  /// These alone.
  public var ids: [TaskRunID]?
  /// At most that many, the newest first.
  public var limit: Int32
  /// How many bytes of each result to read.
  public var resultLimit: Int32

  /// A filter that passes everything.
  public init(
    state: TaskRunState? = nil, pipeline: String? = nil, run: RunID? = nil, ids: [TaskRunID]? = nil,
    limit: Int32 = 50, resultLimit: Int32 = 4096
  ) {
    self.state = state
    self.pipeline = pipeline
    self.run = run
    self.ids = ids
    self.limit = limit
    self.resultLimit = resultLimit
  }
}

extension People {
  /// The newest task runs that pass, newest first.
  public static func taskRuns(_ filter: TaskRunFilter, _ session: borrowing Session) throws -> [TaskRunRecord]
  {
    // One text for each set of conditions: a condition that is not there must not be in its plan.
    var conditions: [(name: String, sql: String, parameter: Parameter)] = []
    if let ids = filter.ids { conditions.append(("ids", "t.id = any ($N)", .int8Array(ids.map(\.rawValue)))) }
    if let run = filter.run { conditions.append(("run", "t.run_id = $N", .int8(run.rawValue))) }
    if let state = filter.state { conditions.append(("state", "t.state_id = $N", .int2(state.rawValue))) }
    if let pipeline = filter.pipeline { conditions.append(("pipeline", "t.pipeline = $N", .text(pipeline))) }
    let clauses = conditions.enumerated().map { $0.element.sql.replacing("$N", with: "$\($0.offset + 3)") }
    let filterText = clauses.isEmpty ? "" : "where " + clauses.joined(separator: " and ")
    let name = (["task_runs"] + conditions.map(\.name)).joined(separator: "_")
    let rows = try session.query(
      Statement(
        name,
        """
        select t.id, t.run_id, t.name, t.pipeline, t.owner, t.state_id, t.attempt, t.progress, t.exit_code, t.signal,
          t.reason, t.worker, \(iso("t.created_at")), \(iso("t.started_at")), \(iso("t.finished_at")), t.average_ms,
          t.elapsed_ms, t.silent_s, r.result_bytes, zm_api.result_head(t.id, $2), t.want, \(iso("t.due_at")),
          (extract(epoch from t.due_at - clock_timestamp()) * 1000)::bigint, t.p95_ms, t.maximum_ms,
          t.item, t.parent_id, t.priority::int, t.upstream_failed
        from (select * from zm_api.task_run t \(filterText) order by t.id desc limit $1) t
        left join zm_api.attempt r on r.task_run_id = t.id and r.attempt = t.attempt
        order by t.id desc
        """),
      [.int8(Int64(filter.limit)), .int4(filter.resultLimit)] + conditions.map(\.parameter))
    return try rows.map { row throws(DatabaseError) in try TaskRunRecord(row) }
  }

  /// The attempts of a task run that have ended, the first first.
  public static func attempts(_ id: TaskRunID, _ session: borrowing Session) throws -> [AttemptRecord] {
    try session.query(
      Statement(
        "attempts",
        """
        select attempt, state, exit_code, signal, reason, worker, \(iso("started_at")), \(iso("finished_at")),
          duration_us / 1000, result_bytes, error_bytes, is_cut
        from zm_api.attempt where task_run_id = $1 order by attempt
        """), [.int8(id.rawValue)]
    ).map { row throws(DatabaseError) in
      AttemptRecord(
        number: try row.int32(0), state: try row.text(1), exitCode: try row.int32OrNil(2),
        signal: try row.int32OrNil(3), reason: try row.textOrNil(4), worker: try row.textOrNil(5),
        startedAt: try row.textOrNil(6), finishedAt: try row.text(7),
        duration: .milliseconds(try row.int64(8)), resultBytes: try row.int64(9),
        errorBytes: try row.int64(10), isCut: try row.bool(11))
    }
  }

  static func iso(_ column: String) -> String {
    "to_char(\(column) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
  }
}

extension TaskRunRecord {
  fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
    id = TaskRunID(try row.int64(0))
    run = RunID(try row.int64(1))
    name = try row.text(2)
    pipeline = try row.textOrNil(3)
    owner = try row.text(4)
    guard let state = TaskRunState(rawValue: try row.int16(5)) else {
      throw DatabaseError(kind: .decoding, message: "a state that this program does not know")
    }
    self.state = state
    attempt = try row.int32(6)
    ownProgress = try row.int32OrNil(7)
    exitCode = try row.int32OrNil(8)
    signal = try row.int32OrNil(9)
    reason = try row.textOrNil(10)
    worker = try row.textOrNil(11)
    createdAt = try row.text(12)
    startedAt = try row.textOrNil(13)
    finishedAt = try row.textOrNil(14)
    average = try row.int64OrNil(15).map { .milliseconds($0) }
    elapsed = try row.int64OrNil(16).map { .milliseconds($0) }
    silentSeconds = try row.int32OrNil(17)
    resultBytes = try row.int64OrNil(18)
    result = try row.bytesOrNil(19)
    want = state.isEnd ? nil : try row.textOrNil(20).flatMap { ControlVerb(rawValue: $0) }
    dueAt = try row.textOrNil(21)
    dueIn = try row.int64OrNil(22).map { .milliseconds($0) }
    percentile95 = try row.int64OrNil(23).map { .milliseconds($0) }
    maximum = try row.int64OrNil(24).map { .milliseconds($0) }
    item = try row.int32OrNil(25)
    parent = try row.int64OrNil(26).map { TaskRunID($0) }
    priority = try row.int32(27)
    isUpstreamFailed = try row.bool(28)
  }
}
