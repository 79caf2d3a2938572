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

  private func drawHints(_ painter: inout Painter, _ rect: Rect, _ room: any Room) {
    guard !rect.isEmpty else { return }
    painter.fill(rect, .hint)
    if let prompt {
      let mark = painter.text(
        prompt.action == .find ? "find /" : "/", row: rect.row, column: 0, width: rect.columns, .key)
      return painter.line(prompt.edit, row: rect.row, column: mark, width: rect.columns - mark, .hint)
    }
    if let question = overlay?.shortQuestion {
      return drawLine(question, &painter, rect)
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
