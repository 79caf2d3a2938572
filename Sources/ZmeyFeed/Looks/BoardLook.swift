import Postgres
import ZmeyConsole
import ZmeyCore

/// All pipelines with their newest runs, and the batches that go on. What it costs does not depend on history: it reads the
/// newest run of each pipeline, and task runs of those alone that have not ended since they were read.
struct BoardLook: Look {
  private var pipelines: [Pipeline]?
  private var batches: [Run] = []

  func calls(_ memory: Memory) -> [Call] {
    [
      (
        Statement(
          "feed_board",
          """
          select p.id, p.name, v.description, u.rolname, v.id, v.number, p.is_paused, coalesce(l.live, 0), \(RunRow.columns)
          from zm.pipeline p
          join zm.app_user u on u.id = p.owner_id
          join zm.pipeline_version v on v.id = p.version_id
          left join (select pipeline_id, count(*) as live from zm.live_run group by 1) l on l.pipeline_id = p.id
          left join zm.last_run n on n.pipeline_id = p.id
          left join lateral (
            select * from zm.run r where r.pipeline_id = p.id and r.id >= n.run_id order by r.id desc limit 1) r on true
          \(RunRow.joins)
          where p.removed_at is null
          """), []
      ),
      // The newest alone: one that has gone on for very long is found among the runs.
      (
        Statement(
          "feed_batches",
          """
          select \(RunRow.columns) from (select * from zm.run order by id desc limit 200) r \(RunRow.joins)
          where r.version_id is null and (r.is_open or ry.ended < r.total) order by r.id desc
          """), []
      ),
    ]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    guard index == 0 else {
      return batches = try rows.map { row throws in try RunRow.read(row) }.compactMap { $0 }
    }
    pipelines = try rows.map { row throws in
      Pipeline(
        id: try row.int32(0), name: try row.text(1), description: try row.text(2), owner: try row.text(3),
        versionID: try row.int32(4), version: try row.int(5), isPaused: try row.bool(6), live: try row.int(7),
        run: try RunRow.read(row, at: 8))
    }
    memory.newest = Set(runs.map(\.id))
  }

  private var runs: [Run] { (pipelines ?? []).compactMap(\.run) }

  func needs(_ memory: Memory) -> Needs {
    guard let pipelines else { return Needs(runs: memory.newest) }
    return Needs(
      runs: Set(runs.map(\.id)),
      versions: Set(pipelines.map(\.versionID)).union(runs.compactMap(\.versionID)))
  }

  func answer(_ memory: inout Memory) -> Answer? {
    let all = (pipelines ?? []).map { pipeline in
      var pipeline = pipeline
      pipeline.taskRuns = memory.taskRuns(of: pipeline.run)
      return pipeline
    }
    let versions = needs(memory).versions
    return .board(
      Board(
        pipelines: all.sorted { ($0.name, $0.id) < ($1.name, $1.id) }, batches: batches,
        shapes: Dictionary(versions.compactMap { id in memory.shape(id).map { (id, $0) } }) { first, _ in
          first
        }))
  }
}
