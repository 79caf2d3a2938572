import ZmeyCore

extension BoardRoom {
  /// The task run whose output the side pane shows: of the task under the cursor, else of the first that is at work or
  /// failed. Nil while there is no such pane.
  func outputTask(_ world: World) -> TaskRunID? {
    guard Self.paneColumns(body) > 0, body.rows >= Self.tall - 3,
      let pipeline = current(items(world))?.pipeline
    else { return nil }
    if let task { return pipeline.taskRuns.first { $0.name == task && $0.attempt > 0 }?.id }
    let begun = pipeline.taskRuns.filter { $0.attempt > 0 }.sorted { $0.id < $1.id }
    return
      (begun.first { $0.state.isInFlight } ?? begun.first { $0.state.role == .failed } ?? begun.last)?.id
  }

  /// The side pane: what is known of the box under the cursor.
  func drawPane(_ painter: inout Painter, _ rect: Rect, _ item: BoardItem, _ board: Board, _ world: World) {
    let tasks = item.pipeline.map { BoardTasks($0, board) }
    let times =
      tasks.map { RunTimes(item.run, $0, now: painter.now) }
      ?? item.run.map { RunTimes(batch: $0, now: painter.now) }
    let facts = facts(item, times, &painter, world)
    let selected = task.flatMap { tasks?.index(of: $0) }
    let selectedFacts = selected.flatMap { index in tasks.map { self.links(of: index, $0) } } ?? []
    let detail = rect.top(facts.count + selectedFacts.count + 2)
    drawDetail(&painter, detail, item, facts + selectedFacts, times)
    guard let tasks else { return }
    var rest = rect.below(detail.rows)
    let hasOutput = rect.rows >= Self.tall - 3
    let running = tasks.runs.count { $0?.progress(painter.now) != nil && $0?.state.isInFlight == true }
    let table = rest.top(
      hasOutput
        ? max(4, min(3 + tasks.shape.tasks.count + running, max(rest.rows / 2, rest.rows - 25))) : rest.rows)
    drawTable(&painter, table, tasks, selected)
    rest = rest.below(table.rows)
    if hasOutput, rest.rows >= 3 { drawOutput(&painter, rest, item, tasks, world) }
  }

  /// A line of facts: what, and the fact.
  private typealias Fact = (label: String, spans: [Span])

  private func facts(_ item: BoardItem, _ times: RunTimes?, _ painter: inout Painter, _ world: World)
    -> [Fact]
  {
    var facts: [Fact] = []
    var owner = item.owner
    if let pipeline = item.pipeline { owner += "   version \(pipeline.version)" }
    facts.append(("owner", [Span(owner)]))
    if let run = item.run {
      let by = run.event.map { "event \($0)" } ?? run.createdBy
      let again = run.rerunOf.map { ", again \($0)" } ?? ""
      facts.append(("started", [Span("\(painter.past(run.createdAt, world)) by \(by)\(again)")]))
      if let finishedAt = run.finishedAt {
        facts.append(("ended", [Span(painter.past(finishedAt, world))]))
      }
    }
    if let times {
      var spans: [Span] = []
      if let run = item.run, let elapsed = times.elapsed {
        spans.append(
          Span(run.finishedAt == nil ? painter.running(since: run.createdAt) : TimeText.span(elapsed)))
      }
      if let average = times.average, average > .zero {
        spans.append(Span("\(spans.isEmpty ? "" : "   ")usually \(TimeText.span(average))", .dim))
      }
      if !spans.isEmpty { facts.append((item.run == nil ? "time" : "elapsed", spans)) }
      if let run = item.run, run.state == .running {
        let bar = painter.bar(of: run, times, item.phase, width: 34)
        facts.append(("progress", bar + [Span(" \(times.permille(run) / 10)%")]))
      }
      if item.phase != .paused, let remaining = times.remaining, remaining > .zero {
        let end = TimeText.clock(painter.now + remaining, world.zone)
        facts.append(
          ("ETA", [Span(String(end.prefix(5))), Span("   \(TimeText.estimate(remaining)) left", .dim)]))
      }
    }
    if let note = item.run?.note { facts.append(("failed", [Span(note, .failed)])) }
    if let pipeline = item.pipeline {
      if pipeline.isPaused {
        facts.append(("paused", [Span("runs that begin are held until it is resumed", .paused)]))
      }
      if pipeline.live > 1 { facts.append(("runs", [Span("\(pipeline.live) go on, this is the newest")])) }
      if !pipeline.description.isEmpty { facts.append(("for", [Span(pipeline.description)])) }
    }
    return facts
  }

  /// What links join a task with, in words.
  private func links(of task: Int, _ tasks: BoardTasks) -> [Fact] {
    let shape = tasks.shape
    let id = shape.tasks[task].id
    let names = Dictionary(shape.tasks.map { ($0.id, $0.name) }) { first, _ in first }
    func words(_ links: [ShapeLink], _ end: (ShapeLink) -> Int32) -> String {
      links.compactMap { link in
        names[end(link)].map { name in
          name + (link.condition == .success ? "" : " (\(link.condition))") + (link.isEnabled ? "" : " (off)")
        }
      }.joined(separator: ", ")
    }
    let before = words(shape.links.filter { $0.to == id }) { $0.from }
    let after = words(shape.links.filter { $0.from == id }) { $0.to }
    return [("task", [Span(shape.tasks[task].name, .title)])]
      + (before.isEmpty ? [] : [("after", [Span(before)])]) + (after.isEmpty ? [] : [("then", [Span(after)])])
  }

  private func drawDetail(
    _ painter: inout Painter, _ rect: Rect, _ item: BoardItem, _ facts: [Fact], _ times: RunTimes?
  ) {
    var title = [Span(item.name, .title)]
    if let run = item.run { title.append(Span(" \(painter.signs.waiting) run \(run.id)", .dim)) }
    let phase = item.phase
    let right = [Span("\(phase.sign(painter.signs)) \(phase.word)", phase.role)]
    painter.box(rect, title: title, right: right)
    let inside = rect.inside
    for (offset, fact) in facts.prefix(inside.rows).enumerated() {
      let row = inside.row + offset
      painter.text(fact.label, row: row, column: inside.column + 1, width: 9, .dim)
      painter.spans(fact.spans, row: row, column: inside.column + 11, width: inside.columns - 12)
    }
  }

  private func drawTable(_ painter: inout Painter, _ rect: Rect, _ tasks: BoardTasks, _ selected: Int?) {
    painter.box(rect, title: [Span("tasks", .title)], right: [Span("\(tasks.shape.tasks.count)", .dim)])
    let inside = rect.inside
    guard inside.rows > 1 else { return }
    let width = inside.columns - 2
    let columns = [
      (text: "task", at: 2, width: width - 45), (text: "state", at: width - 42, width: 10),
      (text: "worker", at: width - 31, width: 9), (text: "try", at: width - 21, width: 4),
      (text: "elapsed / usual", at: width - 16, width: 16),
    ]
    func draw(_ texts: [String], _ row: Int, _ roles: [Role]) {
      for (column, (text, role)) in zip(columns, zip(texts, roles)) {
        painter.text(text, row: row, column: inside.column + 1 + column.at, width: column.width, role)
      }
    }
    draw(columns.map(\.text), inside.row, Array(repeating: .dim, count: columns.count))
    let order = tasks.graph.columns.joined().compactMap(\.task)
    let at = selected.flatMap { order.firstIndex(of: $0) } ?? 0
    var row = inside.row + 1
    let first = max(0, min(at - inside.rows + 3, order.count - inside.rows + 1))
    for task in order.dropFirst(first) where row < inside.end {
      let (shape, taskRun) = (tasks.shape.tasks[task], tasks.runs[task])
      let role = taskRun?.state.role ?? .dim
      let usual = (taskRun?.average ?? shape.average).map(TimeText.span) ?? "-"
      let elapsed = taskRun.flatMap { painter.elapsed(of: $0) } ?? "-"
      painter.run(
        taskRun?.state.sign(painter.signs) ?? painter.signs.waiting, row: row, column: inside.column + 1,
        count: 1, role)
      draw(
        [
          shape.name, taskRun?.state.name ?? (shape.isEnabled ? "-" : "off"), taskRun?.worker ?? "-",
          taskRun.map { $0.attempt == 0 ? "-" : "\($0.attempt)" } ?? "-", "\(elapsed) / \(usual)",
        ], row, [task == selected ? .focus : .text, role, .text, .text, .text])
      row += 1
      if let taskRun, taskRun.state.isInFlight, let progress = taskRun.progress(painter.now), row < inside.end
      {
        let percent = painter.percent(of: taskRun) ?? ""
        let bar = painter.bar(of: taskRun, progress, width: width - 9)
        painter.spans(
          bar + [Span(" \(percent)")], row: row, column: inside.column + 3, width: width - 2)
        row += 1
      }
    }
  }

  /// Whether the task under the cursor, or any if there is none, has run.
  private func hasBegun(_ tasks: BoardTasks) -> Bool {
    tasks.runs.contains { taskRun in taskRun.map { $0.attempt > 0 && (task ?? $0.name) == $0.name } ?? false }
  }

  private func drawOutput(
    _ painter: inout Painter, _ rect: Rect, _ item: BoardItem, _ tasks: BoardTasks, _ world: World
  ) {
    let id = outputTask(world)
    let name = tasks.runs.compactMap { $0 }.first { $0.id == id }?.name
    let isKnown = id != nil && output.id == id
    painter.box(
      rect,
      title: [
        Span("output", .title), Span(name.map { " \(painter.signs.waiting) \($0)" } ?? "", .dim),
      ],
      right: isKnown
        ? [Span(output.isComplete ? "end" : "\(painter.signs.live) follows", .dim)] : [])
    let inside = rect.inside
    guard isKnown else {
      // Task runs come later than the run, and which is shown is known with them.
      let isEmpty = item.run == nil || id == nil && tasks.runs.contains { $0 != nil } && !hasBegun(tasks)
      let text = isEmpty ? "nothing has run yet" : "reading \(painter.signs.ellipsis)"
      return _ = painter.text(
        text, row: inside.row, column: inside.column + 1, width: inside.columns - 2, .dim)
    }
    for (offset, line) in output.text.lines.suffix(inside.rows).enumerated() {
      painter.text(
        output.text[line].text, row: inside.row + offset, column: inside.column + 1, width: inside.columns - 2
      )
    }
  }
}
