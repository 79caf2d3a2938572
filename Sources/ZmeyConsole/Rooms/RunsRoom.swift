import ZmeyCore

/// The newest runs, of a pipeline or of all, and the one under the cursor in its time.
struct RunsRoom: Room {
  private var pipeline: Int32?
  private var name = ""
  /// What is kept of each list while one looks at another.
  private var lists: [Int32?: List] = [:]
  var zoom = GanttZoom()

  /// A list of runs, and where one is in it.
  struct List: Hashable {
    var cursor = ListCursor<RunID>()
    var filter = Filter()
    var order = Order.newest
    var isReversed = false
    /// How many runs are asked for.
    var limit = 200
  }

  /// By what runs are sorted.
  enum Order: String, CaseIterable {
    case newest, longest, state, name
  }

  static let mostRuns = 5000

  var scopes: [Scope] { [.lists] }
  var filterText: String { list.filter.text }
  var isAll: Bool { pipeline == nil }

  var list: List {
    get { lists[pipeline] ?? List() }
    set { lists[pipeline] = newValue }
  }

  func showing(_ pipeline: Int32?, _ name: String) -> RunsRoom {
    if self.pipeline == pipeline { return self }
    var room = self
    (room.pipeline, room.name, room.zoom) = (pipeline, name, GanttZoom())
    return room
  }

  func wants(_ world: World) -> [Query] {
    let query = Query.runs(pipeline: pipeline, limit: list.limit)
    return [query] + (current(world).map { [.run($0.id)] } ?? [])
  }

  /// All runs that are known; while more are read, those of before.
  func all(_ world: World) -> [Run]? {
    world.runs(.runs(pipeline: pipeline, limit: list.limit))
      ?? world.runs(.runs(pipeline: pipeline, limit: list.limit / 2))
  }

  /// The runs that are shown, in their order.
  func runs(_ world: World, now: Moment) -> [Run] {
    let list = list
    let shown = (all(world) ?? []).filter { run in
      list.filter.isEmpty
        || list.filter.passes(
          [run.name, run.id.description, run.note ?? "", run.event ?? "", run.createdBy],
          ["state": [run.state.rawValue], "owner": [run.owner], "by": [run.createdBy, run.event ?? ""]])
    }
    let isBefore: (Run, Run) -> Bool
    switch list.order {
    case .newest: isBefore = { $0.id > $1.id }
    case .longest: isBefore = { ($1.took(now), $1.id) < ($0.took(now), $0.id) }
    case .state: isBefore = { ($0.state.rank, $1.id) < ($1.state.rank, $0.id) }
    case .name: isBefore = { ($0.name, $1.id) < ($1.name, $0.id) }
    }
    return shown.sorted { list.isReversed ? isBefore($1, $0) : isBefore($0, $1) }
  }

  /// The run under the cursor.
  private func current(_ world: World) -> Run? {
    // Which run it is depends on the time only before the cursor was moved, and then but by the order.
    let runs = runs(world, now: Moment(microseconds: 0))
    return list.cursor.row(in: runs.map(\.id)).map { runs[$0] }
  }

  func crumbs(_ world: World) -> String {
    let order =
      list.order == .newest && !list.isReversed
      ? "" : " by \(list.order)\(list.isReversed ? ", reversed" : "")"
    return (isAll ? "all" : name) + order
  }

  func hints(_ world: World) -> [Hint] {
    let marks = list.cursor.marks.count
    var hints = [Hint(action: .open, label: "open")]
    switch current(world)?.state {
    case .running: hints += [Hint(action: .pause, label: "pause"), Hint(action: .stop, label: "stop")]
    case .failed:
      hints += [Hint(action: .rerun, label: "again"), Hint(action: .rerunFrom, label: "failed again")]
    case .succeeded, .stopped: hints.append(Hint(action: .rerun, label: "again"))
    case nil: break
    }
    hints += [Hint(action: .filter, label: "filter"), Hint(action: .sort, label: "order")]
    hints.append(Hint(action: .mark, label: marks == 0 ? "mark" : "\(marks) marked"))
    return hints + [Hint(action: .zoomIn, label: "zoom"), Hint(action: .left, label: "pan")]
  }

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) {
    guard case .runs(let of, _) = query, of == pipeline else { return }
    settle(context)
  }

  private mutating func settle(_ context: Context) {
    list.cursor.settle(
      in: runs(context.world, now: context.now).map(\.id), height: parts(context.body).rows)
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    let runs = runs(context.world, now: context.now)
    let ids = runs.map(\.id)
    let parts = parts(context.body)
    if list.cursor.move(action, in: ids, height: parts.rows) {
      readMore(ids, context)
      return true
    }
    if list.cursor.mark(action, in: ids, height: parts.rows) { return true }
    let current = list.cursor.row(in: ids).map { runs[$0] }
    if let current, let detail = context.world.run(current.id) ?? nil {
      let gantt = Gantt(detail, now: context.now)
      if zoom.handle(action, gantt, columns: GanttView.columns(gantt, parts.gantt.inside)) { return true }
    }
    switch action {
    case .sort, .reverse: sort(action, context)
    case .open: current.map { context.open(.run($0.id)) }
    case .copy: current.map { context.copy($0.id.description) }
    case .copyRow: current.map { context.copy($0.json.line) }
    case .start, .startWith: current.map { context.start(action, $0) }
    default:
      let targets = Set(list.cursor.targets(in: ids))
      return context.act(
        action, on: runs.filter { targets.contains($0.id) }.map { ActingTarget($0, now: context.now) })
    }
    return true
  }

  private mutating func sort(_ action: Action, _ context: Context) {
    if action == .reverse {
      list.isReversed.toggle()
    } else {
      let orders = Order.allCases.filter { isAll || $0 != .name }
      let next = (orders.firstIndex(of: list.order) ?? 0) + 1
      list.order = orders[next % orders.count]
    }
    settle(context)
  }

  /// Asks for more runs when the cursor comes to the last of those that there are.
  private mutating func readMore(_ ids: [RunID], _ context: Context) {
    guard list.cursor.row(in: ids) == ids.count - 1, list.limit < Self.mostRuns,
      let known = context.world.runs(.runs(pipeline: pipeline, limit: list.limit)), known.count >= list.limit
    else { return }
    list.limit = min(Self.mostRuns, list.limit * 2)
  }

  mutating func back(in context: inout Context) -> Bool {
    if !list.filter.isEmpty {
      list.filter = Filter()
      settle(context)
      return true
    }
    guard !list.cursor.marks.isEmpty else { return false }
    return list.cursor.mark(.unmark, in: [], height: 1)
  }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    list.cursor.filterIsTyped(isTyped, in: runs(context.world, now: context.now).map(\.id))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    list.filter = Filter(text)
    settle(context)
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    let ids = runs(context.world, now: context.now).map(\.id)
    guard case .row(let row) = target, ids.indices.contains(row) else { return }
    list.cursor.select(ids[row], in: ids, height: parts(context.body).rows)
    if isDouble { context.open(.run(ids[row])) }
  }

  /// The parts of the screen: the list, how many runs it shows, and the gantt, which is empty where there is no room.
  func parts(_ body: Rect) -> (list: Rect, rows: Int, gantt: Rect) {
    let top = body.rows >= 20 && body.columns >= 60 ? body.rows / 3 + 1 : body.rows
    let list = body.top(top)
    return (list, max(1, list.rows - 3), body.below(top))
  }
}

extension Run {
  /// How long it took, or takes by now.
  func took(_ now: Moment) -> Duration { max(.zero, (finishedAt ?? now) - createdAt) }
}

extension RunState {
  /// What wants attention first: what failed, then what goes on.
  fileprivate var rank: Int {
    switch self {
    case .failed: 0
    case .running: 1
    case .stopped: 2
    case .succeeded: 3
    }
  }
}
