import ZmeyCore

extension BoardRoom {
  /// What names a target for other tools: a pipeline by its name, what ran by its number.
  static func name(of target: BoardTarget) -> String {
    switch target {
    case .pipeline(let pipeline): pipeline.name
    case .batch(let run): "\(run.id)"
    case .task(_, let name, let taskRun): taskRun.map { "\($0.id)" } ?? name
    }
  }

  /// A target as JSON, with the keys of `zmctl --json`.
  static func json(_ target: BoardTarget) -> JSON {
    switch target {
    case .pipeline(let pipeline):
      .object([
        ("id", .number(Int64(pipeline.id))), ("name", .text(pipeline.name)), ("owner", .text(pipeline.owner)),
        ("version", .number(Int64(pipeline.version))), ("paused", .bool(pipeline.isPaused)),
        ("live", .number(pipeline.live)), ("run_id", .number(pipeline.run?.id.rawValue)),
        ("state", .text(pipeline.run?.state.rawValue)),
        ("total", .number(pipeline.run?.total)),
        ("ended", .number(pipeline.run?.ended)),
        ("failed", .number(pipeline.run?.failed)),
      ])
    case .batch(let run):
      .object([
        ("run_id", .number(run.id.rawValue)), ("name", .text(run.name)), ("owner", .text(run.owner)),
        ("state", .text(run.state.rawValue)), ("total", .number(run.total)),
        ("ended", .number(run.ended)), ("failed", .number(run.failed)),
      ])
    case .task(let pipeline, let name, let taskRun):
      .object([
        ("id", .number(taskRun?.id.rawValue)), ("run_id", .number(taskRun?.run.rawValue)),
        ("name", .text(name)),
        ("pipeline", .text(pipeline.name)), ("owner", .text(pipeline.owner)),
        ("state", .text(taskRun?.state.name)), ("attempt", .number(taskRun?.attempt)),
        ("exit_code", .number(taskRun?.exitCode)),
        ("signal", .number(taskRun?.signal)), ("worker", .text(taskRun?.worker)),
      ])
    }
  }
}
