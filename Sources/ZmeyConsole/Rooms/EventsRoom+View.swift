import ZmeyCore
import ZmeySchedule

extension EventsRoom {
  /// How the view is divided.
  struct Layout {
    /// The next day; empty where there is no room for it.
    let timeline: Rect
    let list: Rect
    let ledger: Rect

    init(_ rect: Rect, _ pane: Pane, _ world: World) {
      timeline = rect.top(rect.rows >= 16 ? 3 : 0)
      let rest = rect.below(timeline.rows)
      if rest.rows < 10 {
        // One at a time; Tab shows the other.
        list = pane == .events ? rest : rest.top(0)
      } else {
        let least = max(5, rest.rows * 2 / 5)
        list = rest.top(min(max(5, (world.events?.count ?? 0) + 3), rest.rows - least))
      }
      ledger = rest.below(list.rows)
    }
  }

  func crumbs(_ world: World) -> String { narrowed.map { "ledger of \($0.name)" } ?? "next 24 hours" }

  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    let layout = Layout(rect, pane, world)
    let events = events(world)
    if !layout.timeline.isEmpty {
      DayPlan(events, now: painter.now, zone: world.zone, columns: rect.columns - 2)
        .draw(&painter, in: layout.timeline)
    }
    draw(events, &painter, layout.list, world)
    drawLedger(&painter, layout.ledger, world, first: events.count)
  }

  private func draw(_ events: [Event], _ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard !rect.isEmpty else { return }
    let marks = cursor.marks.isEmpty ? "" : "\(cursor.marks.count) marked  "
    let note =
      world.events == nil
      ? "reading" : events.isEmpty ? filter.isEmpty ? "no events" : "no event passes the filter" : nil
    let content = painter.pane(
      rect, title: [Span("events", .title)], right: "\(marks)\(events.count)", isFocused: pane == .events,
      note: note)
    if note == nil {
      Self.table(world).draw(
        events, events.map(\.id), cursor, &painter, in: content, isFocused: pane == .events)
    }
  }

  private static func table(_ world: World) -> TableView<Event> {
    TableView([
      .init("when", 11...11, from: 60) { event, painter in
        .text([Span(event.nextDue.map { due($0, painter.now, world.zone) } ?? "-")])
      },
      .init("in", 6...6, from: 34) { event, painter in
        guard let due = event.nextDue else { return .text([Span("-", .dim)]) }
        return .text([due > painter.now ? Span(painter.remaining(until: due)) : Span("due", .running)])
      },
      .init("name", 14...30) { event, _ in .text(Span.owned(event.definition.name, event.owner, world)) },
      .text("rule", 13...28, from: 60) { $0.rule },
      .text("starts", 11...40, from: 76) { $0.definition.start.joined(separator: ", ") },
      .init("state", 14...200) { event, painter in .text([event.state.span(painter.signs)]) },
    ])
  }

  /// A time within the next day by the clock, a later one with its date.
  private static func due(_ moment: Moment, _ now: Moment, _ zone: TimeZoneRules) -> String {
    if moment - now >= .seconds(86_400) { return String(TimeText.date(moment, zone).dropLast(3)) }
    let clock = TimeText.clock(moment, zone)
    return clock.hasSuffix(":00") ? String(clock.dropLast(3)) : clock
  }

  private func drawLedger(_ painter: inout Painter, _ rect: Rect, _ world: World, first: Int) {
    guard !rect.isEmpty else { return }
    let fires = fires(world)
    let note =
      !isLedgerKnown(world)
      ? "reading"
      : fires.isEmpty ? ledgerFilter.isEmpty ? "nothing was due yet" : "nothing passes the filter" : nil
    let content = painter.pane(
      rect, title: [Span("ledger" + (narrowed.map { " of \($0.name)" } ?? ""), .title)],
      right: "\(fires.count)",
      isFocused: pane == .ledger, note: note)
    if note == nil {
      Self.ledgerTable(world).draw(
        fires, fires.map(\.id), ledgerCursor, &painter, in: content, isFocused: pane == .ledger, first: first)
    }
  }

  private static func ledgerTable(_ world: World) -> TableView<Fire> {
    TableView([
      .init("due", 14...14, from: 60) { fire, _ in .text([Span(TimeText.date(fire.dueAt, world.zone), .dim)])
      },
      .init("outcome", 11...11) { fire, painter in .text([fire.look(painter.signs)]) },
      .init("event", 12...30) { fire, _ in .text(Span.owned(fire.event, fire.owner, world)) },
      .text("run", 12...16, from: 60) { fire in
        guard let run = fire.runs.first else { return "-" }
        return fire.runs.count > 1 ? "\(run) +\(fire.runs.count - 1)" : "\(run)"
      },
      .text("reason", 12...200) { fire in
        [fire.count > 1 ? "\(fire.count) times" : nil, fire.reason].compactMap { $0 }.joined(separator: ": ")
      },
    ])
  }
}

extension Event {
  /// How an event stands.
  enum State: Hashable {
    case on
    case off
    /// It cannot be reckoned when it is due.
    case broken(String)
    /// It is on, but the last time went wrong or was left out.
    case last(String, isBad: Bool)

    /// By which it is filtered.
    var word: String {
      switch self {
      case .on: "on"
      case .off: "off"
      case .broken: "problem"
      case .last(let outcome, _): outcome
      }
    }

    func span(_ signs: Signs) -> Span {
      switch self {
      case .on: Span("\(signs.succeeded) on", .success)
      case .off: Span("\(signs.paused) off", .paused)
      case .broken(let problem): Span("\(signs.failed) problem: \(problem)", .failed)
      case .last(let outcome, true): Span("\(signs.failed) last \(outcome)", .failed)
      case .last(let outcome, false): Span("\(signs.overdue) last \(outcome)", .paused)
      }
    }
  }

  /// How it stands.
  var state: State {
    if !definition.isEnabled { return .off }
    if let problem { return .broken(problem) }
    switch lastOutcome {
    case "failed", "missed": return .last(lastOutcome ?? "", isBad: true)
    case "skipped": return .last("skipped", isBad: false)
    default: return .on
    }
  }
}

extension Fire {
  /// What came of it, in a word.
  fileprivate func look(_ signs: Signs) -> Span {
    let word = outcome.replacing("_", with: " ")
    return switch outcome {
    case "started", "caught_up": Span("\(signs.succeeded) \(word)", .success)
    case "queued": Span("\(signs.queued) \(word)", .queued)
    case "skipped": Span("\(signs.skipped) \(word)", .waiting)
    default: Span("\(signs.failed) \(word)", .failed)
    }
  }
}
