import Postgres
import ZmeyConsole
import ZmeyCore

/// A run with its task runs: of a pipeline all, with the first items of each task that is repeated; of a batch the first.
struct RunLook: Look {
  let id: RunID
  private var run: Run?
  private var rows: [TaskRunRow] = []

  init(id: RunID) {
    self.id = id
  }

  func calls(_ memory: Memory) -> [Call] {
    let parameters: [Parameter] = [.int8(id.rawValue)]
    return [
      (
        Statement("feed_run", "select \(RunRow.columns) from zm.run r \(RunRow.joins) where r.id = $1"),
        parameters
      ),
      (
        Statement(
          "feed_batch",
          """
          select \(TaskRunRow.columns) from zm.task_run t
          where t.run_id = $1 and t.id between zm.first_id($1) and zm.last_id($1)
            and (select version_id is null from zm.run where id = $1) order by t.id limit 1000
          """), parameters
      ),
      // Items may be made long after their run.
      (
        Statement(
          "feed_items",
          """
          select t.* from zm.task_run p cross join lateral (
            select \(TaskRunRow.columns) from zm.task_run t where t.parent_id = p.id and t.id > p.id
            order by t.item limit 1000) t
          where p.run_id = $1 and p.id between zm.first_id($1) and zm.last_id($1) and p.is_fan
          """), parameters
      ),
    ]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    if index == 0 { return run = try rows.first { row throws in try RunRow.read(row) } ?? nil }
    for row in try rows.map({ row throws in try TaskRunRow(row) }) {
      self.rows.append(row)
      memory.note(program: row.program)
    }
  }

  func needs(_ memory: Memory) -> Needs {
    guard let version = run?.versionID else { return Needs() }
    return Needs(runs: [id], versions: [version])
  }

  func answer(_ memory: inout Memory) -> Answer? {
    guard let run else { return .run(nil) }
    let maxima = memory.maxima(run)
    let others = rows.map { memory.complete($0, maxima) }
    return .run(
      RunDetail(
        run: run, shape: memory.shape(run.versionID),
        taskRuns: (memory.taskRuns(of: run) + others).sorted { $0.id < $1.id }))
  }
}
