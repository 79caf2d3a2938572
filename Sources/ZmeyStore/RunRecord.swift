internal import FoundationEssentials
public import Postgres
public import ZmeyCore

/// A run as people see it.
public struct RunRecord: Sendable {
  /// Its number.
  public let id: RunID
  /// The pipeline's, template's or command's name.
  public let name: String
  /// Whose it is.
  public let owner: String
  /// `running`, `succeeded`, `failed` or `stopped`.
  public let state: String
  /// How many task runs it has.
  public let total: Int64
  /// How many have ended.
  public let ended: Int64
  /// How many of these failed, ran out of time or were lost.
  public let failed: Int64
  /// When it was started, in ISO 8601.
  public let createdAt: String
  /// When its last task run ended.
  public let finishedAt: String?
  /// From its start to its end, or to now.
  public let elapsed: Duration
  /// Whether links may join its task runs.
  public let isPipeline: Bool
  /// The run that it repeats in whole or in part.
  public let rerunOf: RunID?
  /// Whether its task runs still come in: see `Submission`.
  public let isOpen: Bool

  /// Of a batch of which some have ended: how long the others take if they end as fast as those did.
  public var remainingOfBatch: Duration? {
    isPipeline || isOpen || isEnded || ended == 0 ? nil : elapsed * (total - ended) / ended
  }

  /// Whether nothing of it is left to do.
  public var isEnded: Bool { !isOpen && ended >= total }
}

/// One chunk of a log.
public struct LogChunk: Sendable {
  /// Counts from 0 within the attempt.
  public let number: Int32
  /// Where it came from.
  public let stream: OutputStream
  /// When it was stored, in ISO 8601.
  public let at: String
  /// The bytes.
  public let bytes: [UInt8]
}

/// A template or a pipeline as lists show it.
public struct DefinitionView: Sendable {
  /// Its name.
  public let name: String
  /// What it is for.
  public let description: String
  /// Whose it is.
  public let owner: String
  /// Tasks of a pipeline, attempts of a template.
  public let count: Int64
  /// The version of a pipeline.
  public let version: Int32?
  /// Whether runs of a pipeline that begin are held.
  public let isPaused: Bool
}

extension People {
  /// The run of that number, if the caller may see it.
  public static func run(_ id: RunID, _ session: borrowing Session) throws -> RunRecord? {
    try session.query(
      Statement("run", "\(runColumns) where id = $1"), [.int8(id.rawValue)]
    ).first { row throws(DatabaseError) in try RunRecord(row) }
  }

  /// The newest runs, newest first.
  public static func runs(limit: Int32, _ session: borrowing Session) throws -> [RunRecord] {
    try session.query(
      Statement("runs", "\(runColumns) order by id desc limit $1"), [.int8(Int64(limit))]
    ).map { row throws(DatabaseError) in try RunRecord(row) }
  }

  private static let runColumns = """
    select id, name, owner, state, total::bigint, ended::bigint, failed::bigint, \(iso("created_at")),
      \(iso("finished_at")), (extract(epoch from coalesce(finished_at, clock_timestamp()) - created_at) * 1000)::bigint,
      is_pipeline, rerun_of, is_open from zm_api.run
    """

  /// The newest run of the caller's pipeline of that name.
  public static func newestRun(ofPipeline name: String, _ session: borrowing Session) throws -> RunID? {
    try session.query(
      Statement(
        "newest_run",
        """
        select id from zm_api.run where is_pipeline and name = $1 and owner = session_user order by id desc limit 1
        """), [.text(name)]
    ).first { row throws(DatabaseError) in RunID(try row.int64(0)) }
  }

  /// The links between the tasks of a run's pipeline, whether or not the run has them all.
  public static func links(of run: RunID, _ session: borrowing Session) throws -> [CriticalPath.Link] {
    try session.query(
      Statement(
        "run_links",
        """
        select f.name, t.name, coalesce(l.expression, to_jsonb(l.condition))::text, t.join_rule = 'all'
        from zm.run r join zm.link l on l.version_id = r.version_id and l.is_enabled
        join zm.task f on f.id = l.from_task join zm.task t on t.id = l.to_task
        where r.id = $1 order by l.to_task, l.position
        """), [.int8(run.rawValue)]
    ).map { row throws(DatabaseError) in
      let json = Data(try row.text(2).utf8)
      guard let condition = try? JSONDecoder().decode(Condition.self, from: json) else {
        throw DatabaseError(kind: .decoding, message: "a condition that this program does not know")
      }
      return CriticalPath.Link(
        from: try row.text(0), to: try row.text(1), condition: condition, isNeeded: try row.bool(3))
    }
  }

  /// The whole result of a task run, byte for byte; nil while there is none.
  ///
  /// - Parameter attempt: of which one; nil for the last.
  public static func result(
    _ id: TaskRunID, attempt: Int32? = nil, _ session: borrowing Session
  ) throws -> [UInt8]? {
    try session.query(
      Statement("result", "select zm_api.result($1, $2)"), [.int8(id.rawValue), .int4(attempt)]
    ).first { row throws(DatabaseError) in try row.bytesOrNil(0) } ?? nil
  }

  /// The next chunks of an attempt's output from a number on: those that begin within `bytes`, or fewer.
  public static func log(
    _ id: TaskRunID, attempt: Int32, from chunk: Int32, bytes: Int64 = 1 << 20, _ session: borrowing Session
  ) throws -> [LogChunk] {
    try session.query(
      Statement(
        "log", "select chunk, stream, \(iso("at")), data from zm_api.log($1, $2, $3, $4) order by chunk"),
      [.int8(id.rawValue), .int4(attempt), .int4(chunk), .int8(bytes)]
    ).map { row throws(DatabaseError) in
      LogChunk(
        number: try row.int32(0), stream: try row.int16(1) == 1 ? .standardOutput : .standardError,
        at: try row.text(2), bytes: try row.bytes(3))
    }
  }

  /// The arguments of a task run: its task's and those given at the start.
  public static func arguments(_ id: TaskRunID, _ session: borrowing Session) throws -> [String] {
    try session.query(
      Statement(
        "arguments",
        """
        select coalesce(k.args, '{}') || coalesce(s.args, '{}')
        from zm.task_run t left join zm.task k on k.id = t.task_id left join zm.task_spec s on s.task_run_id = t.id
        where t.id = $1
        """), [.int8(id.rawValue)]
    ).first { row throws(DatabaseError) in try row.textArray(0) } ?? []
  }

  /// How many of the caller's task runs stand in each state, in the states' order.
  public static func counts(_ session: borrowing Session) throws -> [(state: String, count: Int64)] {
    try session.query(Statement("counts", "select state, count from zm_api.counts()")).map {
      row throws(DatabaseError) in
      (try row.text(0), try row.int64(1))
    }
  }

  /// The caller's templates by name.
  public static func templates(_ session: borrowing Session) throws -> [DefinitionView] {
    try session.query(
      Statement(
        "templates",
        "select name, description, owner, attempts::bigint, null::int, false from zm_api.template order by name"
      )
    ).map { row throws(DatabaseError) in try DefinitionView(row) }
  }

  /// The caller's pipelines by name.
  public static func pipelines(_ session: borrowing Session) throws -> [DefinitionView] {
    try session.query(
      Statement(
        "pipelines",
        "select name, description, owner, tasks, version, is_paused from zm_api.pipeline order by name")
    ).map { row throws(DatabaseError) in try DefinitionView(row) }
  }
}

extension RunRecord {
  fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
    id = RunID(try row.int64(0))
    name = try row.text(1)
    owner = try row.text(2)
    state = try row.text(3)
    total = try row.int64(4)
    ended = try row.int64(5)
    failed = try row.int64(6)
    createdAt = try row.text(7)
    finishedAt = try row.textOrNil(8)
    elapsed = .milliseconds(try row.int64(9))
    isPipeline = try row.bool(10)
    rerunOf = try row.int64OrNil(11).map { RunID($0) }
    isOpen = try row.bool(12)
  }
}

extension DefinitionView {
  fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
    name = try row.text(0)
    description = try row.text(1)
    owner = try row.text(2)
    count = try row.int64(3)
    version = try row.int32OrNil(4)
    isPaused = try row.bool(5)
  }
}
