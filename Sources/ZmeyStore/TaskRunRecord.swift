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
  /// The usual duration.
  public let average: Duration?
  /// How long its last attempt took, or takes by now.
  public let elapsed: Duration?
  /// How long its worker was not heard, in seconds, while it runs.
  public let silentSeconds: Int32?
  /// Bytes of the result.
  public let resultBytes: Int64?
  /// The result, or its head if it is longer than was asked for; nil while there is none.
  public let result: [UInt8]?

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

  /// The state as people read it: a worker that was not heard for a while is not passed over in silence.
  public var stateText: String {
    if let silentSeconds, silentSeconds > Self.silenceShown {
      return "\(state.name) (silent \(silentSeconds) s)"
    }
    return state.name
  }

  /// From how many seconds of silence on it is shown: more than the periods of a worker's ping and of its
  /// scheduler's report together.
  static let silenceShown: Int32 = 35
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
          t.elapsed_ms, t.silent_s, r.result_bytes, zm_api.result_head(t.id, $2)
        from (select * from zm_api.task_run t \(filterText) order by t.id desc limit $1) t
        left join zm_api.attempt r on r.task_run_id = t.id and r.attempt = t.attempt
        order by t.id desc
        """),
      [.int8(Int64(filter.limit)), .int4(filter.resultLimit)] + conditions.map(\.parameter))
    return try rows.map { row throws(DatabaseError) in try TaskRunRecord(row) }
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
  }
}
