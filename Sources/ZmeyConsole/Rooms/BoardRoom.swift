import ZmeyCore

/// The board: every pipeline as a box with its tasks and links, and batches.
struct BoardRoom: Room {
  /// In which order the boxes stand.
  enum Order: String, CaseIterable {
    case state, name, newest
  }

  /// A task of a pipeline, by names that no new version changes.
  struct TaskMark: Hashable {
    let pipeline: Int32
    let task: String
  }

  var cursor = ListCursor<BoardID>()
  /// The task under the cursor, within the box; nil while whole boxes are chosen.
  var task: String?
  var taskMarks: Set<TaskMark> = []
  var order = Order.state
  var isReversed = false
  var shown = Filter()
  var density = BoardDensity.normal
  /// The first box that is shown.
  var top = 0
  /// Where it was drawn last.
  var body = Rect(row: 0, column: 0, rows: 0, columns: 0)
  var output = OutputTail()
  /// The only pipeline that is shown while there is no filter, until that is taken away; nil for all.
  private var only: PipelineAddress?
  /// One of the caller's to go to as soon as it is there.
  var sought: String?

  init(pipeline: String?) { only = pipeline.map(PipelineAddress.init) }

  var scopes: [Scope] { [.lists] }
  var filterText: String { shown.text }
  var filterLabel: String { shown.isEmpty ? only.map { "only \($0.text)" } ?? "" : "/\(shown.text)" }
  /// Whether something may be left out.
  var isNarrowed: Bool { !shown.isEmpty || only != nil }

  func wants(_ world: World) -> [Query] {
    [.board, .templates]
      + (outputTask(world).map { [.output($0, attempt: nil, tail: OutputTail.most)] } ?? [])
  }

  func crumbs(_ world: World) -> String {
    guard let board = world.board else { return "" }
    let all = board.pipelines.count + board.batches.count
    let count = isNarrowed ? items(world).count : all
    let number = count == all ? "\(all)" : "\(count)/\(all)"
    let marks = cursor.marks.count + taskMarks.count
    let direction = isReversed ? " reversed" : ""
    let sorted = order == .newest ? "newest" : "by \(order.rawValue)"
    return marks > 0 ? "\(number) · \(marks) marked" : "\(number) · \(sorted)\(direction)"
  }

  func hints(_ world: World) -> [Hint] {
    if task != nil {
      return [
        Hint(action: .open, label: "open"), Hint(action: .start, label: "start"),
        Hint(action: .rerun, label: "again"), Hint(action: .edit, label: "script"),
        Hint(action: .link, label: "link"), Hint(action: .new, label: "new"),
        Hint(action: .stop, label: "stop"),
        Hint(action: .disable, label: "off"), Hint(action: .remove, label: "remove"),
        Hint(action: .back, label: "back"),
      ]
    }
    return [
      Hint(action: .open, label: "tasks"), Hint(action: .start, label: "start"),
      Hint(action: .pause, label: "pause"), Hint(action: .stop, label: "stop"),
      Hint(action: .mark, label: "mark"), Hint(action: .filter, label: "filter"),
      Hint(action: .new, label: "new"), Hint(action: .edit, label: "edit"),
      Hint(action: .output, label: "run"),
      Hint(action: .sort, label: "order"),
    ]
  }

  /// What is shown, in its order.
  func items(_ world: World) -> [BoardItem] {
    guard let board = world.board else { return [] }
    if let only, shown.isEmpty {
      return [only.pipeline(in: board.pipelines, for: world.identity?.user)].compactMap { $0 }
        .map(BoardItem.pipeline)
    }
    let items =
      (board.pipelines.map(BoardItem.pipeline) + board.batches.map(BoardItem.batch)).filter {
        $0.passes(shown)
      }
    // Keys are made once, for comparing must be cheap with hundreds of boxes.
    let keys = items.map { item -> (first: Int64, name: String, id: BoardID) in
      switch order {
      case .state: (Int64(item.phase.rawValue), item.name, item.id)
      case .name: (0, item.name, item.id)
      case .newest: (-(item.run?.id.rawValue ?? 0), item.name, item.id)
      }
    }
    let sorted = items.indices.sorted { left, right in
      if keys[left].first != keys[right].first { return keys[left].first < keys[right].first }
      if keys[left].name != keys[right].name { return keys[left].name < keys[right].name }
      return keys[left].id < keys[right].id
    }
    return (isReversed ? sorted.reversed() : sorted).map { items[$0] }
  }

  /// The box under the cursor.
  func current(_ items: [BoardItem]) -> BoardItem? {
    cursor.row(in: items.map(\.id)).map { items[$0] }
  }

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) {
    body = context.body
    switch (answer, query) {
    case (.board, _): settle(context.world)
    case (.output(let piece), .output(let id, _, _)): output.take(piece, of: id)
    default: break
    }
  }

  /// Keeps cursor and marks on what there is.
  mutating func settle(_ world: World) {
    let items = items(world)
    let ids = items.map(\.id)
    if let sought,
      let made = world.board?.pipelines.first(where: { $0.name == sought && world.isMine($0.owner) })
    {
      self.sought = nil
      return choose(.pipeline(made.id), world, isShown: ids.contains(.pipeline(made.id)))
    }
    cursor.settle(in: ids, height: 1)
    let pipeline = current(items)?.pipeline
    if let task, let board = world.board {
      let isThere = pipeline.map { BoardTasks($0, board).index(of: task) != nil } ?? false
      if !isThere { self.task = nil }
    }
    if !taskMarks.isEmpty {
      let names = Dictionary(
        (world.board?.pipelines ?? []).map { ($0.id, $0) }
      ) { first, _ in first }
      taskMarks = taskMarks.filter { mark in
        guard let pipeline = names[mark.pipeline], let board = world.board else { return false }
        return BoardTasks(pipeline, board).index(of: mark.task) != nil
      }
    }
    if let board = world.board { top = visible(items, board, in: area).first }
  }

  mutating func back(in context: inout Context) -> Bool {
    if task != nil, taskMarks.isEmpty {
      task = nil
    } else if !cursor.marks.isEmpty || !taskMarks.isEmpty {
      _ = cursor.mark(.unmark, in: [], height: 1)
      taskMarks = []
    } else if !shown.isEmpty {
      filter("", in: &context)
    } else if only != nil {
      only = nil
      settle(context.world)
    } else {
      return false
    }
    return true
  }

  /// Puts the cursor on a box, and nothing else, whatever marks there were; and whatever filter, unless it is shown.
  mutating func choose(_ id: BoardID, _ world: World, isShown: Bool = false) {
    if !isShown { (shown, only) = (Filter(), nil) }
    task = nil
    taskMarks = []
    _ = cursor.mark(.unmark, in: [], height: 1)
    cursor.select(id, in: items(world).map(\.id), height: 1)
    settle(world)
  }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    cursor.filterIsTyped(isTyped, in: items(context.world).map(\.id))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    shown = Filter(text)
    task = nil
    settle(context.world)
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    body = context.body
    let known = look(action, in: &context) || move(action, in: &context) || act(action, in: &context)
    if known { settle(context.world) }
    return known
  }

  /// Changes how the board is shown.
  private mutating func look(_ action: Action, in context: inout Context) -> Bool {
    switch action {
    case .sort:
      let all = Order.allCases
      order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
      context.say("sorted by \(order.rawValue)")
    case .reverse: isReversed.toggle()
    case .zoomIn: density = BoardDensity(rawValue: density.rawValue + 1) ?? .large
    case .zoomOut: density = BoardDensity(rawValue: density.rawValue - 1) ?? .compact
    default: return false
    }
    return true
  }
}
