import ZmeyCore

/// What an action on the board is meant for, as it was when the key was pressed.
enum BoardTarget: Sendable {
  case pipeline(Pipeline)
  case batch(Run)
  case task(Pipeline, name: String, TaskRun?)

  /// As it is called in messages.
  var label: String {
    switch self {
    case .pipeline(let pipeline): pipeline.name
    case .batch(let run): run.name
    case .task(let pipeline, let name, _): "\(pipeline.name)/\(name)"
    }
  }

  var owner: String {
    switch self {
    case .pipeline(let pipeline), .task(let pipeline, _, _): pipeline.owner
    case .batch(let run): run.owner
    }
  }

  /// As it is typed to confirm; nil for a name that has no plain letters, or is too long to type.
  var word: String? {
    let isTyped = label.unicodeScalars.allSatisfy { ("!"..."~").contains($0) }
    return isTyped && label.count <= 24 ? label : nil
  }

  /// How many runs a verb reaches that is done to it.
  var liveRuns: Int {
    if case .pipeline(let pipeline) = self { return max(pipeline.live, liveID == nil ? 0 : 1) }
    return liveID == nil ? 0 : 1
  }

  /// The number of its run or task run that has not ended; nil if there is none.
  var liveID: Int64? {
    switch self {
    case .pipeline(let pipeline):
      pipeline.run.flatMap { $0.state == .running ? $0.id.rawValue : nil }
    case .batch(let run): run.state == .running ? run.id.rawValue : nil
    case .task(_, _, let taskRun): taskRun.flatMap { $0.state.isEnd ? nil : $0.id.rawValue }
    }
  }

  /// The number of its newest run or task run.
  var runID: Int64? {
    switch self {
    case .pipeline(let pipeline): pipeline.run?.id.rawValue
    case .batch(let run): run.id.rawValue
    case .task(_, _, let taskRun): taskRun?.id.rawValue
    }
  }

  /// Its task runs that have not ended.
  private var open: [TaskRun] {
    switch self {
    case .pipeline(let pipeline): pipeline.taskRuns.filter { !$0.state.isEnd }
    case .batch: []
    case .task(_, _, let taskRun): [taskRun].compactMap { $0 }.filter { !$0.state.isEnd }
    }
  }

  /// What ends if it is stopped, in words: `12m of work on w-03`.
  func loss(_ now: Moment) -> String {
    if case .batch(let run) = self { return "\(run.total - run.ended) of \(run.total) have not ended" }
    if liveRuns > 1 { return "\(liveRuns) runs" }
    let running = open.filter(\.state.isInFlight)
    if running.isEmpty { return open.isEmpty ? "its run" : "nothing runs, \(open.count) to come" }
    let work = running.compactMap { $0.elapsed(now) }.reduce(Duration.zero, +)
    let workers = Set(running.compactMap(\.worker)).sorted()
    let place =
      workers.isEmpty ? "" : workers.count == 1 ? " on \(workers[0])" : " on \(workers.count) workers"
    return "\(TimeText.coarse(work)) of work\(place)"
  }
}

extension BoardRoom {
  /// What an action is meant for: tasks if one is under the cursor or some are marked, else boxes.
  func targets(_ world: World) -> [BoardTarget] {
    let items = items(world)
    if !taskMarks.isEmpty {
      return items.compactMap(\.pipeline).flatMap { pipeline in
        taskMarks.filter { $0.pipeline == pipeline.id }.map(\.task).sorted().map { name in
          .task(pipeline, name: name, pipeline.taskRuns.first { $0.name == name })
        }
      }
    }
    if task != nil || cursor.marks.isEmpty { return [underCursor(world)].compactMap { $0 } }
    return items.filter { cursor.marks.contains($0.id) }.map { item in
      switch item {
      case .pipeline(let pipeline): .pipeline(pipeline)
      case .batch(let run): .batch(run)
      }
    }
  }

  /// The task or the box under the cursor.
  func underCursor(_ world: World) -> BoardTarget? {
    switch (current(items(world)), task) {
    case (.pipeline(let pipeline)?, let task?):
      .task(pipeline, name: task, pipeline.taskRuns.first { $0.name == task })
    case (.pipeline(let pipeline)?, nil): .pipeline(pipeline)
    case (.batch(let run)?, _): .batch(run)
    case (nil, _): nil
    }
  }
}
