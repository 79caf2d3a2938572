import Postgres
import ZmeyConsole
import ZmeyCore

/// A task run as its row says it; what belongs to its program and its worker is added by `Memory`.
struct TaskRunRow {
  /// Without what its program and its worker add.
  var taskRun: TaskRun
  let program: Int32
  let worker: Int32?

  /// How many columns there are.
  static let width = 25

  /// Of a row `t` of `zm.task_run`. What stands in other tables is looked up only where it can be there.
  static let columns = """
    t.id, t.run_id, t.task_id, t.name, t.state, t.attempt, t.max_attempts,
    case when t.is_fan then (select f.ended * 100 / nullif(f.total, 0) from zm.fan f where f.task_run_id = t.id)
      else t.progress end,
    t.exit_code, t.signal, t.reason, t.worker_id, t.created_at, t.started_at, t.finished_at, t.paused_at, t.paused_ms,
    case when t.state >= 10 and t.attempt > 0 then
      (select o.duration_us from zm.task_result o where o.task_run_id = t.id and o.attempt = t.attempt) end,
    case when t.state < 10 then t.want else 0 end,
    case when t.state = 1 then (select d.due_at from zm.delayed d where d.task_run_id = t.id) end,
    t.item, t.is_fan, t.priority, t.upstream_failed, t.program_id
    """

  /// Reads the columns of a row.
  init(_ row: borrowing Row) throws {
    guard let state = TaskRunState(rawValue: try row.int16(4)) else {
      throw DatabaseError(kind: .decoding, message: "a state that this program does not know")
    }
    taskRun = TaskRun(
      id: TaskRunID(try row.int64(0)), run: RunID(try row.int64(1)), taskID: try row.int32OrNil(2),
      name: try row.text(3), state: state, attempt: try row.int(5), maxAttempts: try row.int(6),
      percent: try row.intOrNil(7), exitCode: try row.intOrNil(8), signal: try row.intOrNil(9),
      reason: try row.textOrNil(10), createdAt: try row.moment(12), startedAt: try row.momentOrNil(13),
      finishedAt: try row.momentOrNil(14), pausedAt: try row.momentOrNil(15),
      paused: .milliseconds(try row.int64(16)),
      duration: try row.int64OrNil(17).map { .microseconds($0) },
      want: TaskRun.Want(rawValue: try row.int(18)) ?? .nothing, dueAt: try row.momentOrNil(19),
      item: try row.intOrNil(20), isFan: try row.bool(21), priority: try row.int(22),
      isUpstreamFailed: try row.bool(23))
    program = try row.int32(24)
    worker = try row.int32OrNil(11)
  }
}

/// The task runs of a run of a pipeline, without items, by number. Those that have ended never change again.
struct Work {
  private(set) var rows: [TaskRunRow] = []
  private(set) var ended = 0
  /// How many the run has.
  private(set) var total = 0

  /// Whether nothing can change any more.
  var isComplete: Bool { total > 0 && ended == total }

  /// Takes what was read: what has not ended, or all.
  mutating func take(_ read: [TaskRunRow], total: Int) {
    let isAll = read.contains { $0.taskRun.state.isEnd }
    rows = ((isAll ? [] : rows.filter { $0.taskRun.state.isEnd }) + read).sorted {
      $0.taskRun.id < $1.taskRun.id
    }
    ended = rows.count { $0.taskRun.state.isEnd }
    self.total = total
  }

  /// Of each run in the first list: what has not ended, and all if not so many have ended as the second list says.
  static func call(_ runs: [RunID], _ memory: Memory) -> Call {
    (
      Statement(
        "feed_work",
        """
        select t.* from unnest($1, $2) k (id, ended)
        cross join lateral (select coalesce(sum(y.ended), 0) as ended from zm.run_tally y where y.run_id = k.id) y
        cross join lateral (
          select \(TaskRunRow.columns), r.total from zm.run r join zm.task_run t on t.run_id = r.id
          where r.id = k.id and t.run_id = k.id and t.id between zm.first_id(k.id) and zm.last_id(k.id)
            and t.item is null and (t.state < 10 or y.ended <> k.ended) offset 0) t
        """),
      [.int8Array(runs.map(\.rawValue)), .int8Array(runs.map { Int64(memory.works[$0]?.ended ?? -1) })]
    )
  }
}
