import ZmeyCore

extension RunsRoom {
  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    let parts = parts(rect)
    let runs = runs(world, now: painter.now)
    let statistics = RunStatistics(runs)
    painter.box(
      parts.list, title: title(runs.count, world),
      right: statistics.spans(isShort: isAll || rect.columns < 60), isFocused: true)
    let inside = parts.list.inside
    guard !inside.isEmpty, parts.list.rows >= 2 else { return }
    guard !runs.isEmpty else {
      let text =
        all(world) == nil
        ? "reading \(painter.signs.ellipsis)"
        : filterText.isEmpty ? "no runs yet" : "no run passes the filter"
      return _ = painter.text(
        text, row: inside.row, column: inside.column + 1, width: inside.columns - 2, .dim)
    }
    let ids = runs.map(\.id)
    let window = list.cursor.window(in: ids, height: parts.rows)
    let columns = RunColumns(runs[window], inside.columns - 1, isAll: isAll, hasSeconds: world.isAbsoluteTime)
    // The head of the columns gives way where there is but one row.
    let hasHead = inside.rows > 1
    if hasHead { drawHead(columns, &painter, inside) }
    for (offset, index) in window.enumerated() {
      let row = inside.row + offset + (hasHead ? 1 : 0)
      draw(runs[index], columns, statistics, &painter, row, inside, world)
      if list.cursor.marks.contains(runs[index].id) {
        painter.text("*", row: row, column: inside.column, width: 1, .marked)
      } else if index == list.cursor.row(in: ids) {
        painter.run(painter.signs.edge, row: row, column: inside.column, count: 1, .focus)
      }
      if index == list.cursor.row(in: ids) {
        painter.tint(Rect(row: row, column: inside.column, rows: 1, columns: inside.columns), .selected)
      }
      painter.target(.row(index), Rect(row: row, column: inside.column, rows: 1, columns: inside.columns))
    }
    if !parts.gantt.isEmpty, let row = list.cursor.row(in: ids) {
      drawGantt(runs[row], &painter, parts.gantt, world)
    }
  }

  private func title(_ shown: Int, _ world: World) -> [Span] {
    let count = all(world)?.count ?? 0
    var spans = [
      Span("runs", .title), Span(" \(shown == count ? "" : "\(grouped(shown)) of ")\(grouped(count))"),
    ]
    if !list.cursor.marks.isEmpty { spans.append(Span("  \(list.cursor.marks.count) marked", .marked)) }
    return spans
  }

  private func drawHead(_ columns: RunColumns, _ painter: inout Painter, _ rect: Rect) {
    for column in columns.all {
      painter.text(
        column.kind.rawValue, row: rect.row, column: rect.column + 1 + column.start, width: column.width, .dim
      )
    }
  }

  private func draw(
    _ run: Run, _ columns: RunColumns, _ statistics: RunStatistics, _ painter: inout Painter, _ row: Int,
    _ rect: Rect, _ world: World
  ) {
    for column in columns.all {
      let start = rect.column + 1 + column.start
      func put(_ text: String, _ role: Role = .text) {
        painter.text(text, row: row, column: start, width: column.width, role)
      }
      switch column.kind {
      case .run: put(run.id.description)
      case .name: put(run.name, .title)
      case .started:
        let date = TimeText.date(run.createdAt, world.zone)
        put(world.isAbsoluteTime ? date : String(date.dropLast(3)))
      case .took:
        put(run.finishedAt.map { TimeText.span($0 - run.createdAt) } ?? painter.running(since: run.createdAt))
      case .average: drawAverage(run, statistics.average(of: run), &painter, row, start, column.width)
      case .result:
        let share = run.total > 99 ? "\(run.ended * 100 / run.total)%" : "\(run.ended)/\(run.total)"
        let count = run.state == .running ? " \(share)" : ""
        put("\(run.state.sign(painter.signs)) \(run.state.rawValue)\(count)", run.state.role)
      case .by: put(run.event ?? run.createdBy)
      case .note:
        let notes = [run.note, run.rerunOf.map { "rerun of \($0)" }].compactMap { $0 }
        put(notes.joined(separator: ", "), run.note == nil ? .dim : .text)
      }
    }
  }

  /// Draws how long a run took, half of the bar being the average.
  private func drawAverage(
    _ run: Run, _ average: Duration?, _ painter: inout Painter, _ row: Int, _ column: Int, _ width: Int
  ) {
    guard let average, average > .zero else {
      return _ = painter.text("-", row: row, column: column, width: width, .dim)
    }
    let took = run.took(painter.now)
    let isOver = took > average && run.state == .running
    painter.bar(
      row: row, column: column, width: width, permille: Int(min(1000, took / average * 500)),
      isOver ? .paused : .bar)
    if run.state == .running, took < average * 2 {
      let steps = width * (painter.signs.parts.count + 1)
      let next = run.createdAt + average * 2 * Int(took / (average * 2) * Double(steps) + 1) / steps
      painter.redraw(at: max(next, painter.now + .seconds(1)))
    }
  }

  private func drawGantt(_ run: Run, _ painter: inout Painter, _ rect: Rect, _ world: World) {
    let signs = painter.signs
    guard let detail = world.run(run.id) ?? nil else {
      painter.box(rect, title: [Span("gantt", .title), Span(" \(signs.waiting) run \(run.id)")])
      return _ = painter.text(
        "reading \(signs.ellipsis)", row: rect.row + 1, column: rect.column + 2, width: rect.columns - 4, .dim
      )
    }
    let gantt = Gantt(detail, now: painter.now)
    var right = [Span("\(signs.critical) critical path", .dim)]
    if run.state == .running {
      right.insert(Span("now \(TimeText.minute(painter.now, world.zone)) \(signs.now)  ", .dim), at: 0)
    }
    painter.box(
      rect,
      title: [
        Span("gantt", .title),
        Span(" \(signs.waiting) run \(run.id) \(signs.waiting) \(GanttView.span(gantt, world))"),
      ], right: right)
    let inside = rect.inside
    let view = GanttView(gantt, zoom, in: inside.top(inside.rows - 1), world)
    let rows = max(0, inside.rows - 2)
    // Where not all have room, those that began last say most.
    let lines = gantt.rows.suffix(rows).map { GanttView.Line.task($0) }
    view.draw(lines[...], selected: nil, &painter)
    view.drawLegend(&painter, row: inside.end - 1)
  }
}

/// What many runs say together.
struct RunStatistics {
  private let averages: [String: Duration]
  private let share: Int?
  private let percentile95: Duration?

  init(_ runs: [Run]) {
    let ended = runs.filter { $0.state != .running }
    let good = ended.filter { $0.state == .succeeded && $0.finishedAt != nil }
    share = ended.isEmpty ? nil : good.count * 100 / ended.count
    // Fewer than three say nothing.
    averages = Dictionary(grouping: good, by: Self.key).filter { $0.value.count >= 3 }.mapValues { runs in
      runs.reduce(Duration.zero) { $0 + $1.took($1.createdAt) } / runs.count
    }
    let sorted = good.map { $0.took($0.createdAt) }.sorted()
    percentile95 = sorted.isEmpty ? nil : sorted[(sorted.count * 95 - 1) / 100]
  }

  private static func key(_ run: Run) -> String { run.pipelineID.map { "\($0)" } ?? "/\(run.name)" }

  /// How long successes of the same pipeline took on average.
  func average(of run: Run) -> Duration? { averages[Self.key(run)] }

  /// Them in words. Of runs of several pipelines an average says nothing.
  func spans(isShort: Bool) -> [Span] {
    var spans = share.map { [Span("ok \($0)%", .dim)] } ?? []
    if !isShort, let average = averages.values.first, let percentile95 {
      spans.append(Span("  avg \(TimeText.span(average))  p95 \(TimeText.span(percentile95))", .dim))
    }
    return spans
  }
}

/// Which columns the list of runs has, and where.
struct RunColumns {
  enum Kind: String {
    case run, name, started, took, average = "vs avg", result, by, note
  }
  struct Column {
    let kind: Kind
    let start: Int
    let width: Int
  }

  let all: [Column]

  init(_ runs: ArraySlice<Run>, _ width: Int, isAll: Bool, hasSeconds: Bool) {
    let id = runs.map { $0.id.description.count }.max() ?? 3
    var wanted: [(kind: Kind, width: Int)] = [
      (.run, max(3, id)), (.started, hasSeconds ? 14 : 11), (.took, 7), (.average, 10), (.result, 13),
      (.by, 8),
      (.note, 10),
    ]
    if isAll {
      let name = runs.map { displayWidth($0.name) }.max() ?? 4
      wanted.insert((.name, max(4, min(name, width / 4))), at: 1)
    }
    // What matters least goes first where there is no room.
    let givesWay: [Kind] = [.by, .average, .note, .started, .took, .run]
    for kind in givesWay where wanted.reduce(-1, { $0 + $1.width + 1 }) > width {
      wanted.removeAll { $0.kind == kind }
    }
    var start = 0
    all = wanted.enumerated().map { index, column in
      defer { start += column.width + 1 }
      let isLast = index == wanted.count - 1
      return Column(kind: column.kind, start: start, width: isLast ? max(0, width - start) : column.width)
    }
  }
}
