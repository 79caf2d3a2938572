import ZmeyCore

/// When the task runs of a run ran, when those that have not are expected to, and which of them the run waits for.
struct Gantt {
  /// A task run in its time.
  struct Row: Hashable {
    let taskRun: TaskRun
    /// Since when nothing kept it but a free slot; nil if that is not known, or not so yet.
    var ready: Moment?
    /// When it began or is expected to.
    var start: Moment?
    /// When it ended or is expected to.
    var end: Moment?
    /// Whether the run waits, or waited, for it longest.
    var isCritical = false
  }

  let run: Run
  /// In the order in which they began or are expected to; items after their task.
  let rows: [Row]
  let start: Moment
  /// When the run ended, or is expected to; not before now while it goes on.
  let end: Moment

  init(_ detail: RunDetail, now: Moment) {
    run = detail.run
    start = detail.run.createdAt
    var plan = Plan(detail, now: now)
    let critical = plan.criticalPath()
    let rows = detail.taskRuns.map { taskRun in
      var row = taskRun.item == nil ? plan.row(taskRun) : Plan.item(taskRun)
      row.isCritical = taskRun.item == nil && critical.contains(taskRun.id)
      return row
    }
    self.rows = Self.sorted(rows, detail)
    if detail.run.state != .running {
      end = detail.run.finishedAt ?? rows.compactMap(\.end).max() ?? now
    } else {
      end = max(now, rows.compactMap(\.end).max() ?? now)
    }
  }

  private static func sorted(_ rows: [Row], _ detail: RunDetail) -> [Row] {
    let places = Dictionary((detail.shape?.tasks ?? []).enumerated().map { ($0.element.id, $0.offset) }) {
      first, _ in first
    }
    let never = Moment(microseconds: .max)
    let tasks = Dictionary(
      rows.filter { $0.taskRun.item == nil }.compactMap { row in row.taskRun.taskID.map { ($0, row) } }
    ) { first, _ in first }
    func key(_ row: Row) -> (Int64, Int, Int, Int64) {
      let task = row.taskRun.taskID.flatMap { tasks[$0] } ?? row
      let place = row.taskRun.taskID.flatMap { places[$0] } ?? 0
      return (
        (task.start ?? never).microseconds, place, row.taskRun.item ?? 0, row.taskRun.id.rawValue
      )
    }
    return rows.map { (key: key($0), row: $0) }.sorted { $0.key < $1.key }.map(\.row)
  }
}

/// What is expected of the tasks of a run.
private struct Plan {
  private let now: Moment
  private let taskRuns: [Int32: TaskRun]
  private let averages: [Int32: Duration]
  private let names: [Int32: String]
  private let links: [ShapeLink]
  private let before: [Int32: [ShapeLink]]
  private var known: [Int32: Expected] = [:]

  /// How a task is expected to go.
  private struct Expected {
    var end: TaskRunState
    var from: Moment?
    var to: Moment?
  }

  init(_ detail: RunDetail, now: Moment) {
    self.now = now
    taskRuns = Dictionary(
      detail.taskRuns.filter { $0.item == nil }.compactMap { run in run.taskID.map { ($0, run) } }
    ) { first, _ in first }
    let tasks = detail.shape?.tasks ?? []
    averages = Dictionary(tasks.compactMap { task in task.average.map { (task.id, $0) } }) { first, _ in first
    }
    names = Dictionary(tasks.map { ($0.id, $0.name) }) { first, _ in first }
    links = (detail.shape?.links ?? []).filter(\.isEnabled)
    before = Dictionary(grouping: links, by: \.to)
  }

  /// An item of a task in its time.
  static func item(_ taskRun: TaskRun) -> Gantt.Row {
    Gantt.Row(taskRun: taskRun, ready: taskRun.createdAt, start: taskRun.startedAt, end: taskRun.finishedAt)
  }

  /// A task in its time.
  mutating func row(_ taskRun: TaskRun) -> Gantt.Row {
    guard let task = taskRun.taskID else {
      let (from, to) = times(taskRun, from: nil)
      return Gantt.Row(taskRun: taskRun, ready: taskRun.createdAt, start: from, end: to)
    }
    let expected = expected(task)
    let sources = (before[task] ?? []).compactMap { taskRuns[$0.from] }
    let isReady = taskRun.state != .waiting && taskRun.state != .skipped
    return Gantt.Row(
      taskRun: taskRun, ready: isReady ? sources.compactMap(\.finishedAt).max() ?? taskRun.createdAt : nil,
      start: expected.from, end: expected.to)
  }

  private mutating func expected(_ task: Int32) -> Expected {
    if let known = known[task] { return known }
    let expected = look(task)
    known[task] = expected
    return expected
  }

  private mutating func look(_ task: Int32) -> Expected {
    guard let taskRun = taskRuns[task] else { return Expected(end: .skipped) }
    if taskRun.state.isEnd || taskRun.state.isInFlight {
      let (from, to) = times(taskRun, from: nil)
      return Expected(end: taskRun.state.isEnd ? taskRun.state : .succeeded, from: from, to: to)
    }
    var from: Moment? = max(now, taskRun.dueAt ?? now)
    for link in before[task] ?? [] where taskRuns[link.from] != nil {
      let source = expected(link.from)
      guard !link.isNeeded || link.condition.isTaken(after: source.end) ?? true else {
        return Expected(end: .skipped)
      }
      if source.end == .skipped, source.to == nil { continue }
      from = from.flatMap { from in source.to.map { max(from, $0) } }
    }
    let (start, end) = times(taskRun, from: from)
    return Expected(end: .succeeded, from: start, to: end)
  }

  /// When a task run began and ended, or is expected to if it may begin at `from`.
  private func times(_ taskRun: TaskRun, from: Moment?) -> (from: Moment?, to: Moment?) {
    if taskRun.state.isEnd { return (taskRun.startedAt, taskRun.finishedAt) }
    if let startedAt = taskRun.startedAt, taskRun.state.isInFlight {
      return (startedAt, taskRun.remaining(now).map { now + $0 })
    }
    let start = taskRun.state == .assigned ? now : from
    return (start, start.flatMap { start in average(taskRun).map { start + $0 } })
  }

  private func average(_ taskRun: TaskRun) -> Duration? {
    taskRun.average ?? taskRun.taskID.flatMap { averages[$0] }
  }

  /// What the run waits for, and what that waited for; of a run that has ended, what its last task waited for.
  func criticalPath() -> Set<TaskRunID> {
    guard !links.isEmpty else { return [] }
    let nodes = taskRuns.values.map { taskRun in
      let rest = taskRun.state.isInFlight ? taskRun.remaining(now) : nil
      return CriticalPath.Node(name: taskRun.name, state: taskRun.state, remaining: rest ?? average(taskRun))
    }
    let named = links.compactMap { link in
      names[link.from].flatMap { from in
        names[link.to].map {
          CriticalPath.Link(from: from, to: $0, condition: link.condition, isNeeded: link.isNeeded)
        }
      }
    }
    let ahead = CriticalPath(nodes.sorted { $0.name < $1.name }, named)?.names ?? []
    let byName = Dictionary(taskRuns.map { ($0.value.name, $0.key) }) { first, _ in first }
    var path = Set(ahead.compactMap { byName[$0] })
    var last: Int32? = ahead.first.flatMap { byName[$0] }
    if last == nil, taskRuns.values.allSatisfy(\.state.isEnd) {
      last = latest(taskRuns.keys.sorted())
      if let last { path.insert(last) }
    }
    while let task = last {
      last = latest((before[task] ?? []).map(\.from).sorted()).flatMap { path.insert($0).inserted ? $0 : nil }
    }
    return Set(path.compactMap { taskRuns[$0]?.id })
  }

  /// Which of these tasks ran and ended last.
  private func latest(_ tasks: [Int32]) -> Int32? {
    tasks.filter { taskRuns[$0]?.finishedAt != nil && taskRuns[$0]?.startedAt != nil }.max {
      let never = Moment(microseconds: .min)
      return taskRuns[$0]?.finishedAt ?? never < taskRuns[$1]?.finishedAt ?? never
    }
  }
}
