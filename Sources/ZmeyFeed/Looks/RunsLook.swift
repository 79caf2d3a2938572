import Postgres
import ZmeyConsole
import ZmeyCore

/// The newest runs, of one pipeline or of all.
struct RunsLook: Look {
  let pipeline: Int32?
  let limit: Int
  private var runs: [Run] = []

  init(pipeline: Int32?, limit: Int) {
    self.pipeline = pipeline
    self.limit = limit
  }

  func calls(_ memory: Memory) -> [Call] {
    let condition = pipeline == nil ? "" : "where pipeline_id = $3"
    // Of a batch that has very many task runs, the first alone are searched for one that failed.
    let sql = """
      select \(RunRow.columns), f.name, f.state, f.reason, f.exit_code, f.signal
      from (select * from zm.run \(condition) order by id desc limit $1) r \(RunRow.joins)
      left join lateral (
        select t.name, t.state, t.reason, t.exit_code, t.signal from (
          select * from zm.task_run t where t.run_id = r.id and t.id between zm.first_id(r.id) and zm.last_id(r.id)
          order by t.id limit 5000) t
        where t.state in (11, 12, 14) order by t.id limit 1
      ) f on ry.failed > 0 and ry.ended >= r.total and r.id <> all ($2)
      order by r.id desc
      """
    let parameters: [Parameter] = [.int8(Int64(limit)), .int8Array(memory.notes.keys.map(\.rawValue))]
    guard let pipeline else { return [(Statement("feed_runs", sql), parameters)] }
    return [(Statement("feed_pipeline_runs", sql), parameters + [.int4(pipeline)])]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    try rows.forEach { row throws in
      guard let run = try RunRow.read(row) else { return }
      runs.append(run)
      if let note = try Self.note(row) { memory.notes[run.id] = note }
    }
    if memory.notes.count > 10_000 {
      memory.notes = memory.notes.filter { note in runs.contains { $0.id == note.key } }
    }
  }

  func answer(_ memory: inout Memory) -> Answer? {
    .runs(
      runs.map { run in
        var run = run
        run.note = run.state == .failed ? memory.notes[run.id] : nil
        return run
      })
  }

  /// Which task run failed and why: `load: exit 1`.
  private static func note(_ row: borrowing Row) throws -> String? {
    let first = RunRow.width
    guard let name = try row.textOrNil(first) else { return nil }
    let state = TaskRunState(rawValue: try row.int16(first + 1))?.name
    let code =
      try row.intOrNil(first + 3).map { "exit \($0)" } ?? row.intOrNil(first + 4).map { "signal \($0)" }
    return "\(name): \(try row.textOrNil(first + 2) ?? code ?? state ?? "failed")"
  }
}
