import ZmeyCore

/// A gantt on the screen.
struct GanttView {
  let gantt: Gantt
  let world: World
  /// Where it is drawn: a row of times, and rows of task runs.
  let rect: Rect
  let scale: TimeScale
  /// How wide the names are.
  private let names: Int

  /// What a row shows.
  enum Line {
    case run, task(Gantt.Row)
  }

  init(_ gantt: Gantt, _ zoom: GanttZoom, in rect: Rect, _ world: World) {
    self.gantt = gantt
    self.world = world
    self.rect = rect
    names = Self.nameColumns(gantt, rect)
    scale = TimeScale(gantt, zoom, columns: Self.columns(gantt, rect))
  }

  /// How wide what stands at the right of the time is.
  private static let facts = 9
  /// Of the time in which a task run waited for a slot.
  private static let queued: Character = "-"

  private static func nameColumns(_ gantt: Gantt, _ rect: Rect) -> Int {
    // Of a thousand items the first tell enough of how long names are.
    let longest = gantt.rows.prefix(200).map { displayWidth($0.taskRun.itemName) }.max() ?? 0
    return max(8, min(longest + 4, rect.columns / 3))
  }

  /// How many columns the time has.
  static func columns(_ gantt: Gantt, _ rect: Rect) -> Int {
    max(1, rect.columns - nameColumns(gantt, rect) - facts)
  }

  private var chart: Int { rect.column + names }

  func draw(_ lines: ArraySlice<Line>, selected: Int?, marks: Set<TaskRunID> = [], _ painter: inout Painter) {
    guard rect.rows > 0, rect.columns > 24 else { return }
    let now = gantt.run.state == .running ? scale.column(painter.now) : -1
    if 0..<scale.columns ~= now {
      painter.redraw(at: max(scale.next(painter.now), painter.now + .seconds(1)))
    }
    // The times give way where there is but one row.
    let head = rect.rows > 1 ? 1 : 0
    if head > 0 { drawTimes(&painter) }
    for (offset, index) in lines.indices.enumerated() where offset + head < rect.rows {
      let row = rect.row + head + offset
      let isSelected = index == selected
      if isSelected {
        painter.run(painter.signs.edge, row: row, column: rect.column, count: 1, .focus)
      }
      if 0..<scale.columns ~= now {
        painter.run(painter.signs.now, row: row, column: chart + now, count: 1, .dim)
      }
      switch lines[index] {
      case .run: drawRun(&painter, row)
      case .task(let task):
        drawName(task, isMarked: marks.contains(task.taskRun.id), isSelected, &painter, row)
        drawBar(task, &painter, row)
        drawFacts(task.taskRun, &painter, row)
      }
      if isSelected {
        painter.tint(Rect(row: row, column: rect.column + 1, rows: 1, columns: names - 2), .selected)
      }
    }
  }

  private func drawTimes(_ painter: inout Painter) {
    let isFine = scale.unit * 7 < .seconds(60)
    let isLong = scale.unit * scale.columns > .seconds(86_400 * 2)
    let width = isFine ? 10 : isLong ? 8 : 7
    for tick in scale.ticks(every: width, world.zone) {
      let clock = TimeText.clock(tick.at, world.zone)
      let text =
        isFine
        ? clock
        : isLong && clock == "00:00:00"
          ? String(TimeText.date(tick.at, world.zone).prefix(5)) : String(clock.prefix(5))
      guard tick.column + text.count <= scale.columns else { continue }
      painter.text(text, row: rect.row, column: chart + tick.column, width: text.count, .dim)
    }
  }

  // A row ---------------------------------------------------------------------------------------------------

  private func drawRun(_ painter: inout Painter, _ row: Int) {
    let (run, signs) = (gantt.run, painter.signs)
    painter.spans(
      [Span("\(run.state.sign(signs)) ", run.state.role), Span("run", .title)], row: row,
      column: rect.column + 1,
      width: names - 2)
    let end = run.finishedAt ?? painter.now
    draw(signs.full, from: gantt.start, to: end, run.state == .failed ? .failed : .bar, &painter, row)
    if run.state == .running {
      draw(signs.planned, from: painter.now, to: gantt.end, .barRest, &painter, row)
    }
    let took = run.finishedAt.map { TimeText.span($0 - gantt.start) } ?? painter.running(since: gantt.start)
    drawFact("\(took)", &painter, row)
  }

  private func drawName(
    _ task: Gantt.Row, isMarked: Bool, _ isSelected: Bool, _ painter: inout Painter, _ row: Int
  ) {
    let state = task.taskRun.state
    let indent = task.taskRun.item == nil ? "" : " "
    painter.spans(
      [
        Span("\(isMarked ? "*" : "")\(indent)"), Span("\(state.sign(painter.signs)) ", state.role),
        Span(task.taskRun.itemName, isMarked ? .marked : .text),
      ], row: row, column: rect.column + 1, width: names - 2)
  }

  private func drawBar(_ task: Gantt.Row, _ painter: inout Painter, _ row: Int) {
    let (taskRun, signs, now) = (task.taskRun, painter.signs, painter.now)
    let hasBegun = taskRun.startedAt != nil && (taskRun.state.isEnd || taskRun.state.isInFlight)
    if let ready = task.ready {
      let until = hasBegun ? task.start : taskRun.state.isEnd ? taskRun.finishedAt : now
      if let until { draw(Self.queued, from: ready, to: until, .queued, &painter, row, isAtLeastOne: false) }
    }
    guard let start = task.start else { return }
    guard hasBegun else {
      if !taskRun.state.isEnd, let end = task.end {
        draw(signs.planned, from: start, to: end, .barRest, &painter, row)
      }
      return
    }
    let end = taskRun.state.isEnd ? task.end ?? start : now
    if !taskRun.state.isEnd, let expected = task.end, expected > now {
      draw(signs.expected, from: now, to: expected, .barRest, &painter, row)
    }
    draw(
      task.isCritical ? signs.critical : signs.full, from: start, to: end, taskRun.state.role, &painter, row)
    let mark: Character? =
      taskRun.state.role == .failed
      ? signs.failed : taskRun.elapsed(now).flatMap { $0 > taskRun.average ?? $0 ? signs.overdue : nil }
    // After the bar, or on its last column where the picture ends with it.
    let column = max(scale.column(end), scale.column(start) + 1)
    if let mark, column >= 0 {
      painter.run(
        mark, row: row, column: chart + min(column, scale.columns - 1), count: 1,
        mark == signs.failed ? .failed : .paused)
    }
  }

  /// Draws a character along the columns from a time to another.
  private func draw(
    _ character: Character, from: Moment, to: Moment, _ role: Role, _ painter: inout Painter, _ row: Int,
    isAtLeastOne: Bool = true
  ) {
    let first = max(0, scale.column(from))
    let last = scale.column(to)
    let end = isAtLeastOne && last >= 0 ? max(last, first + 1) : last
    guard first < scale.columns, end > first else { return }
    painter.run(
      character, row: row, column: chart + first, count: min(end, scale.columns) - first, role)
  }

  private func drawFacts(_ taskRun: TaskRun, _ painter: inout Painter, _ row: Int) {
    let text: String?
    switch taskRun.state {
    case .running, .paused, .stopping: text = painter.percent(of: taskRun) ?? painter.elapsed(of: taskRun)
    case .waiting, .queued, .held, .assigned: text = taskRun.average.map { TimeText.estimate($0) }
    case .succeeded, .failed, .timedOut, .stopped, .lost: text = taskRun.duration.map { TimeText.span($0) }
    case .skipped: text = "skipped"
    }
    if let text { drawFact(text, &painter, row) }
  }

  private func drawFact(_ text: String, _ painter: inout Painter, _ row: Int) {
    painter.text(
      text, row: row, column: chart + scale.columns + 1, width: Self.facts - 2, .text, align: .right)
  }

  /// What the characters mean.
  func drawLegend(_ painter: inout Painter, row: Int) {
    let signs = painter.signs
    let legend = [
      (signs.full, "ran"), (signs.critical, "critical"), (signs.expected, "expected"),
      (signs.planned, "planned"), (Self.queued, "queued"), (signs.failed, "failed"),
      (signs.overdue, "past average"),
    ]
    var column = rect.column + 1
    for (sign, label) in legend {
      let text = "\(sign) \(label)"
      let width = painter.columns(text)
      guard column + width < rect.trailing else { return }
      painter.text(text, row: row, column: column, width: width, .dim)
      column += width + 2
    }
  }

  /// What the title of a box with it says: `13:51 > ~14:21`.
  static func span(_ gantt: Gantt, _ world: World) -> String {
    let from = TimeText.minute(gantt.start, world.zone)
    let to = TimeText.minute(gantt.end, world.zone)
    return "\(from) → \(gantt.run.state == .running ? "~" : "")\(to)"
  }
}
