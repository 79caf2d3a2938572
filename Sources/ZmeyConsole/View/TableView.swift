/// A list in columns: a row of titles, and below it the rows that the cursor's window shows.
struct TableView<Item> {
  /// What stands in one place of it.
  enum Cell {
    case text([Span])
    /// A bar of that many per mille, and a number behind it.
    case bar(permille: Int, String)
  }

  /// One column.
  struct Column {
    /// What stands above it.
    let title: String
    /// How wide it is at least and at most.
    let width: ClosedRange<Int>
    let align: Painter.Alignment
    /// From how many columns of the screen for the whole table on it is shown.
    let from: Int
    /// What stands in it; called for rows in sight alone.
    let cell: (Item, inout Painter) -> Cell

    init(
      _ title: String, _ width: ClosedRange<Int>, align: Painter.Alignment = .left, from: Int = 0,
      cell: @escaping (Item, inout Painter) -> Cell
    ) {
      self.title = title
      self.width = width
      self.align = align
      self.from = from
      self.cell = cell
    }

    /// A column of plain text.
    static func text(
      _ title: String, _ width: ClosedRange<Int>, align: Painter.Alignment = .left, from: Int = 0,
      _ role: Role = .text, _ text: @escaping (Item) -> String
    ) -> Column {
      Column(title, width, align: align, from: from) { item, _ in .text([Span(text(item), role)]) }
    }
  }

  /// The columns, from left to right.
  let columns: [Column]

  init(_ columns: [Column]) { self.columns = columns }

  /// Before the first column: where the cursor stands, and what is marked.
  private static var gutter: Int { 2 }

  /// Draws it into a part of the screen.
  ///
  /// - Parameters:
  ///   - ids: who the items are, in their order.
  ///   - isFocused: whether keys mean this list; only then the row of the cursor is tinted.
  ///   - first: the number that a click on the first item is told as, see `ClickTarget.row`; where a view has several
  ///     tables their numbers follow each other.
  func draw<ID>(
    _ items: [Item], _ ids: [ID], _ cursor: ListCursor<ID>, _ painter: inout Painter, in rect: Rect,
    isFocused: Bool = true, first: Int = 0
  ) {
    guard !rect.isEmpty else { return }
    let places = places(rect)
    let heading = rect.top(rect.rows - Self.height(in: rect))
    if !heading.isEmpty {
      for place in places {
        painter.text(
          place.column.title, row: rect.row, column: place.start, width: place.width, .dim,
          align: place.column.align)
      }
    }
    let list = rect.below(heading.rows)
    let current = cursor.row(in: ids)
    for (row, index) in zip(list.row..., cursor.window(in: ids, height: list.rows)) {
      let line = Rect(row: row, column: rect.column, rows: 1, columns: rect.columns)
      for place in places { draw(place, items[index], &painter, row) }
      painter.target(.row(first + index), line)
      if index == current {
        if isFocused { painter.tint(line, .selected) }
        painter.run(">", row: row, column: line.column, count: 1, isFocused ? .selected : .dim)
      }
      if cursor.marks.contains(ids[index]) {
        painter.run("*", row: row, column: line.column + 1, count: 1, index == current ? .selected : .marked)
      }
    }
  }

  /// How many items a part of the screen has room for.
  static func height(in rect: Rect) -> Int { rect.rows >= 3 ? rect.rows - 1 : rect.rows }

  private struct Place {
    let column: Column
    let start: Int
    let width: Int
  }

  private func draw(_ place: Place, _ item: Item, _ painter: inout Painter, _ row: Int) {
    switch place.column.cell(item, &painter) {
    case .text(let spans):
      let indent = place.column.align == .right ? max(0, place.width - painter.columns(spans)) : 0
      painter.spans(spans, row: row, column: place.start + indent, width: place.width - indent)
    case .bar(let permille, let number):
      let width = place.width - painter.columns(number) - 1
      painter.bar(row: row, column: place.start, width: width, permille: permille)
      painter.text(number, row: row, column: place.start + max(0, width + 1), width: place.width)
    }
  }

  /// Where the columns stand: each has its least width; what is left over is shared evenly among those that may grow.
  /// The last column of the screen stays free.
  private func places(_ rect: Rect) -> [Place] {
    let shown = columns.filter { $0.from <= rect.columns }
    let gap = rect.columns >= 100 ? 2 : 1
    var widths = shown.map(\.width.lowerBound)
    let end = rect.trailing - 1
    var spare = end - rect.column - Self.gutter - widths.reduce(0, +) - gap * (shown.count - 1)
    while spare > 0 {
      let growing = shown.indices.filter { widths[$0] < shown[$0].width.upperBound }
      guard !growing.isEmpty else { break }
      for index in growing where spare > 0 {
        let share = min(max(1, spare / growing.count), shown[index].width.upperBound - widths[index], spare)
        widths[index] += share
        spare -= share
      }
    }
    var start = rect.column + Self.gutter
    return zip(shown, widths).map { column, width in
      defer { start += width + gap }
      return Place(column: column, start: start, width: max(0, min(width, end - start)))
    }
  }
}

extension Rect {
  /// What is left for a pane's content: inside a frame where there is room for one, else all.
  var pane: Rect { hasFrame ? inside : self }

  fileprivate var hasFrame: Bool { rows >= 3 && columns >= 30 }
}

extension Painter {
  /// Draws the frame of a pane where there is room for one, and returns where its content goes. Instead of no content
  /// at all `note` is shown.
  @discardableResult
  mutating func pane(
    _ rect: Rect, title: [Span], right: String = "", isFocused: Bool, note: String? = nil
  ) -> Rect {
    if rect.hasFrame {
      box(rect, title: title, right: right.isEmpty ? [] : [Span(right, .dim)], isFocused: isFocused)
    }
    let content = rect.pane
    if let note, !content.isEmpty {
      text(note, row: content.row, column: content.column + 2, width: content.columns - 3, .dim)
    }
    return content
  }
}
