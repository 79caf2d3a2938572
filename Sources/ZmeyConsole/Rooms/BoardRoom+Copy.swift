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

  /// A target as JSON in a line, with the keys of `zmctl --json`.
  static func json(_ target: BoardTarget) -> String {
    switch target {
    case .pipeline(let pipeline):
      JSONLine.object([
        ("id", .number(Int64(pipeline.id))), ("name", .text(pipeline.name)), ("owner", .text(pipeline.owner)),
        ("version", .number(Int64(pipeline.version))), ("paused", .truth(pipeline.isPaused)),
        ("live", .number(Int64(pipeline.live))), ("run_id", .number(pipeline.run?.id.rawValue)),
        ("state", .text(pipeline.run?.state.rawValue)),
        ("total", .number(pipeline.run.map { Int64($0.total) })),
        ("ended", .number(pipeline.run.map { Int64($0.ended) })),
        ("failed", .number(pipeline.run.map { Int64($0.failed) })),
      ])
    case .batch(let run):
      JSONLine.object([
        ("run_id", .number(run.id.rawValue)), ("name", .text(run.name)), ("owner", .text(run.owner)),
        ("state", .text(run.state.rawValue)), ("total", .number(Int64(run.total))),
        ("ended", .number(Int64(run.ended))), ("failed", .number(Int64(run.failed))),
      ])
    case .task(let pipeline, let name, let taskRun):
      JSONLine.object([
        ("id", .number(taskRun?.id.rawValue)), ("run_id", .number(taskRun?.run.rawValue)),
        ("name", .text(name)),
        ("pipeline", .text(pipeline.name)), ("owner", .text(pipeline.owner)),
        ("state", .text(taskRun?.state.name)), ("attempt", .number(taskRun.map { Int64($0.attempt) })),
        ("exit_code", .number(taskRun?.exitCode.map(Int64.init))),
        ("signal", .number(taskRun?.signal.map(Int64.init))), ("worker", .text(taskRun?.worker)),
      ])
    }
  }
}
