import ZmeyCore

/// Which columns and rows of a pipeline's tasks are shown, and how wide the columns are.
private struct TaskWindow {
  let columns: Range<Int>
  let rows: Range<Int>
  let cell: Int
  let isCutLeft: Bool
  let isCutRight: Bool

  /// What a mark takes where columns are left out.
  static let mark = 2

  init(_ graph: TaskGraph, columns room: Int, at place: (column: Int, row: Int)?, rows visible: Int) {
    let least = room < 60 ? 10 : 12
    func needed(_ range: Range<Int>) -> Int {
      range.count * least
        + graph.gutters[range.lowerBound..<max(range.lowerBound, range.upperBound - 1)]
        .reduce(0) { $0 + $1.width }
    }
    var range = 0..<graph.columns.count
    if !range.isEmpty, needed(range) > room {
      let room = room - 2 * Self.mark
      range = 0..<1
      func extended(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while range.upperBound < graph.columns.count, needed(range.lowerBound..<range.upperBound + 1) <= room
        {
          range = range.lowerBound..<range.upperBound + 1
        }
        return range
      }
      range = extended(range)
      while let column = place?.column, column >= range.upperBound {
        range = extended(range.lowerBound + 1..<range.lowerBound + 2)
      }
    }
    columns = range
    isCutLeft = range.lowerBound > 0
    isCutRight = range.upperBound < graph.columns.count
    let gutters = range.isEmpty ? 0 : needed(range) - range.count * least
    let marks = (isCutLeft ? Self.mark : 0) + (isCutRight ? Self.mark : 0)
    cell = range.isEmpty ? 0 : max(0, room - gutters - marks) / range.count
    let first = max(0, min((place?.row ?? 0) - visible + 1, graph.rows - visible))
    rows = first..<min(graph.rows, first + visible)
  }
}

extension BoardBox {
  func drawTasks(_ tasks: BoardTasks, _ painter: inout Painter, _ rect: Rect, number: Int) {
    let graph = tasks.graph
    guard !rect.isEmpty else { return }
    guard graph.rows > 0 else {
      painter.text(
        "its tasks are not known yet", row: rect.row, column: rect.column, width: rect.columns, .dim)
      return
    }
    let window = window(
      tasks, rect.columns, rows: graph.rows > rect.rows ? max(1, rect.rows - 1) : graph.rows)
    let near = selected.map { tasks.neighbours(of: $0) } ?? []
    var left = rect.column + (window.isCutLeft ? TaskWindow.mark : 0)
    if window.isCutLeft { mark(&painter, rect, window, column: rect.column) }
    for column in window.columns {
      let isLast = column == window.columns.upperBound - 1
      let end = rect.trailing - (window.isCutRight ? TaskWindow.mark : 0)
      let width = isLast ? end - left : window.cell
      for node in graph.columns[column] where window.rows.contains(node.row) {
        let row = rect.row + node.row - window.rows.lowerBound
        if let task = node.task {
          let shape = tasks.shape.tasks[task]
          painter.target(.task(number, task), Rect(row: row, column: left, rows: 1, columns: width))
          TaskCell(
            task: shape, taskRun: tasks.runs[task], isLive: tasks.isLive,
            isComing: tasks.coming.contains(shape.name),
            isSelected: task == selected, isNear: near.contains(task),
            isMarked: markedTasks.contains(shape.name)
          ).draw(&painter, row: row, column: left, width: width)
        } else {
          painter.run(painter.signs.horizontal, row: row, column: left, count: width, .border)
        }
      }
      left += width
      guard !isLast else { break }
      let gutter = graph.gutters[column]
      for row in window.rows {
        painter.spans(
          gutter.spans(row: row, painter.signs), row: rect.row + row - window.rows.lowerBound, column: left,
          width: gutter.width)
      }
      left += gutter.width
    }
    if window.isCutRight { mark(&painter, rect, window, column: rect.trailing - 1) }
    drawRest(tasks, hidden(tasks, window), &painter, rect.below(window.rows.count), number)
  }

  private func window(_ tasks: BoardTasks, _ columns: Int, rows: Int) -> TaskWindow {
    TaskWindow(tasks.graph, columns: columns, at: place(tasks), rows: rows)
  }

  /// How many rows the tasks take where each has its place: below them what columns without room hold.
  func taskRows(_ tasks: BoardTasks, columns: Int) -> Int {
    let hidden = hidden(tasks, window(tasks, columns, rows: tasks.graph.rows))
    guard !hidden.isEmpty else { return tasks.graph.rows }
    let each = Self.restColumns(columns)
    return tasks.graph.rows + 1 + (hidden.count { tasks.wantsAttention($0) } + each - 1) / each
  }

  private func hidden(_ tasks: BoardTasks, _ window: TaskWindow) -> [Int] {
    tasks.graph.columns.enumerated().flatMap { column, nodes in
      nodes.filter { !window.columns.contains(column) || !window.rows.contains($0.row) }.compactMap(\.task)
    }
  }

  /// Where the window must be: at the task under the cursor, else at the first that is at work, else at one that failed.
  private func place(_ tasks: BoardTasks) -> (column: Int, row: Int)? {
    let task =
      selected ?? tasks.runs.firstIndex { $0?.state.isInFlight == true }
      ?? tasks.runs.firstIndex { $0?.state.role == .failed }
    return task.flatMap { tasks.graph.position(of: $0) }
  }

  private func mark(_ painter: inout Painter, _ rect: Rect, _ window: TaskWindow, column: Int) {
    painter.run(painter.signs.ellipsis, row: rect.row, column: column, count: 1, .dim)
  }

  /// How many tasks there are that are not shown, and in what room is left those of them that matter.
  private func drawRest(
    _ tasks: BoardTasks, _ hidden: [Int], _ painter: inout Painter, _ rect: Rect, _ number: Int
  ) {
    guard !hidden.isEmpty, !rect.isEmpty else { return }
    var spans = [Span("\(painter.signs.ellipsis) \(hidden.count) more", .dim)]
    func add(_ word: String, _ role: Role) {
      let count = hidden.count { tasks.wantsAttention($0) && tasks.runs[$0]?.state.role == role }
      if count > 0 { spans.append(Span(", \(count) \(word)", role)) }
    }
    add("running", .running)
    add("paused", .paused)
    add("failed", .failed)
    painter.spans(spans, row: rect.row, column: rect.column, width: rect.columns)
    let each = Self.restColumns(rect.columns)
    let width = rect.columns / each
    for (index, task) in hidden.filter({ tasks.wantsAttention($0) }).prefix((rect.rows - 1) * each)
      .enumerated()
    {
      let (row, column) = (rect.row + 1 + index / each, rect.column + index % each * width)
      painter.target(.task(number, task), Rect(row: row, column: column, rows: 1, columns: width - 2))
      TaskCell(task: tasks.shape.tasks[task], taskRun: tasks.runs[task], isLive: tasks.isLive)
        .draw(&painter, row: row, column: column, width: width - 2)
    }
  }

  /// How many tasks stand side by side below the others.
  private static func restColumns(_ columns: Int) -> Int { max(1, columns / 24) }
}

extension BoardTasks {
  /// Whether a task is at work or failed.
  fileprivate func wantsAttention(_ task: Int) -> Bool {
    runs[task].map { $0.state.isInFlight || $0.state.role == .failed } ?? false
  }
}
