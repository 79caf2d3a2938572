import ZmeyCore

extension BoardRoom {
  /// From how many columns on the side pane is shown, and from how many rows on output in it.
  static let wide = 160
  static let tall = 30

  /// How many columns the side pane takes; 0 for none.
  static func paneColumns(_ rect: Rect) -> Int {
    rect.columns >= wide ? max(60, rect.columns * 35 / 100 - 1) : 0
  }

  /// Where the boxes are.
  var area: Rect { Self.area(body) }

  static func area(_ rect: Rect) -> Rect {
    let pane = paneColumns(rect)
    return rect.left(rect.columns - (pane > 0 ? pane + 1 : 0))
  }

  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    guard let board = world.board else {
      painter.text(
        "reading the pipelines", row: rect.row, column: rect.column + 1, width: rect.columns - 2, .dim)
      return
    }
    let items = items(world)
    let area = Self.area(rect)
    if items.isEmpty { drawNothing(&painter, area, world) }
    let (first, boxes) = visible(items, board, in: area)
    var rest = area
    for (offset, box) in boxes.enumerated() {
      box.draw(&painter, rest.top(box.height), number: first + offset, world)
      rest = rest.below(box.height)
    }
    let hidden = items.count - first - boxes.count
    if hidden > 0, !rest.isEmpty {
      painter.text(
        "\(painter.signs.ellipsis) \(hidden) more below", row: rest.row, column: rest.column + 2,
        width: rest.columns - 4, .dim)
    }
    if area.columns < rect.columns, let item = current(items) {
      drawPane(&painter, rect.right(from: area.columns + 1), item, board, world)
    }
  }

  private func drawNothing(_ painter: inout Painter, _ rect: Rect, _ world: World) {
    let key = world.keys.keyName(.new) ?? ":new"
    let text =
      !isNarrowed
      ? "no pipelines yet: \(key) makes one, or 'zmctl apply FILE' brings some"
      : "nothing passes the filter: Esc takes it away"
    painter.text(text, row: rect.row, column: rect.column + 1, width: rect.columns - 2, .dim)
  }

  /// The boxes that have room, the one under the cursor among them, and the number of the first.
  func visible(_ items: [BoardItem], _ board: Board, in rect: Rect) -> (first: Int, boxes: [BoardBox]) {
    guard let current = cursor.row(in: items.map(\.id)), !rect.isEmpty else { return (0, []) }
    var made: [Int: BoardBox] = [:]
    func box(_ index: Int) -> BoardBox {
      if let box = made[index] { return box }
      let box = self.box(items[index], board, isCurrent: index == current, columns: rect.columns)
      made[index] = box
      return box
    }
    var used = min(rect.rows, box(current).height)
    var first = current
    while first > min(top, current) {
      let height = box(first - 1).height
      guard used + height <= rect.rows else { break }
      used += height
      first -= 1
    }
    var boxes: [BoardBox] = []
    used = 0
    for index in first..<items.count {
      let height = box(index).height
      // What has no room ends in a mark of how much it lacks; less than a frame with a row would say nothing.
      guard used + height <= rect.rows || rect.rows - used >= 3 || boxes.isEmpty else { break }
      boxes.append(box(index))
      used += height
      if used >= rect.rows { break }
    }
    // Where the list has become shorter, no room is left empty at its end.
    while first > 0, first + boxes.count == items.count, used + box(first - 1).height <= rect.rows {
      first -= 1
      used += box(first).height
      boxes.insert(box(first), at: 0)
    }
    return (first, boxes)
  }

  private func box(_ item: BoardItem, _ board: Board, isCurrent: Bool, columns: Int) -> BoardBox {
    let hasTask = isCurrent && task != nil
    var box = BoardBox(
      item, board, hasTask && density == .compact ? .normal : density, columns: columns)
    box.isFocused = isCurrent
    box.isMarked = cursor.marks.contains(item.id)
    if hasTask { box.selected = task.flatMap { box.tasks?.index(of: $0) } }
    if !taskMarks.isEmpty, case .pipeline(let pipeline) = item {
      box.markedTasks = Set(taskMarks.filter { $0.pipeline == pipeline.id }.map(\.task))
    }
    return box
  }
}
