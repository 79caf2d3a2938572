import ZmeyCore

extension BoardRoom {
  /// Moves the cursor, marks, opens.
  mutating func move(_ action: Action, in context: inout Context) -> Bool {
    guard let board = context.world.board else { return false }
    let items = items(context.world)
    let ids = items.map(\.id)
    switch action {
    case .open: open(items, board, in: &context)
    case .left, .right, .up, .down:
      if let task { return moveTask(action, from: task, items, board) }
      if action == .right || action == .left {
        if action == .right { enter(items, board) }
        return true
      }
      return cursor.move(action, in: ids, height: 1)
    case .mark where task != nil:
      guard let task, case .pipeline(let pipeline)? = current(items) else { return true }
      let mark = TaskMark(pipeline: pipeline.id, task: task)
      if taskMarks.remove(mark) == nil { taskMarks.insert(mark) }
    case .unmark:
      taskMarks = []
      return cursor.mark(action, in: ids, height: 1)
    case .mark, .markRange, .markAll:
      task = nil
      return cursor.mark(action, in: ids, height: 1)
    default:
      let height = visible(items, board, in: area).boxes.count
      guard cursor.move(action, in: ids, height: height) else { return false }
      task = nil
    }
    return true
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    body = context.body
    guard let board = context.world.board else { return }
    let items = items(context.world)
    switch target {
    case .row(let row) where items.indices.contains(row):
      cursor.select(items[row].id, in: items.map(\.id), height: 1)
      task = nil
    case .task(let row, let index) where items.indices.contains(row):
      cursor.select(items[row].id, in: items.map(\.id), height: 1)
      let tasks = items[row].pipeline.map { BoardTasks($0, board).shape.tasks } ?? []
      task = tasks.indices.contains(index) ? tasks[index].name : nil
    default: return
    }
    if isDouble { open(items, board, in: &context) }
    settle(context.world)
  }

  private mutating func open(_ items: [BoardItem], _ board: Board, in context: inout Context) {
    switch current(items) {
    case .batch(let run): context.open(.run(run.id))
    case .pipeline(let pipeline):
      guard let task else { return enter(items, board) }
      if let taskRun = pipeline.taskRuns.first(where: { $0.name == task }) {
        context.open(.task(taskRun.id))
      } else {
        context.say("\(task) has not run yet")
      }
    case nil: break
    }
  }

  /// Goes into the box: to the first task that is at work or failed, else to the first.
  private mutating func enter(_ items: [BoardItem], _ board: Board) {
    guard let pipeline = current(items)?.pipeline else { return }
    let tasks = BoardTasks(pipeline, board)
    let index =
      tasks.runs.firstIndex { $0?.state.isInFlight == true }
      ?? tasks.runs.firstIndex { $0.map { $0.state.role == .failed } ?? false }
      ?? tasks.graph.task(column: 0, nearest: 0)
    task = index.map { tasks.shape.tasks[$0].name }
  }

  private mutating func moveTask(_ action: Action, from name: String, _ items: [BoardItem], _ board: Board)
    -> Bool
  {
    guard let pipeline = current(items)?.pipeline else { return true }
    let tasks = BoardTasks(pipeline, board)
    guard let index = tasks.index(of: name), let place = tasks.graph.position(of: index) else { return true }
    var next: Int?
    switch action {
    case .left:
      next =
        (0..<place.column).reversed().lazy.compactMap {
          tasks.graph.task(column: $0, nearest: place.row)
        }.first
      if next == nil { task = nil }
    case .right:
      next =
        (place.column + 1..<max(place.column + 1, tasks.graph.columns.count)).lazy.compactMap {
          tasks.graph.task(column: $0, nearest: place.row)
        }.first
    default:
      let column = tasks.graph.columns[place.column].filter { $0.task != nil }
      let at = column.firstIndex { $0.task == index } ?? 0
      let to = at + (action == .down ? 1 : -1)
      guard column.indices.contains(to) else { return leave(action, place.column, items, board) }
      next = column[to].task
    }
    if let next { task = tasks.shape.tasks[next].name }
    return true
  }

  /// Goes on to the tasks of the box above or below.
  private mutating func leave(_ action: Action, _ column: Int, _ items: [BoardItem], _ board: Board) -> Bool {
    let ids = items.map(\.id)
    let before = cursor.current(in: ids)
    _ = cursor.move(action, in: ids, height: 1)
    guard cursor.current(in: ids) != before else { return true }
    task = nil
    guard let pipeline = current(items)?.pipeline else { return true }
    let tasks = BoardTasks(pipeline, board)
    let column = min(column, tasks.graph.columns.count - 1)
    let row = action == .down ? 0 : tasks.graph.rows
    task = tasks.graph.task(column: column, nearest: row).map { tasks.shape.tasks[$0].name }
    return true
  }
}
