import ZmeyCore

/// One run: its task runs in their time.
struct RunRoom: Room {
  private var id: RunID?
  var cursor = ListCursor<Row>()
  var zoom = GanttZoom()
  private(set) var filter = Filter()

  /// What the cursor may stand on.
  enum Row: Hashable {
    /// The run as a whole; the first row.
    case run
    case task(TaskRunID)
  }

  var scopes: [Scope] { [.lists] }
  var filterText: String { filter.text }

  func showing(_ id: RunID) -> RunRoom {
    if self.id == id { return self }
    var room = RunRoom()
    room.id = id
    return room
  }

  func wants(_ world: World) -> [Query] { id.map { [.run($0)] } ?? [] }

  func detail(_ world: World) -> RunDetail? { id.flatMap { world.run($0) ?? nil } }
  /// Whether the database said that there is none.
  func isGone(_ world: World) -> Bool { id.flatMap { world.run($0) } == .some(.none) }

  func crumbs(_ world: World) -> String {
    let number = id.map { "run \($0)" } ?? ""
    return detail(world).map { "\($0.run.name) > \(number)" } ?? number
  }

  func hints(_ world: World) -> [Hint] {
    guard let detail = detail(world) else { return [] }
    var hints = [Hint(action: .open, label: "open")]
    if detail.run.state == .running {
      hints += [Hint(action: .pause, label: "pause"), Hint(action: .stop, label: "stop")]
    } else {
      hints.append(Hint(action: .rerun, label: "again"))
    }
    if detail.run.failed > 0 { hints.append(Hint(action: .rerunFrom, label: "failed again")) }
    return hints + [
      Hint(action: .left, label: "pan"), Hint(action: .zoomIn, label: "zoom"),
      Hint(action: .filter, label: "filter"),
      Hint(action: .mark, label: "mark"),
    ]
  }

  /// The rows that the filter lets through.
  func lines(_ gantt: Gantt) -> [Gantt.Row] {
    if filter.isEmpty { return gantt.rows }
    return gantt.rows.filter { row in
      let taskRun = row.taskRun
      return filter.passes(
        [taskRun.itemName, taskRun.reason ?? ""],
        ["state": [taskRun.state.name], "worker": [taskRun.worker ?? ""], "task": [taskRun.name]])
    }
  }

  func ids(_ lines: [Gantt.Row]) -> [Row] { [.run] + lines.map { .task($0.taskRun.id) } }

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) {
    guard let id, query == .run(id), let detail = detail(context.world) else { return }
    let lines = lines(Gantt(detail, now: context.now))
    cursor.settle(in: ids(lines), height: parts(context.body).rows)
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    guard let detail = detail(context.world) else { return false }
    let gantt = Gantt(detail, now: context.now)
    let ids = ids(lines(gantt))
    let part = parts(context.body)
    if cursor.move(action, in: ids, height: part.rows) { return true }
    if cursor.mark(action, in: ids, height: part.rows) { return true }
    if zoom.handle(action, gantt, columns: GanttView.columns(gantt, part.chart)) { return true }
    let current = cursor.current(in: ids) ?? .run
    switch (action, current) {
    case (.open, .task(let id)), (.output, .task(let id)): context.open(.task(id))
    case (.open, .run), (.output, .run):
      guard let first = Self.mostTelling(gantt) else { return false }
      context.open(.task(first))
    case (.copy, .run): context.copy(detail.run.id.description)
    case (.copy, .task(let id)): context.copy(id.description)
    case (.copyRow, .run): context.copy(detail.run.json.line)
    case (.copyRow, .task(let id)):
      if let taskRun = detail.taskRun(id) { context.copy(taskRun.json(detail.run).line) }
    case (.start, _), (.startWith, _): context.start(action, detail.run)
    case (.why, .task(let id)):
      guard let taskRun = detail.taskRun(id) else { return false }
      context.say("\(taskRun.itemName) is \(taskRun.stateWords)\(taskRun.reason.map { ": \($0)" } ?? "")")
    default:
      return context.act(action, on: cursor.targets(in: ids).compactMap { target($0, detail, context.now) })
    }
    return true
  }

  private func target(_ row: Row, _ detail: RunDetail, _ now: Moment) -> ActingTarget? {
    switch row {
    case .run: ActingTarget(detail.run, now: now)
    case .task(let id): detail.taskRun(id).map { ActingTarget($0, now: now) }
    }
  }

  /// The task run that one wants to see first: one that failed, else one that goes on, else the last.
  private static func mostTelling(_ gantt: Gantt) -> TaskRunID? {
    let all = gantt.rows.map(\.taskRun)
    return (all.first { $0.state.role == .failed } ?? all.first { $0.state.isInFlight } ?? all.last)?.id
  }

  mutating func back(in context: inout Context) -> Bool {
    if !filter.isEmpty {
      filter = Filter()
      return true
    }
    guard !cursor.marks.isEmpty else { return false }
    return cursor.mark(.unmark, in: [], height: 1)
  }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    guard let detail = detail(context.world) else { return }
    cursor.filterIsTyped(isTyped, in: ids(lines(Gantt(detail, now: context.now))))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    filter = Filter(text)
    guard let detail = detail(context.world) else { return }
    cursor.settle(in: ids(lines(Gantt(detail, now: context.now))), height: parts(context.body).rows)
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    guard case .row(let row) = target, let detail = detail(context.world) else { return }
    let ids = ids(lines(Gantt(detail, now: context.now)))
    guard ids.indices.contains(row) else { return }
    cursor.select(ids[row], in: ids, height: parts(context.body).rows)
    if isDouble { _ = handle(.open, in: &context) }
  }

  /// The parts of the screen: the gantt, how many rows it has, and the rows below it.
  func parts(_ body: Rect) -> (chart: Rect, rows: Int, below: Rect) {
    let inside = body.inside
    let below = inside.rows >= 8 ? 2 : inside.rows >= 5 ? 1 : 0
    let chart = inside.top(inside.rows - below)
    return (chart, max(1, chart.rows - 1), inside.below(chart.rows))
  }
}

extension RunDetail {
  /// The task run of that number.
  func taskRun(_ id: TaskRunID) -> TaskRun? { taskRuns.first { $0.id == id } }
}
