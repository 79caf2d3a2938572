import ZmeyCore

extension TaskRoom {
  /// A line of what is known.
  enum Fact: Hashable {
    case progress, elapsed, why(Int), worker, arguments, links, items, attempt(Int), recent
  }

  /// The lines that there are of a task run, those that matter most first.
  func facts(_ detail: TaskDetail) -> [Fact] {
    var facts: [Fact] = [.progress]
    facts += detail.why.indices.prefix(3).map { .why($0) }
    if detail.itemsTotal != nil { facts.append(.items) }
    if detail.taskRun.startedAt != nil || detail.taskRun.average != nil { facts.append(.elapsed) }
    facts.append(.worker)
    if !detail.arguments.isEmpty { facts.append(.arguments) }
    if !before(detail).isEmpty || !after(detail).isEmpty { facts.append(.links) }
    facts += detail.attempts.indices.reversed().prefix(10).map { .attempt($0) }
    if !detail.recent.isEmpty { facts.append(.recent) }
    return facts
  }

  func draw(_ facts: [Fact], _ detail: TaskDetail?, _ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard let detail else {
      painter.box(rect)
      return _ = painter.text(
        isGone(world) ? "there is no such task run" : "reading \(painter.signs.ellipsis)", row: rect.row + 1,
        column: rect.column + 2, width: rect.columns - 4, .dim)
    }
    let (taskRun, inside) = (detail.taskRun, rect.inside)
    var right = [Span("\(taskRun.state.sign(painter.signs)) \(taskRun.stateWords)", taskRun.state.role)]
    if taskRun.maxAttempts > 1, rect.columns >= 60 {
      right.append(Span("  attempt \(taskRun.attempt)/\(taskRun.maxAttempts)"))
    }
    painter.box(
      rect,
      title: [
        Span(taskRun.itemName, .title),
        Span(
          " \(painter.signs.waiting) task run \(taskRun.id) \(painter.signs.waiting) run \(detail.run.id)"),
      ], right: right)
    for (offset, fact) in facts.prefix(inside.rows).enumerated() {
      let row = inside.row + offset
      painter.text(label(fact, taskRun), row: row, column: inside.column + 1, width: 10, .dim)
      let place = Rect(row: row, column: inside.column + 11, rows: 1, columns: inside.columns - 12)
      draw(fact, detail, &painter, place, world)
    }
  }

  private func label(_ fact: Fact, _ taskRun: TaskRun) -> String {
    switch fact {
    case .progress: taskRun.ticksSince == nil ? "state" : "progress"
    case .elapsed:
      taskRun.state.isEnd
        ? "took" : taskRun.ticksSince == nil && taskRun.pausedAt == nil ? "usually" : "elapsed"
    case .why(let index): index == 0 ? "why not" : ""
    case .worker: "worker"
    case .arguments: "arguments"
    case .links: "links"
    case .items: "items"
    case .attempt: "attempt"
    case .recent: "last runs"
    }
  }

  private func draw(
    _ fact: Fact, _ detail: TaskDetail, _ painter: inout Painter, _ rect: Rect, _ world: World
  ) {
    let spans: [Span]
    switch fact {
    case .progress: return drawProgress(detail.taskRun, &painter, rect, world)
    case .recent: return drawRecent(detail.recent, &painter, rect)
    case .elapsed: spans = elapsed(detail, &painter)
    case .why(let index): spans = [Span(detail.why[index], .paused)]
    case .worker: spans = worker(detail.taskRun, &painter, world)
    case .arguments: spans = [Span(detail.arguments.map(Self.quoted).joined(separator: " "))]
    case .links: spans = links(detail, painter.signs, isWide: rect.columns >= 120)
    case .items: spans = [Span("\(detail.itemsEnded) of \(detail.itemsTotal ?? 0) ended")]
    case .attempt(let index): spans = attempt(detail.attempts[index], painter, world)
    }
    painter.spans(spans, row: rect.row, column: rect.column, width: rect.columns)
  }

  /// An argument as it would be typed: with quotes if a blank or a quote is in it.
  private static func quoted(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty && !argument.contains { $0.isWhitespace || "'\"\\$`*?;&|<>()".contains($0) }
    return isPlain
      ? argument
      : "'\(argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }

  // Progress and time ---------------------------------------------------------------------------------------

  private func drawProgress(_ taskRun: TaskRun, _ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard !taskRun.state.isEnd, let progress = taskRun.progress(painter.now),
      let percent = painter.percent(of: taskRun)
    else {
      return _ = painter.spans(
        state(taskRun, &painter, world), row: rect.row, column: rect.column, width: rect.columns)
    }
    let width = max(4, min(60, rect.columns - 26))
    let bar = painter.bar(of: taskRun, progress, width: min(width, rect.columns))
    painter.spans(bar, row: rect.row, column: rect.column, width: rect.columns)
    var spans = [Span(" \(percent)")]
    if progress.isOverdue {
      spans.append(Span("  past its average", .paused))
    } else if taskRun.pausedAt == nil, let rest = taskRun.remaining(painter.now) {
      spans.append(Span("  ETA \(TimeText.clock(painter.now + rest, world.zone))"))
    } else if let since = taskRun.pausedAt {
      spans.append(Span("  paused for \(painter.running(since: since))", .paused))
    }
    painter.spans(spans, row: rect.row, column: rect.column + width, width: rect.columns - width)
  }

  private func state(_ taskRun: TaskRun, _ painter: inout Painter, _ world: World) -> [Span] {
    var spans = [Span("\(taskRun.state.sign(painter.signs)) \(taskRun.stateWords)", taskRun.state.role)]
    if let at = taskRun.finishedAt { spans.append(Span(" \(TimeText.near(at, painter.now, world.zone))")) }
    if let due = taskRun.dueAt, due > painter.now {
      spans.append(
        Span(
          "  tried again \(TimeText.near(due, painter.now, world.zone)), in \(painter.remaining(until: due))")
      )
    }
    if let outcome = taskRun.outcome {
      spans.append(Span("  \(outcome)", taskRun.state.isEnd ? .text : .dim))
    }
    return spans
  }

  private func elapsed(_ detail: TaskDetail, _ painter: inout Painter) -> [Span] {
    let taskRun = detail.taskRun
    let elapsed = painter.elapsed(of: taskRun)
    guard let average = taskRun.average else {
      return [Span(elapsed ?? ""), Span(" (no average yet)", .dim)]
    }
    let usual = TimeText.span(average)
    var spans = [Span(elapsed.map { "\($0) of \(usual) on average" } ?? usual)]
    var facts: [String] = []
    if taskRun.samples > 0 { facts.append("\(taskRun.samples) run\(taskRun.samples == 1 ? "" : "s")") }
    if let most = taskRun.percentile95 { facts.append("p95 \(TimeText.span(most))") }
    if let maximum = taskRun.maximum { facts.append("maximum \(TimeText.span(maximum))") }
    if !facts.isEmpty { spans.append(Span(" (\(facts.joined(separator: ", ")))", .dim)) }
    return spans
  }

  private func worker(_ taskRun: TaskRun, _ painter: inout Painter, _ world: World) -> [Span] {
    guard taskRun.state.isEnd || taskRun.state.isInFlight else {
      return [Span(taskRun.worker.map { "none, the last was \($0)" } ?? "none yet", .dim)] + priority(taskRun)
    }
    var spans = [Span(taskRun.worker ?? "none")]
    if let startedAt = taskRun.startedAt {
      spans.append(Span("   started \(TimeText.near(startedAt, painter.now, world.zone))"))
    }
    if taskRun.state.isInFlight, let heardAt = taskRun.heardAt {
      if taskRun.silence(painter.now) != nil {
        spans.append(Span("   silent for \(painter.running(since: heardAt))", .paused))
      } else {
        painter.redraw(at: heardAt + TaskRun.silenceShown + .seconds(1))
      }
    }
    return spans + priority(taskRun)
  }

  private func priority(_ taskRun: TaskRun) -> [Span] {
    taskRun.priority == 0 ? [] : [Span("   priority \(taskRun.priority)", .dim)]
  }

  private func drawRecent(_ recent: [Duration], _ painter: inout Painter, _ rect: Rect) {
    let most = max(recent.max() ?? .zero, .milliseconds(1))
    let heights = recent.reversed().map { Int($0 / most * 1000) }
    painter.heights(heights, row: rect.row, column: rect.column, width: min(heights.count, rect.columns))
    let used = min(heights.count, rect.columns) + 2
    painter.text(
      "\(TimeText.span(recent.min() ?? .zero)) to \(TimeText.span(most))", row: rect.row,
      column: rect.column + used,
      width: rect.columns - used, .dim)
  }

  // Neighbours and attempts ---------------------------------------------------------------------------------

  private func before(_ detail: TaskDetail) -> [ShapeLink] {
    (detail.shape?.links ?? []).filter { $0.isEnabled && $0.to == detail.taskRun.taskID }
  }

  private func after(_ detail: TaskDetail) -> [ShapeLink] {
    (detail.shape?.links ?? []).filter { $0.isEnabled && $0.from == detail.taskRun.taskID }
  }

  private func links(_ detail: TaskDetail, _ signs: Signs, isWide: Bool) -> [Span] {
    func list(_ links: [ShapeLink], _ end: (ShapeLink) -> Int32) -> [Span] {
      links.enumerated().flatMap { offset, link -> [Span] in
        let other = detail.neighbours.first { $0.taskID == end(link) && $0.item == nil }
        let name = detail.shape?.tasks.first { $0.id == end(link) }?.name ?? other?.name ?? "?"
        let condition = link.condition == .success ? "" : " (\(link.condition))"
        var spans = [Span(offset == 0 ? "" : ", ")]
        if let state = other?.state {
          spans.append(Span("\(state.sign(signs)) \(name)\(isWide ? " \(state.name)" : "")", state.role))
        } else {
          spans.append(Span(name))
        }
        return spans + [Span(condition, .dim)]
      }
    }
    let (before, after) = (before(detail), after(detail))
    var spans: [Span] = before.isEmpty ? [] : [Span("after ", .dim)] + list(before) { $0.from }
    if !after.isEmpty { spans += [Span(before.isEmpty ? "then " : "   then ", .dim)] + list(after) { $0.to } }
    return spans
  }

  private func attempt(_ attempt: Attempt, _ painter: Painter, _ world: World) -> [Span] {
    let state = attempt.state
    var spans = [Span("\(attempt.number) "), Span("\(state.sign(painter.signs)) \(state.name)", state.role)]
    if let how = attempt.signal.map({ "signal \($0)" }) ?? attempt.exitCode.map({ "exit \($0)" }) {
      spans.append(Span(" \(how)"))
    }
    if let startedAt = attempt.startedAt {
      spans.append(Span("  \(TimeText.near(startedAt, painter.now, world.zone))"))
    }
    spans.append(Span("  took \(TimeText.span(attempt.duration))"))
    if let worker = attempt.worker { spans.append(Span(" on \(worker)")) }
    if let reason = attempt.reason { spans.append(Span("  \(reason)", .paused)) }
    if attempt.processor > .zero { spans.append(Span("  cpu \(TimeText.span(attempt.processor))", .dim)) }
    if attempt.peakKiB > 0 { spans.append(Span("  peak \(byteText(attempt.peakKiB * 1024))", .dim)) }
    if attempt.isCut { spans.append(Span("  output cut", .paused)) }
    return spans
  }
}
