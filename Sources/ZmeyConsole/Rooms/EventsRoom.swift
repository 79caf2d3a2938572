import ZmeyCore

/// Timers: when each is due next, and the ledger of what came of them.
struct EventsRoom: Room {
  /// What keys may mean.
  enum Pane {
    case events, ledger
  }

  /// By what an event is known: names are unique among their owner's.
  struct ID: Hashable {
    let name: String
    let owner: String

    init(_ name: String, _ owner: String) {
      self.name = name
      self.owner = owner
    }
  }

  /// By what a fire is known.
  struct FireID: Hashable {
    let event: ID
    let dueAt: Moment
    let at: Moment
  }

  var pane = Pane.events
  var cursor = ListCursor<ID>()
  var filter = Filter()
  var ledgerCursor = ListCursor<FireID>()
  var ledgerFilter = Filter()
  /// The event whose ledger is shown alone.
  var narrowed: ID?

  var scopes: [Scope] { pane == .events ? [.events, .lists] : [.lists] }

  func wants(_ world: World) -> [Query] { [.events, ledgerQuery] }

  private var ledgerQuery: Query { .fires(event: narrowed?.name, limit: 100) }

  func hints(_ world: World) -> [Hint] {
    switch pane {
    case .events:
      [
        Hint(action: .open, label: narrowed == nil ? "its ledger" : "ledger"),
        Hint(action: .fire, label: "fire"),
        Hint(action: .disable, label: "off"), Hint(action: .enable, label: "on"),
        Hint(action: .new, label: "new"),
        Hint(action: .edit, label: "edit"), Hint(action: .filter, label: "filter"),
        Hint(action: .nextPane, label: "ledger"),
      ]
    case .ledger:
      [
        Hint(action: .open, label: "its run"), Hint(action: .filter, label: "filter"),
        Hint(action: .nextPane, label: "events"),
      ]
    }
  }

  // What is listed ------------------------------------------------------------------------------------------

  /// The events that the filter shows: the next due first, those that are not due last.
  func events(_ world: World) -> [Event] {
    (world.events ?? []).filter { event in
      filter.passes(
        [event.definition.name, event.rule, event.owner] + event.definition.start,
        ["owner": [event.owner], "state": [event.state.word]])
    }.sorted { left, right in
      let (first, second) = (left.nextDue?.microseconds ?? .max, right.nextDue?.microseconds ?? .max)
      return (first, left.definition.name, left.owner) < (second, right.definition.name, right.owner)
    }
  }

  /// The fires that are shown, the newest first.
  func fires(_ world: World) -> [Fire] {
    (world.fires(ledgerQuery) ?? []).filter { fire in
      (narrowed.map { $0 == fire.id.event } ?? true)
        && ledgerFilter.passes(
          [fire.event, fire.outcome, fire.reason ?? ""] + fire.runs.map(\.description),
          ["owner": [fire.owner], "state": [fire.outcome]])
    }
  }

  func isLedgerKnown(_ world: World) -> Bool { world.fires(ledgerQuery) != nil }

  // Handling ------------------------------------------------------------------------------------------------

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) { settle(context) }

  private mutating func settle(_ context: Context) {
    cursor.settle(in: events(context.world).map(\.id), height: height(of: .events, context))
    ledgerCursor.settle(in: fires(context.world).map(\.id), height: height(of: .ledger, context))
  }

  mutating func back(in context: inout Context) -> Bool {
    if !filterText.isEmpty {
      filter("", in: &context)
    } else if pane == .events, !cursor.marks.isEmpty {
      _ = cursor.mark(.unmark, in: [], height: 1)
    } else if pane == .ledger {
      pane = .events
    } else if narrowed != nil {
      narrowed = nil
    } else {
      return false
    }
    return true
  }

  var filterText: String { pane == .events ? filter.text : ledgerFilter.text }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    cursor.filterIsTyped(isTyped, in: events(context.world).map(\.id))
    ledgerCursor.filterIsTyped(isTyped, in: fires(context.world).map(\.id))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    if pane == .events { filter = Filter(text) } else { ledgerFilter = Filter(text) }
    settle(context)
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    guard case .row(let row) = target else { return }
    let events = events(context.world)
    pane = row < events.count ? .events : .ledger
    if pane == .events {
      cursor.select(events[row].id, in: events.map(\.id), height: height(of: pane, context))
    } else {
      let fires = fires(context.world)
      guard row - events.count < fires.count else { return }
      ledgerCursor.select(
        fires[row - events.count].id, in: fires.map(\.id), height: height(of: pane, context))
    }
    if isDouble { _ = handle(.open, in: &context) }
  }

  /// How many rows a list has while keys mean it.
  private func height(of pane: Pane, _ context: Context) -> Int {
    let layout = Layout(context.body, pane, context.world)
    return TableView<Event>.height(in: (pane == .events ? layout.list : layout.ledger).pane)
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    if action == .nextPane || action == .previousPane {
      pane = pane == .events ? .ledger : .events
      return true
    }
    return pane == .events ? handleEvents(action, &context) : handleLedger(action, &context)
  }

  private mutating func handleEvents(_ action: Action, _ context: inout Context) -> Bool {
    let events = events(context.world)
    let ids = events.map(\.id)
    let height = height(of: .events, context)
    if cursor.move(action, in: ids, height: height) || cursor.mark(action, in: ids, height: height) {
      return true
    }
    if action == .new {
      context.show(EventForm.new(context.world))
      return true
    }
    guard let row = cursor.row(in: ids) else { return false }
    if action == .open {
      narrowed = narrowed == ids[row] ? nil : ids[row]
      ledgerCursor = ListCursor()
      return true
    }
    let chosen = Set(cursor.targets(in: ids))
    return act(action, events[row], events.filter { chosen.contains($0.id) }, &context)
  }

  private mutating func handleLedger(_ action: Action, _ context: inout Context) -> Bool {
    let fires = fires(context.world)
    let ids = fires.map(\.id)
    if ledgerCursor.move(action, in: ids, height: height(of: pane, context)) { return true }
    guard let row = ledgerCursor.row(in: ids) else { return false }
    let fire = fires[row]
    switch action {
    case .open:
      guard let run = fire.runs.first else {
        context.show(
          [fire.reason ?? "no reason is known"], title: "\(fire.event): \(fire.outcome), nothing started")
        return true
      }
      context.open(.run(run))
    case .copy: context.copy(fire.runs.first?.description ?? fire.event)
    case .copyRow: context.copy(fire.json.line)
    default: return false
    }
    return true
  }
}

extension Event {
  var id: EventsRoom.ID { EventsRoom.ID(definition.name, owner) }
  var target: Target {
    Target(
      name: definition.name, owner: owner,
      consequence: "it starts \(definition.start.joined(separator: ", "))")
  }
}

extension Fire {
  var id: EventsRoom.FireID { EventsRoom.FireID(event: EventsRoom.ID(event, owner), dueAt: dueAt, at: at) }
}
