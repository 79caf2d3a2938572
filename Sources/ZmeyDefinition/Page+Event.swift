import ZmeyCore

extension Page {
  mutating func add(_ event: EventDefinition) {
    item {
      $0.field("name", event.name)
      $0.field("description", event.description, unless: "")
      $0.add(event.rule)
      $0.field("timezone", event.timezone, unless: EventDefinition.defaultTimezone)
      if let starting = event.starting { $0.field("starting", starting) }
      if let until = event.until { $0.field("until", until) }
      if event.jitter != .seconds(0) { $0.line("jitter: \(event.jitter)") }
      $0.field("misfire", event.misfire.rawValue, unless: EventDefinition.Misfire.once.rawValue)
      if event.maxCatchUp != EventDefinition.defaultCatchUp { $0.line("max_catch_up: \(event.maxCatchUp)") }
      $0.field("overlap", event.overlap.rawValue, unless: EventDefinition.Overlap.skip.rawValue)
      if !event.isEnabled { $0.line("enabled: false") }
      $0.list("start", event.start)
      $0.list("args", event.arguments)
    }
  }

  private mutating func add(_ rule: EventDefinition.Rule) {
    switch rule {
    case .every(let interval): line("every: \(interval)")
    case .cron(let fields): field("cron", fields)
    case .at(let moments): list("at", moments)
    case .times(let times, let days):
      list("times", times)
      list("days", days)
    }
  }
}
