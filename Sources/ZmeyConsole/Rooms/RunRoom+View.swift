import ZmeyCore

extension RunRoom {
  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    guard let detail = detail(world) else {
      painter.box(rect, title: [Span("run", .title)], isFocused: true)
      return _ = painter.text(
        isGone(world) ? "there is no such run" : "reading \(painter.signs.ellipsis)", row: rect.row + 1,
        column: rect.column + 2, width: rect.columns - 4, .dim)
    }
    let gantt = Gantt(detail, now: painter.now)
    let lines = lines(gantt)
    let ids = ids(lines)
    let parts = parts(rect)
    painter.box(
      rect, title: title(detail.run, painter.signs),
      right: state(gantt, world, painter, isWide: rect.columns >= 60), isFocused: true)
    guard rect.rows >= 3 else { return }
    let view = GanttView(gantt, zoom, in: parts.chart, world)
    let window = cursor.window(in: ids, height: parts.rows)
    let all = [GanttView.Line.run] + lines.map { .task($0) }
    let marks = Set(cursor.marks.compactMap { row in if case .task(let id) = row { id } else { nil } })
    view.draw(all[window], selected: cursor.row(in: ids), marks: marks, &painter)
    let head = parts.chart.rows > 1 ? 1 : 0
    for (offset, index) in window.enumerated() {
      painter.target(
        .row(index),
        Rect(row: parts.chart.row + head + offset, column: rect.column, rows: 1, columns: rect.columns))
    }
    guard parts.below.rows > 0 else { return }
    let row = parts.below.row
    drawCurrent(detail, cursor.current(in: ids) ?? .run, &painter, parts.below, world)
    if parts.below.rows > 1 { view.drawLegend(&painter, row: row + 1) }
  }

  private func title(_ run: Run, _ signs: Signs) -> [Span] {
    [
      Span(run.name, .title), Span(" \(signs.waiting) run \(run.id) "),
      Span("\(run.state.sign(signs)) \(run.state.rawValue)", run.state.role),
    ]
  }

  private func state(_ gantt: Gantt, _ world: World, _ painter: Painter, isWide: Bool) -> [Span] {
    var spans = cursor.marks.isEmpty ? [] : [Span("\(cursor.marks.count) marked  ", .marked)]
    guard isWide else { return spans }
    spans.append(Span(GanttView.span(gantt, world), .dim))
    guard gantt.run.state == .running else { return spans }
    return spans + [Span("  now \(TimeText.minute(painter.now, world.zone)) \(painter.signs.now)", .dim)]
  }

  /// What is known of the row under the cursor.
  private func drawCurrent(
    _ detail: RunDetail, _ row: Row, _ painter: inout Painter, _ rect: Rect, _ world: World
  ) {
    let spans: [Span]
    switch row {
    case .run: spans = facts(detail.run, painter.signs)
    case .task(let id):
      guard let taskRun = detail.taskRun(id) else { return }
      spans = facts(taskRun, &painter)
    }
    painter.spans(spans, row: rect.row, column: rect.column + 1, width: rect.columns - 2)
  }

  private func facts(_ run: Run, _ signs: Signs) -> [Span] {
    var spans = [
      Span("\(run.state.sign(signs)) \(run.state.rawValue) \(run.ended)/\(run.total)", run.state.role)
    ]
    spans.append(Span("  by \(run.createdBy)\(run.event.map { " for event \($0)" } ?? "")"))
    if let source = run.rerunOf { spans.append(Span("  rerun of \(source)", .dim)) }
    if run.owner != run.createdBy { spans.append(Span("  owner \(run.owner)", .dim)) }
    if let note = run.note { spans.append(Span("  \(note)", .failed)) }
    return spans
  }

  private func facts(_ taskRun: TaskRun, _ painter: inout Painter) -> [Span] {
    var spans = [
      Span("\(taskRun.state.sign(painter.signs)) \(taskRun.stateWords)", taskRun.state.role),
      Span(" \(taskRun.itemName)"),
    ]
    if let elapsed = painter.elapsed(of: taskRun) { spans.append(Span("  \(elapsed)")) }
    if let average = taskRun.average { spans.append(Span(" of \(TimeText.estimate(average))", .dim)) }
    if let worker = taskRun.worker { spans.append(Span("  on \(worker)")) }
    if let heardAt = taskRun.heardAt, taskRun.silence(painter.now) != nil {
      spans.append(Span("  silent for \(painter.running(since: heardAt))", .paused))
    }
    if taskRun.maxAttempts > 1, taskRun.attempt > 0 {
      spans.append(Span("  attempt \(taskRun.attempt)/\(taskRun.maxAttempts)", .dim))
    }
    if let outcome = taskRun.outcome {
      spans.append(Span("  \(outcome)", taskRun.state.role == .failed ? .failed : .text))
    }
    return spans
  }
}
