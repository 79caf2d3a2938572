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

  init(_ graph: TaskGraph, _ rect: Rect, at place: (column: Int, row: Int)?, rows visible: Int) {
    let least = rect.columns < 60 ? 10 : 12
    func needed(_ range: Range<Int>) -> Int {
      range.count * least
        + graph.gutters[range.lowerBound..<max(range.lowerBound, range.upperBound - 1)]
        .reduce(0) { $0 + $1.width }
    }
    var range = 0..<graph.columns.count
    if !range.isEmpty, needed(range) > rect.columns {
      let room = rect.columns - 2 * Self.mark
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
    cell = range.isEmpty ? 0 : max(0, rect.columns - gutters - marks) / range.count
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
    let isCut = graph.rows > rect.rows
    let window = TaskWindow(
      graph, rect, at: place(tasks), rows: isCut ? max(1, rect.rows - 1) : rect.rows)
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
    if isCut, rect.rows > 1 { drawRest(tasks, window.rows, &painter, rect) }
  }

  /// Where the window must be: at the task under the cursor, else at the first that is at work.
  private func place(_ tasks: BoardTasks) -> (column: Int, row: Int)? {
    if let selected { return tasks.graph.position(of: selected) }
    guard tasks.isLive else { return nil }
    return tasks.runs.firstIndex { $0?.state.isInFlight == true }
      .flatMap { tasks.graph.position(of: $0) }.map { ($0.column, 0) }
  }

  private func mark(_ painter: inout Painter, _ rect: Rect, _ window: TaskWindow, column: Int) {
    painter.run(painter.signs.ellipsis, row: rect.row, column: column, count: 1, .dim)
  }

  /// How many tasks there are in rows that are not shown, and what of them matters.
  private func drawRest(_ tasks: BoardTasks, _ rows: Range<Int>, _ painter: inout Painter, _ rect: Rect) {
    let hidden = tasks.graph.columns.joined().filter { !rows.contains($0.row) }.compactMap(\.task)
    var spans = [Span("\(painter.signs.ellipsis) \(hidden.count) more", .dim)]
    func add(_ word: String, _ role: Role, _ states: Set<TaskRunState>) {
      let count = hidden.count { task in tasks.runs[task].map { states.contains($0.state) } ?? false }
      if count > 0 { spans.append(Span(", \(count) \(word)", role)) }
    }
    add("running", .running, [.running, .assigned])
    add("failed", .failed, [.failed, .timedOut, .lost])
    painter.spans(spans, row: rect.end - 1, column: rect.column, width: rect.columns)
  }
}
