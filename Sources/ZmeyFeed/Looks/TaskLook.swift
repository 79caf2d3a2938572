import Postgres
import ZmeyConsole
import ZmeyCore

/// All about one task run.
struct TaskLook: Look {
  let id: TaskRunID
  private var row: TaskRunRow?
  private var run: Run?
  private var arguments: [String] = []
  private var attempts: [Attempt] = []
  private var why: [String] = []
  private var recent: [Duration] = []
  private var items: (ended: Int, total: Int)?

  init(id: TaskRunID) {
    self.id = id
  }

  /// In the order in which `take` gets them.
  private static let statements = [
    Statement("feed_task", "select \(TaskRunRow.columns) from zm.task_run t where t.id = $1"),
    Statement(
      "feed_task_run",
      """
      select \(RunRow.columns) from zm.run r \(RunRow.joins)
      where r.id = (select run_id from zm.task_run where id = $1)
      """),
    Statement(
      "feed_task_args",
      """
      select coalesce(k.args, '{}') || coalesce(s.args, '{}')
      from zm.task_run t left join zm.task k on k.id = t.task_id left join zm.task_spec s on s.task_run_id = t.id
      where t.id = $1
      """),
    Statement(
      "feed_attempts",
      """
      select o.attempt, o.state, o.exit_code, o.signal, o.reason, w.name, o.started_at, o.duration_us, o.cpu_us,
        o.peak_kib, o.result_bytes, o.error_bytes, o.is_cut
      from zm.task_result o left join zm.worker w on w.id = o.worker_id where o.task_run_id = $1 order by o.attempt
      """),
    // What runs or went well needs no reason.
    Statement(
      "feed_why",
      """
      select w.kind, w.message from zm.task_run t cross join lateral zm_api.why(t.id) w
      where t.id = $1 and t.state not in (4, 10)
      """),
    Statement(
      "feed_recent",
      """
      select d.recent_ms from zm.task_run t join zm.duration d on d.program_id = t.program_id and d.name = t.name
      where t.id = $1
      """),
    Statement("feed_fan", "select f.ended, f.total from zm.fan f where f.task_run_id = $1"),
  ]

  func calls(_ memory: Memory) -> [Call] { Self.statements.map { ($0, [.int8(id.rawValue)]) } }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    switch index {
    case 0:
      row = try rows.first { row throws in try TaskRunRow(row) }
      if let row { memory.note(program: row.program) }
    case 1: run = try rows.first { row throws in try RunRow.read(row) } ?? nil
    case 2: arguments = try rows.first { row throws(DatabaseError) in try row.textArray(0) } ?? []
    case 3: attempts = try rows.map { row throws in try Attempt(row) }
    case 4: why = try rows.map { row throws(DatabaseError) in "\(try row.text(0)): \(try row.text(1))" }
    case 5:
      recent = (try rows.first { row throws(DatabaseError) in try row.int8Array(0) } ?? []).map {
        .milliseconds($0)
      }
    default: items = try rows.first { row throws(DatabaseError) in (try row.int(0), try row.int(1)) }
    }
  }

  func needs(_ memory: Memory) -> Needs {
    guard let run, let version = run.versionID else { return Needs() }
    return Needs(runs: [run.id], versions: [version])
  }

  func answer(_ memory: inout Memory) -> Answer? {
    guard let row, let run else { return .task(nil) }
    let shape = memory.shape(run.versionID)
    let taskRun = memory.complete(row, memory.maxima(run))
    let joined = (shape?.links ?? []).flatMap { link in
      link.from == taskRun.taskID ? [link.to] : link.to == taskRun.taskID ? [link.from] : []
    }
    return .task(
      TaskDetail(
        taskRun: taskRun, run: run, shape: shape,
        neighbours: memory.taskRuns(of: run).filter { $0.taskID.map(joined.contains) ?? false },
        arguments: arguments, attempts: attempts, why: why, recent: recent, itemsEnded: items?.ended ?? 0,
        itemsTotal: items?.total))
  }
}

extension Attempt {
  fileprivate init(_ row: borrowing Row) throws {
    guard let state = TaskRunState(rawValue: try row.int16(1)) else {
      throw DatabaseError(kind: .decoding, message: "a state that this program does not know")
    }
    self.init(
      number: try row.int(0), state: state, exitCode: try row.intOrNil(2), signal: try row.intOrNil(3),
      reason: try row.textOrNil(4), worker: try row.textOrNil(5), startedAt: try row.momentOrNil(6),
      duration: .microseconds(try row.int64(7)), processor: .microseconds(try row.int64(8)),
      peakKiB: try row.int(9), outputBytes: try row.int(10), errorBytes: try row.int(11),
      isCut: try row.bool(12))
  }
}
