import ZmeyCore

/// How much of each pipeline the board shows.
enum BoardDensity: Int, Sendable {
  /// A row.
  case compact
  /// A box with the first tasks.
  case normal
  /// A box with all tasks.
  case large

  /// How many rows of tasks a box has at most.
  var rows: Int {
    switch self {
    case .compact: 0
    case .normal: 5
    case .large: .max
    }
  }
}

/// A pipeline or a batch as it is drawn.
struct BoardBox {
  let item: BoardItem
  /// Nil for a batch.
  let tasks: BoardTasks?
  let density: BoardDensity
  /// How many columns it takes.
  let columns: Int
  var isFocused = false
  var isMarked = false
  /// The task under the cursor.
  var selected: Int?
  /// Names of marked tasks.
  var markedTasks: Set<String> = []

  init(_ item: BoardItem, _ board: Board, _ density: BoardDensity, columns: Int) {
    self.item = item
    self.density = density
    self.columns = columns
    tasks = item.pipeline.map { BoardTasks($0, board) }
  }

  /// How many rows it takes.
  var height: Int {
    if density == .compact { return 1 }
    guard let tasks else { return 3 }
    return 2
      + max(
        1, density == .large ? taskRows(tasks, columns: columns - 4) : min(tasks.graph.rows, density.rows))
  }

  /// Draws it; `number` is its place in the list, for clicks.
  func draw(_ painter: inout Painter, _ rect: Rect, number: Int, _ world: World) {
    guard !rect.isEmpty else { return }
    painter.target(.row(number), rect)
    let times =
      tasks.map { RunTimes(item.run, $0, now: painter.now) }
      ?? item.run.map { RunTimes(batch: $0, now: painter.now) }
    if density == .compact || rect.rows < 3 {
      return drawRow(&painter, rect.top(1), times, world)
    }
    let marks =
      (isFocused ? [Span(String(painter.signs.edge), .focus)] : []) + (isMarked ? [Span("*", .marked)] : [])
    painter.box(
      rect, title: marks + title(painter, world), right: state(&painter, rect.columns, times, world),
      isFocused: isFocused)
    let inside = Rect(
      row: rect.row + 1, column: rect.column + 2, rows: rect.rows - 2, columns: rect.columns - 4)
    if let tasks {
      drawTasks(tasks, &painter, inside, number: number)
    } else if let run = item.run, let times {
      drawBatch(&painter, inside, run, times)
    }
  }

  /// The pipeline in a row of its own.
  private func drawRow(_ painter: inout Painter, _ rect: Rect, _ times: RunTimes?, _ world: World) {
    let width = rect.columns
    if isFocused { painter.run(painter.signs.edge, row: rect.row, column: rect.column, count: 1, .focus) }
    let right = state(&painter, width, times, world, isAligned: true)
    if isMarked { painter.run("*", row: rect.row, column: rect.column + 1, count: 1, .marked) }
    let left = title(painter, world).map { isFocused ? Span($0.text, .focus) : $0 }
    painter.line(left, right: right, row: rect.row, column: rect.column + 2, width: width - 3)
  }

  private func title(_ painter: Painter, _ world: World) -> [Span] {
    var spans = [Span(item.name, isMarked ? .marked : .title)]
    switch item {
    case .batch(let run): spans.append(Span(" ×\(run.total)", .dim))
    case .pipeline(let pipeline):
      if pipeline.isPaused, item.phase != .paused {
        spans.append(Span("  \(painter.signs.paused) paused", .paused))
      }
      if tasks?.isLive == true, pipeline.run?.versionID != pipeline.versionID {
        spans.append(Span("  before the last change", .dim))
      }
      if pipeline.live > 1 { spans.append(Span("  +\(pipeline.live - 1)", .running)) }
    }
    if !world.isMine(item.owner) {
      spans.append(Span("  \(painter.signs.waiting) \(item.owner)", .dim))
    }
    return spans
  }

  /// What the title says at the right: state, how many have ended, how far, and the times.
  private func state(
    _ painter: inout Painter, _ width: Int, _ times: RunTimes?, _ world: World, isAligned: Bool = false
  ) -> [Span] {
    let phase = item.phase
    func padded(_ text: String, _ columns: Int) -> String {
      isAligned ? text + String(repeating: " ", count: max(0, columns - painter.columns(text))) : text
    }
    var spans = [Span("\(phase.sign(painter.signs)) \(padded(phase.word, 9))", phase.role)]
    guard width >= 36 else { return spans }
    if let run = item.run {
      spans.append(Span(" " + padded("\(run.ended)/\(run.total)", 7), .text))
      if width >= 60, let times {
        spans.append(Span(" "))
        spans += painter.bar(of: run, times, phase, width: 8)
      }
    } else if isAligned {
      spans.append(Span(String(repeating: " ", count: width >= 60 ? 17 : 8)))
    }
    guard let times else { return spans }
    let text = self.times(&painter, times, world, hasClock: width >= 50)
    if !text.isEmpty || isAligned {
      spans.append(Span(" " + padded(text, width >= 50 ? 16 : 9), isLate(times) ? .paused : .text))
    }
    return spans
  }

  private func isLate(_ times: RunTimes) -> Bool {
    guard item.phase == .running, let elapsed = times.elapsed, let average = times.average else {
      return false
    }
    return elapsed > average
  }

  /// Elapsed and usual time, and when it ends or ended: `12m/29m →14:21`.
  private func times(_ painter: inout Painter, _ times: RunTimes, _ world: World, hasClock: Bool) -> String {
    guard let run = item.run, let elapsed = times.elapsed else {
      return times.average.map { $0 > .zero ? TimeText.estimate($0) : "" } ?? ""
    }
    if let finishedAt = run.finishedAt {
      return TimeText.span(elapsed) + (hasClock ? " →\(TimeText.minute(finishedAt, world.zone))" : "")
    }
    var text = painter.running(since: run.createdAt, isCoarse: true)
    if let average = times.average, average > .zero { text += "/\(TimeText.coarse(average))" }
    if hasClock, item.phase != .paused, let remaining = times.remaining, remaining > .zero {
      text += " →\(TimeText.minute(painter.now + remaining, world.zone))"
    }
    return text
  }

  private func drawBatch(_ painter: inout Painter, _ rect: Rect, _ run: Run, _ times: RunTimes) {
    let percent = run.total > 0 ? run.ended * 100 / run.total : 0
    var right = [Span(" \(percent)%")]
    if run.failed > 0 { right.append(Span("  \(painter.signs.failed) \(run.failed) failed", .failed)) }
    if let remaining = times.remaining { right.append(Span("  \(TimeText.estimate(remaining)) left", .dim)) }
    let width = rect.columns - painter.columns(right)
    let bar = painter.bar(
      width: max(0, width), permille: run.total > 0 ? run.ended * 1000 / run.total : 0)
    painter.spans(bar + right, row: rect.row, column: rect.column, width: rect.columns)
  }
}
