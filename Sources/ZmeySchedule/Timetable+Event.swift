public import ZmeyCore

extension MisfirePolicy {
  /// What the definition of an event says.
  public init(_ definition: EventDefinition) {
    self =
      switch definition.misfire {
      case .skip: .skip
      case .once: .once
      case .all: .all(atMost: definition.maxCatchUp)
      }
  }
}

extension Timetable {
  /// When an event is due, as its definition says.
  ///
  /// - Throws: `ScheduleError` for a text that cannot be read.
  public init(_ definition: EventDefinition, zone: TimeZoneRules) throws(ScheduleError) {
    self.init(
      try Rule(definition.rule), zone: zone, starting: try CivilDateTime(ifGiven: definition.starting),
      until: try CivilDateTime(ifGiven: definition.until))
  }
}

extension CivilDateTime {
  fileprivate init?(ifGiven text: String?) throws(ScheduleError) {
    guard let text else { return nil }
    try self.init(text)
  }
}

extension Timetable.Rule {
  /// The rule of an event's definition.
  ///
  /// - Throws: `ScheduleError` for a text that cannot be read.
  public init(_ rule: EventDefinition.Rule) throws(ScheduleError) {
    switch rule {
    case .every(let span): self = .every(seconds: span.milliseconds / 1000)
    case .cron(let text): self = .cron(try CronExpression(text))
    case .at(let texts):
      self = .at(try texts.map { text throws(ScheduleError) in try CivilDateTime(text) })
    case .times(let texts, let names):
      self = .times(
        try texts.map { text throws(ScheduleError) in try TimeOfDay(text) },
        on: Set(try names.map { name throws(ScheduleError) in try Weekday(name) }))
    }
  }
}
