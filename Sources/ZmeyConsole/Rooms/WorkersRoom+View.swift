import ZmeyCore

extension WorkersRoom {
  /// How the view is divided.
  struct Layout {
    let schedulers: Rect
    let workers: Rect
    let resources: Rect

    init(_ rect: Rect, _ pane: Pane, _ world: World) {
      guard rect.rows >= 14 else {
        // One at a time; Tab shows the other.
        schedulers = pane == .schedulers ? rect : rect.top(0)
        workers = pane == .workers ? rect : rect.top(0)
        resources = rect.top(0)
        return
      }
      let count = world.cluster?.resources.count ?? 0
      let lines = (count + Self.sideBySide(rect) - 1) / Self.sideBySide(rect)
      let tail = count == 0 || rect.rows < 18 ? 0 : min(lines + 2, rect.rows / 4)
      schedulers = rect.top(min(max(1, world.cluster?.schedulers.count ?? 0) + 3, rect.rows / 3))
      workers = rect.below(schedulers.rows).top(rect.rows - schedulers.rows - tail)
      resources = rect.below(rect.rows - tail)
    }

    /// How many resources stand side by side.
    static func sideBySide(_ rect: Rect) -> Int { max(1, (rect.columns - 2) / resourceWidth) }
    /// How many columns a resource takes, with its bar.
    static let resourceWidth = 38
  }

  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    let layout = Layout(rect, pane, world)
    let workers = workers(world, painter.now)
    drawSchedulers(&painter, layout.schedulers, world, first: workers.count)
    drawWorkers(workers, &painter, layout.workers, world)
    draw(world.cluster?.resources ?? [], &painter, layout.resources)
  }

  private func drawSchedulers(_ painter: inout Painter, _ rect: Rect, _ world: World, first: Int) {
    guard !rect.isEmpty else { return }
    let schedulers = schedulers(world)
    let isFocused = pane == .schedulers
    let note =
      world.cluster == nil
      ? "reading"
      : schedulers.isEmpty
        ? schedulerFilter.isEmpty ? "no schedulers" : "no scheduler passes the filter" : nil
    let content = painter.pane(
      rect, title: [Span("schedulers", .title)], right: "\(schedulers.count)", isFocused: isFocused,
      note: note)
    guard note == nil else { return }
    Self.schedulerTable(world).draw(
      schedulers, schedulers.map(\.name), schedulerCursor, &painter, in: content, isFocused: isFocused,
      first: first)
  }

  private static func schedulerTable(_ world: World) -> TableView<Scheduler> {
    TableView([
      .text("name", 10...20) { $0.name },
      .text("host", 9...20, from: 60) { $0.host ?? "-" },
      .init("state", 12...120) { scheduler, painter in .text([scheduler.span(painter.signs)]) },
      .text("since", 14...14, from: 76) { scheduler in
        scheduler.isRunning ? scheduler.startedAt.map { TimeText.date($0, world.zone) } ?? "-" : "-"
      },
      .text("release", 7...12, from: 60) { $0.release ?? "-" },
      .text("workers", 7...7, align: .right) { "\($0.workers)" },
    ])
  }

  private func drawWorkers(_ workers: [Worker], _ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard !rect.isEmpty else { return }
    let isFocused = pane == .workers
    let note =
      world.cluster == nil
      ? "reading" : workers.isEmpty ? filter.isEmpty ? "no workers" : "no worker passes the filter" : nil
    let busy = workers.reduce(0) { $0 + $1.busy }
    let slots = workers.reduce(0) { $0 + $1.slots }
    let marks = cursor.marks.isEmpty ? "" : "\(cursor.marks.count) marked  "
    let content = painter.pane(
      rect, title: [Span("workers", .title)], right: "\(marks)slots \(busy)/\(slots)", isFocused: isFocused,
      note: note)
    guard note == nil else { return }
    Self.table(content.columns).draw(
      workers, workers.map(\.name), cursor, &painter, in: content, isFocused: isFocused)
  }

  private static func table(_ columns: Int) -> TableView<Worker> {
    TableView([
      .text("name", 10...20) { $0.name },
      .text("host", 8...16, from: 60) { $0.host ?? "-" },
      .text("scheduler", 10...14, from: 120) { $0.scheduler },
      // Room for who drained it.
      .init("state", (columns < 60 ? 12 : 17)...32) { worker, painter in .text(worker.look(&painter)) },
      .init("slots", 11...16, from: 34) { worker, _ in
        .bar(
          permille: worker.slots == 0 ? 0 : worker.busy * 1000 / worker.slots,
          "\(worker.busy)/\(worker.slots)")
      },
      .text("load", 5...5, align: .right, from: 60) { worker in
        worker.isLinked ? worker.load.map { "\($0 / 100).\($0 / 10 % 10)" } ?? "-" : "-"
      },
      .text("release", 7...10, from: 90) { $0.release ?? "-" },
      .text("labels", 8...18, from: 120) { $0.labels.joined(separator: " ") },
      .text("tasks", 11...200, from: 70) { $0.tasks.isEmpty ? "-" : $0.tasks.joined(separator: ", ") },
    ])
  }

  private func draw(_ resources: [Cluster.Resource], _ painter: inout Painter, _ rect: Rect) {
    guard !rect.isEmpty else { return }
    let content = painter.pane(rect, title: [Span("resources", .title)], isFocused: false)
    let (width, columns) = (Layout.resourceWidth, Layout.sideBySide(rect))
    for (index, resource) in resources.prefix(columns * content.rows).enumerated() {
      let (row, column) = (content.row + index / columns, content.column + 1 + index % columns * width)
      painter.text(resource.name, row: row, column: column, width: min(16, content.columns - 1))
      painter.bar(
        row: row, column: column + 17, width: 8,
        permille: resource.amount == 0 ? 0 : resource.used * 1000 / resource.amount)
      painter.text("\(resource.used)/\(resource.amount)", row: row, column: column + 26, width: width - 28)
    }
  }
}

extension Scheduler {
  /// How a scheduler stands.
  enum State: String {
    case running, paused, down
  }

  /// How it stands.
  var state: State { !isRunning ? .down : pausedBy == nil ? .running : .paused }

  /// How it stands, in a few words.
  fileprivate func span(_ signs: Signs) -> Span {
    let paused = pausedBy.map { "paused by \($0)\(pauseReason.map { ": \($0)" } ?? "")" }
    return switch state {
    case .running: Span("\(signs.succeeded) running", .success)
    case .paused: Span("\(signs.paused) \(paused ?? "")", .paused)
    case .down: Span("\(signs.failed) down\(paused.map { ", \($0)" } ?? "")", .failed)
    }
  }
}

extension Worker {
  /// How a worker stands.
  enum State: String {
    case linked, silent, lost, drained
  }

  /// How it stands.
  func state(_ now: Moment) -> State {
    if !isLinked { return .lost }
    if drainedBy != nil { return .drained }
    return isSilent(now) ? .silent : .linked
  }

  private func isSilent(_ now: Moment) -> Bool { heardAt.map { now - $0 > TaskRun.silenceShown } ?? false }

  /// How it stands, in a few words; drawn again once its silence is worth a word.
  fileprivate func look(_ painter: inout Painter) -> [Span] {
    let signs = painter.signs
    let drained = drainedBy.map { "by \($0)\(drainReason.map { ": \($0)" } ?? "")" }
    switch state(painter.now) {
    case .lost:
      let silence = heardAt.map { " \(painter.running(since: $0))" } ?? ""
      return [Span("\(signs.failed) lost\(silence)\(drained == nil ? "" : ", drained")", .failed)]
    case .drained:
      return [Span("\(signs.drain) drained", .paused)] + silence(&painter) + [
        Span(" \(drained ?? "")", .paused)
      ]
    case .silent, .linked:
      let silence = silence(&painter)
      return silence.isEmpty ? [Span("\(signs.succeeded) linked", .success)] : silence
    }
  }

  private func silence(_ painter: inout Painter) -> [Span] {
    guard let heardAt else { return [] }
    if isSilent(painter.now) {
      let sign = drainedBy == nil ? "\(painter.signs.overdue)" : ","
      return [Span("\(sign) silent \(painter.running(since: heardAt))", .paused)]
    }
    painter.redraw(at: heardAt + TaskRun.silenceShown + .seconds(1))
    return []
  }
}
