import ZmeyCore

extension EventsRoom {
  /// Does what an action means for the event under the cursor, or for those that are marked.
  func act(_ action: Action, _ event: Event, _ chosen: [Event], _ context: inout Context) -> Bool {
    switch action {
    case .enable: turn(chosen, on: true, &context)
    case .disable: turn(chosen, on: false, &context)
    case .fire:
      let targets = chosen.map(\.target)
      guard context.owns(targets) else { return true }
      context.say("firing \(targets.named("event"))")
      context.act(targets.map { .fireEvent($0.name) })
    case .edit:
      guard context.owns([event.target]) else { return true }
      if let form = EventForm.edit(event.definition, context.world) {
        context.show(form)
      } else {
        context.edit(.event, event.definition.name)
      }
    case .editAll: if context.owns([event.target]) { context.edit(.event, event.definition.name) }
    case .remove: context.askToRemove("event", chosen.map(\.target)) { .remove(.event, name: $0) }
    case .copy: context.copy(chosen.map(\.definition.name).joined(separator: "\n"))
    case .copyRow: context.copy(chosen.map(\.json.line).joined(separator: "\n"))
    default: return false
    }
    return true
  }

  private func turn(_ events: [Event], on: Bool, _ context: inout Context) {
    let targets = events.filter { $0.definition.isEnabled != on }.map(\.target)
    let word = on ? "on" : "off"
    guard !targets.isEmpty else {
      return context.say("\(events.map(\.target).named("event")): \(word) already")
    }
    guard context.owns(targets) else { return }
    context.act(
      targets.map { .setEvent($0.name, isEnabled: on) },
      undo: Undo(
        "turned", behind: word, "events",
        targets.map { Undo.Step(names: [$0.name], commands: [.setEvent($0.name, isEnabled: !on)]) }))
  }
}

extension Event {
  /// It as one JSON object.
  var json: JSON {
    .object([
      ("name", .text(definition.name)), ("owner", .text(owner)), ("rule", .text(rule)),
      ("timezone", .text(definition.timezone)), ("start", .texts(definition.start)),
      ("enabled", .bool(definition.isEnabled)), ("next_due", .moment(nextDue)), ("problem", .text(problem)),
      ("last_due", .moment(lastDue)), ("last_outcome", .text(lastOutcome)),
    ])
  }
}

extension Fire {
  /// It as one JSON object.
  var json: JSON {
    .object([
      ("event", .text(event)), ("owner", .text(owner)), ("due_at", .moment(dueAt)), ("at", .moment(at)),
      ("outcome", .text(outcome)), ("reason", .text(reason)),
      ("runs", .list(runs.map { .number($0.rawValue) })), ("count", .number(Int64(count))),
    ])
  }
}
