import ZmeyCore

/// What the board shows as a box.
enum BoardID: Hashable, Comparable, Sendable {
  case pipeline(Int32), batch(RunID)

  static func < (left: BoardID, right: BoardID) -> Bool {
    switch (left, right) {
    case (.pipeline(let left), .pipeline(let right)): left < right
    case (.batch(let left), .batch(let right)): left < right
    case (.pipeline, .batch): true
    case (.batch, .pipeline): false
    }
  }
}

/// A pipeline or a batch on the board.
enum BoardItem: Sendable {
  case pipeline(Pipeline)
  case batch(Run)

  /// How its newest run goes, in the order in which an operator wants to see them.
  enum Phase: Int, Sendable {
    case failed, running, paused, queued, stopped, succeeded, idle
  }

  var id: BoardID {
    switch self {
    case .pipeline(let pipeline): .pipeline(pipeline.id)
    case .batch(let run): .batch(run.id)
    }
  }

  var name: String {
    switch self {
    case .pipeline(let pipeline): pipeline.name
    case .batch(let run): run.name
    }
  }

  var owner: String {
    switch self {
    case .pipeline(let pipeline): pipeline.owner
    case .batch(let run): run.owner
    }
  }

  /// Its run, or its newest; nil if there was none.
  var run: Run? {
    switch self {
    case .pipeline(let pipeline): pipeline.run
    case .batch(let run): run
    }
  }

  var pipeline: Pipeline? { if case .pipeline(let pipeline) = self { pipeline } else { nil } }

  var phase: Phase {
    guard let run else { return .idle }
    switch run.state {
    case .failed: return .failed
    case .stopped: return .stopped
    case .succeeded: return .succeeded
    case .running: break
    }
    guard let taskRuns = pipeline?.taskRuns, !taskRuns.isEmpty else { return .running }
    var isPaused = false
    for taskRun in taskRuns {
      switch taskRun.state {
      case .running, .assigned, .stopping: return .running
      case .paused, .held: isPaused = true
      case .waiting, .queued, .succeeded, .failed, .timedOut, .stopped, .lost, .skipped: break
      }
    }
    return isPaused ? .paused : .queued
  }

  /// Whether a filter shows it.
  func passes(_ filter: Filter) -> Bool {
    if filter.isEmpty { return true }
    var fields = ["state": [phase.word], "owner": [owner]]
    if let run { fields["by"] = [run.createdBy, run.event ?? ""] }
    switch self {
    case .batch: fields["kind"] = ["batch"]
    case .pipeline(let pipeline):
      fields["kind"] = ["pipeline"]
      fields["task"] = pipeline.taskRuns.map(\.name)
      fields["worker"] = pipeline.taskRuns.compactMap(\.worker)
      if pipeline.isPaused { fields["state", default: []].append("paused") }
    }
    return filter.passes([name], fields)
  }
}

extension BoardItem.Phase {
  var word: String {
    switch self {
    case .failed: "failed"
    case .running: "running"
    case .paused: "paused"
    case .queued: "queued"
    case .stopped: "stopped"
    case .succeeded: "succeeded"
    case .idle: "no run"
    }
  }

  func sign(_ signs: Signs) -> Character {
    switch self {
    case .failed: signs.failed
    case .running: signs.running
    case .paused: signs.paused
    case .queued: signs.queued
    case .stopped: signs.stopping
    case .succeeded: signs.succeeded
    case .idle: signs.waiting
    }
  }

  var role: Role {
    switch self {
    case .failed: .failed
    case .running: .running
    case .paused, .stopped: .paused
    case .queued: .queued
    case .succeeded: .success
    case .idle: .waiting
    }
  }
}

/// The tasks of a pipeline with what its newest run made of them.
struct BoardTasks: Sendable {
  /// The shape of the run that goes on, else of the pipeline's version of now.
  let shape: Shape
  let graph: TaskGraph
  /// The task run of each task of the shape; nil for those that are no part of the run.
  let runs: [TaskRun?]
  /// Whether a run goes on.
  let isLive: Bool
  /// Names of tasks that the run does not know: they were added since, and come with the next one.
  let coming: Set<String>

  init(_ pipeline: Pipeline, _ board: Board) {
    isLive = pipeline.run?.state == .running
    let now = board.shapes[pipeline.versionID]
    let then = pipeline.run?.versionID.flatMap { board.shapes[$0] }
    let shape = (isLive ? then ?? now : now ?? then) ?? Self.shape(of: pipeline.taskRuns)
    if isLive, let now, pipeline.run?.versionID != pipeline.versionID {
      let known = Set(shape.tasks.map(\.name))
      coming = Set(now.tasks.map(\.name)).subtracting(known)
      self.shape = Self.joined(shape, now, coming)
    } else {
      coming = []
      self.shape = shape
    }
    graph = TaskGraph(self.shape)
    let byName = Dictionary(pipeline.taskRuns.map { ($0.name, $0) }) { first, _ in first }
    runs = self.shape.tasks.map { byName[$0.name] }
  }

  /// A shape with the tasks of a newer one that it does not have, and the links that join them.
  private static func joined(_ then: Shape, _ now: Shape, _ coming: Set<String>) -> Shape {
    let names = Dictionary(now.tasks.map { ($0.id, $0.name) }) { first, _ in first }
    let added = now.tasks.filter { coming.contains($0.name) }
    let ids = Dictionary((then.tasks + added).map { ($0.name, $0.id) }) { first, _ in first }
    let links = now.links.compactMap { link -> ShapeLink? in
      guard let from = names[link.from], let to = names[link.to],
        coming.contains(from) || coming.contains(to),
        let fromID = ids[from], let toID = ids[to]
      else { return nil }
      var link = link
      (link.from, link.to) = (fromID, toID)
      return link
    }
    return Shape(tasks: then.tasks + added, links: then.links + links)
  }

  /// What is known of a shape by its task runs alone.
  private static func shape(of taskRuns: [TaskRun]) -> Shape {
    let sorted = taskRuns.sorted { $0.id < $1.id }
    return Shape(
      tasks: zip(sorted, Int32(0)...).map { ShapeTask(id: $1, name: $0.name, average: $0.average) }, links: []
    )
  }

  /// Which task has that name.
  func index(of name: String) -> Int? { shape.tasks.firstIndex { $0.name == name } }

  /// The tasks that links join with one, before and after it.
  func neighbours(of task: Int) -> Set<Int> {
    let id = shape.tasks[task].id
    let ids = Set(
      shape.links.compactMap { link in link.from == id ? link.to : link.to == id ? link.from : nil })
    return Set(shape.tasks.indices.filter { ids.contains(shape.tasks[$0].id) })
  }
}

/// The times of a run.
struct RunTimes: Hashable, Sendable {
  /// How long it goes or went; nil if there was none.
  let elapsed: Duration?
  /// How long it usually takes, by the averages of its tasks.
  let average: Duration?
  /// How long it probably still takes; nil if it has ended or nobody knows.
  let remaining: Duration?

  /// Beyond so many tasks the path is not looked for: that would take too long for a frame.
  private static let mostTasks = 300

  init(_ run: Run?, _ tasks: BoardTasks, now: Moment) {
    elapsed = run.map { max(.zero, ($0.finishedAt ?? now) - $0.createdAt) }
    guard tasks.shape.tasks.count <= Self.mostTasks else {
      (average, remaining) = (nil, nil)
      return
    }
    let names = Dictionary(tasks.shape.tasks.map { ($0.id, $0.name) }) { first, _ in first }
    let links = tasks.shape.links.compactMap { link -> CriticalPath.Link? in
      guard link.isEnabled, let from = names[link.from], let to = names[link.to] else { return nil }
      return .init(from: from, to: to, condition: link.condition, isNeeded: link.isNeeded)
    }
    let whole = CriticalPath(
      tasks.shape.tasks.map { task in
        .init(name: task.name, state: task.isEnabled ? .waiting : .skipped, remaining: task.average)
      }, links)
    average = whole?.remaining
    guard tasks.isLive else {
      remaining = nil
      return
    }
    let rest = CriticalPath(
      tasks.runs.compactMap { $0 }.map { taskRun in
        let isUnderWay = taskRun.state.isInFlight && taskRun.state != .assigned
        return .init(
          name: taskRun.name, state: taskRun.state,
          remaining: isUnderWay ? taskRun.remaining(now) : taskRun.average)
      }, links)
    remaining = rest?.remaining
  }

  /// The times of a batch: those that have ended say how long the rest takes.
  init(batch run: Run, now: Moment) {
    let elapsed = max(.zero, (run.finishedAt ?? now) - run.createdAt)
    self.elapsed = elapsed
    average = nil
    remaining = run.finishedAt == nil && run.ended >= 3 ? elapsed * (run.total - run.ended) / run.ended : nil
  }

  /// How far the run is, in per mille: by time if that is known, else by what has ended.
  func permille(_ run: Run) -> Int {
    if run.state != .running { return run.total > 0 ? run.ended * 1000 / run.total : 0 }
    if let elapsed, let remaining, remaining > .zero {
      return min(990, Int(elapsed / (elapsed + remaining) * 1000))
    }
    return run.total > 0 ? min(990, run.ended * 1000 / run.total) : 0
  }
}
