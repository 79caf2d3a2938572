import ZmeyCore

extension Console {
  var layout: Layout { Layout(size, hasBanner: isLost) }

  /// The world as it is shown: as it was when the screen was frozen.
  private var shown: World {
    guard let frozen else { return world }
    var shown = frozen.world
    shown.link = world.link
    shown.isAbsoluteTime = world.isAbsoluteTime
    return shown
  }

  /// The picture of now.
  public func frame() -> Frame { frame(at: now) }

  /// The picture at a time.
  public func frame(at now: Moment) -> Frame {
    var painter = Painter(size, tier: tier, now: now)
    let layout = layout
    let room = rooms[place]
    let shown = shown
    if !layout.body.isEmpty { room.draw(&painter, in: layout.body, shown) }
    drawHeader(&painter, layout.header, shown)
    drawTabs(&painter, layout.tabs, room.crumbs(shown))
    drawBanner(&painter, layout.banner)
    drawHints(&painter, layout.hints, room)
    if let overlay { draw(overlay, &painter) }
    return Frame(
      grid: painter.grid, cursor: painter.cursor, wake: painter.wake.map(Self.wholeSecond),
      targets: painter.targets)
  }

  /// What changes within one second is drawn at its end, all at once.
  private static func wholeSecond(_ moment: Moment) -> Moment {
    Moment(microseconds: (moment.microseconds + 999_999) / 1_000_000 * 1_000_000)
  }

  private func drawHeader(_ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard !rect.isEmpty else { return }
    painter.fill(rect, .header)
    let isWide = rect.columns >= 160
    let signs = painter.signs
    var left = [Span(" zmtui  ", .header)]
    if let identity = world.identity {
      let cluster = identity.cluster.isEmpty ? "" : "\(identity.cluster) \(signs.waiting) "
      left.append(Span("\(cluster)\(identity.user)@\(identity.host)/\(identity.database)   ", .header))
    }
    let counts = headerCounts(world, signs)
    left += counts.map { count in
      Span(
        isWide ? "\(count.sign) \(count.number) \(count.word)   " : "\(count.sign)\(count.number) ", .header)
    }
    if isWide {
      let totals = world.totals
      left.append(
        Span(
          "   schedulers \(totals.schedulersRunning)/\(totals.schedulers)   workers \(totals.workersLinked)/\(totals.workers)"
            + "   slots \(totals.slotsBusy)/\(totals.slots)", .header))
    }
    painter.line(
      left, right: [Span(headerState(signs), .header)], row: rect.row, column: 0, width: rect.columns)
  }

  private func headerState(_ signs: Signs) -> String {
    if let frozen { return "FROZEN +\(frozen.news) " }
    switch world.link {
    case .connecting: return "connecting "
    case .live:
      if let obstacle = world.totals.obstacle { return "\(signs.warning) \(obstacle) " }
      return world.readOnlyReason == nil ? "\(signs.live) live " : "\(signs.live) read only "
    case .lost: return "\(signs.warning) lost "
    }
  }

  private func headerCounts(_ world: World, _ signs: Signs) -> [(sign: Character, number: Int, word: String)]
  {
    let pipelines = world.board?.pipelines ?? []
    var (paused, failed, succeeded) = (0, 0, 0)
    for pipeline in pipelines {
      for taskRun in pipeline.taskRuns where taskRun.state == .paused || taskRun.state == .held {
        paused += 1
      }
      if pipeline.run?.state == .failed { failed += 1 }
      if pipeline.run?.state == .succeeded { succeeded += 1 }
    }
    return [
      (signs.running, world.totals.running, "running"), (signs.queued, world.totals.queued, "queued"),
      (signs.paused, paused, "paused"), (signs.failed, failed, "failed"), (signs.succeeded, succeeded, "ok"),
    ]
  }

  private func drawTabs(_ painter: inout Painter, _ rect: Rect, _ crumbs: String) {
    guard !rect.isEmpty else { return }
    painter.fill(rect)
    // Where not all titles have room, only that of the view that is shown.
    let current = place.tab ?? places.last { $0.tab != nil }?.tab ?? .board
    let full = Tab.allCases.reduce(1) { $0 + $1.title.count + 5 }
    var column = 1
    for tab in Tab.allCases {
      let title = full <= rect.columns || tab == current ? "\(tab.rawValue) \(tab.title)" : "\(tab.rawValue)"
      let text = tab == current ? "[\(title)]" : " \(title) "
      let width = painter.text(
        text, row: rect.row, column: column, width: rect.columns - column, tab == current ? .focus : .dim)
      painter.target(.tab(tab), Rect(row: rect.row, column: column, rows: 1, columns: width))
      column += width
    }
    let room = rect.columns - column - 2
    if room > 4 {
      painter.text(
        crumbs, row: rect.row, column: rect.columns - 1 - min(room, painter.columns(crumbs)), width: room,
        .dim, align: .end)
    }
  }

  private func drawBanner(_ painter: inout Painter, _ rect: Rect) {
    guard !rect.isEmpty, case .lost(let since, let reason, let attempt, let next) = world.link else { return }
    painter.fill(rect, .banner)
    let age = painter.running(since: since)
    let wait = painter.remaining(until: next)
    let refresh = world.keys.keyName(.refresh).map { " - \($0) now" } ?? ""
    painter.text(
      " \(painter.signs.warning) database lost \(TimeText.clock(since, world.zone)) - data \(age) old, READ ONLY"
        + " - try \(attempt) in \(wait)\(refresh) - \(reason)",
      row: rect.row, column: 0, width: rect.columns, .banner)
  }

  private func drawHints(_ painter: inout Painter, _ rect: Rect, _ room: any Room) {
    guard !rect.isEmpty else { return }
    painter.fill(rect, .hint)
    if let prompt {
      let mark = painter.text(
        prompt.action == .find ? "find /" : "/", row: rect.row, column: 0, width: rect.columns, .key)
      return painter.line(prompt.edit, row: rect.row, column: mark, width: rect.columns - mark, .hint)
    }
    if let question = overlay?.shortQuestion {
      painter.fill(rect, .danger)
      let width = painter.text(" \(question) y/N ", row: rect.row, column: 0, width: rect.columns, .danger)
      return painter.cursor = (rect.row, min(width, rect.columns - 1))
    }
    if let message, message.until > painter.now {
      painter.redraw(at: message.until)
      return _ = painter.text(
        " \(message.text)", row: rect.row, column: 0, width: rect.columns, message.isError ? .banner : .hint)
    }
    // A box that is open says itself what its keys are.
    guard overlay == nil else { return }
    let isReadOnly = world.readOnlyReason != nil
    let hints = room.hints(world).filter { !isReadOnly || !$0.action.changes }
    drawKeys(&painter, rect, hints, filter: room.filterLabel)
  }

  private func drawKeys(_ painter: inout Painter, _ rect: Rect, _ hints: [Hint], filter: String) {
    var column = 1
    let right = filter.isEmpty ? "" : " \(filter) "
    let end = max(0, rect.columns - painter.columns(right))
    let common = [Hint(action: .palette, label: "command"), Hint(action: .help, label: "help")]
    for hint in hints + common {
      guard let key = world.keys.keyName(hint.action) else { continue }
      let width = painter.columns(key) + painter.columns(hint.label) + 1
      guard column + width <= end else { continue }
      painter.target(.action(hint.action), Rect(row: rect.row, column: column, rows: 1, columns: width))
      column += painter.text(key, row: rect.row, column: column, width: end - column, .key)
      column +=
        1 + painter.text(hint.label, row: rect.row, column: column + 1, width: end - column - 1, .hint)
      column += 2
    }
    painter.text(right, row: rect.row, column: end, width: painter.columns(right), .key)
  }
}
