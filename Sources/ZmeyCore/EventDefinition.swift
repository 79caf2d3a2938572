/// A timer that starts pipelines or single tasks of them.
public struct EventDefinition: Hashable, Sendable {
  /// When it is due. Times are those of its time zone.
  public enum Rule: Hashable, Sendable {
    /// Again and again after that time, in whole seconds from 1 second to 366 days.
    case every(Timespan)
    /// When five fields of cron say so.
    case cron(String)
    /// At those moments: `2027-01-01T12:00`, perhaps with seconds.
    case at([String])
    /// At those times of day (`12:15`, `14:25:30`) on those days of the week (`mon`); no day is every day.
    case times([String], days: [String])
  }

  /// What happens to moments that no scheduler saw.
  public enum Misfire: String, CaseIterable, Codable, Sendable {
    /// They are left out.
    case skip
    /// The last of them is made up for.
    case once
    /// The last `maxCatchUp` of them are made up for.
    case all
  }

  /// What happens if a run that it started before has not ended.
  public enum Overlap: String, CaseIterable, Codable, Sendable {
    /// It starts another one beside it.
    case allow
    /// It starts none.
    case skip
    /// It starts one as soon as the other has ended.
    case queue
  }

  /// Unique among its owner's events.
  public var name: String
  /// What it is for, in a line; may be empty.
  public var description: String
  /// When it is due.
  public var rule: Rule
  /// The name of the time zone in which the rule is meant, such as `Europe/Berlin`.
  public var timezone: String
  /// It is not due before that moment; nil for no such bound.
  public var starting: String?
  /// It is not due after that moment; nil for no such bound.
  public var until: String?
  /// It starts up to that much later, by chance; less than a day.
  public var jitter: Timespan
  /// What happens to moments that no scheduler saw.
  public var misfire: Misfire
  /// How many of them are made up for at most, 1 to 1000; for `Misfire.all`.
  public var maxCatchUp: Int
  /// What happens if a run that it started before has not ended.
  public var overlap: Overlap
  /// Whether it is due at all.
  public var isEnabled: Bool
  /// What it starts: `PIPELINE` or `PIPELINE/TASK`, 1 to `maxTargets`.
  public var start: [String]
  /// Arguments for the tasks that it starts.
  public var arguments: [String]

  /// The time zone if nothing else is said.
  public static let defaultTimezone = "UTC"
  /// How many moments are made up for if nothing else is said.
  public static let defaultCatchUp = 10
  /// What `maxCatchUp` may be.
  public static let catchUpRange = 1...1000
  /// The most that one event starts.
  public static let maxTargets = 100
  /// `jitter` is less: one day.
  public static let jitterBound = Timespan.seconds(86_400)

  /// An event of that rule.
  public init(
    name: String, description: String = "", rule: Rule, timezone: String = EventDefinition.defaultTimezone,
    starting: String? = nil, until: String? = nil, jitter: Timespan = .seconds(0), misfire: Misfire = .once,
    maxCatchUp: Int = EventDefinition.defaultCatchUp, overlap: Overlap = .skip, isEnabled: Bool = true,
    start: [String], arguments: [String] = []
  ) {
    self.name = name
    self.description = description
    self.rule = rule
    self.timezone = timezone
    self.starting = starting
    self.until = until
    self.jitter = jitter
    self.misfire = misfire
    self.maxCatchUp = maxCatchUp
    self.overlap = overlap
    self.isEnabled = isEnabled
    self.start = start
    self.arguments = arguments
  }

  /// Whether an event may be due every so often: from 1 second, in whole seconds.
  public static func isInterval(_ time: Timespan) -> Bool {
    time.milliseconds >= 1000 && time.milliseconds % 1000 == 0
  }
}

extension EventDefinition: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, description, rule, timezone, starting, until, jitter, misfire, overlap, enabled, start
    case maxCatchUp = "max_catch_up"
    case arguments = "args"
  }

  /// Reads an object; what is absent has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      description: try container.decode(forKey: .description, else: ""),
      rule: try container.decode(Rule.self, forKey: .rule),
      timezone: try container.decode(forKey: .timezone, else: Self.defaultTimezone),
      starting: try container.decodeIfPresent(String.self, forKey: .starting),
      until: try container.decodeIfPresent(String.self, forKey: .until),
      jitter: try container.decode(forKey: .jitter, else: .seconds(0)),
      misfire: try container.decode(forKey: .misfire, else: .once),
      maxCatchUp: try container.decode(forKey: .maxCatchUp, else: Self.defaultCatchUp),
      overlap: try container.decode(forKey: .overlap, else: .skip),
      isEnabled: try container.decode(forKey: .enabled, else: true),
      start: try container.decode([String].self, forKey: .start),
      arguments: try container.decode(forKey: .arguments, else: []))
  }

  /// Writes an object without what is absent, empty or, where no one looks for it, has its default.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(description, forKey: .description)
    try container.encode(rule, forKey: .rule)
    try container.encode(timezone, forKey: .timezone)
    try container.encodeIfPresent(starting, forKey: .starting)
    try container.encodeIfPresent(until, forKey: .until)
    try container.encode(jitter, forKey: .jitter, unless: .seconds(0))
    try container.encode(misfire, forKey: .misfire)
    try container.encode(maxCatchUp, forKey: .maxCatchUp, unless: Self.defaultCatchUp)
    try container.encode(overlap, forKey: .overlap)
    try container.encode(isEnabled, forKey: .enabled, unless: true)
    try container.encode(start, forKey: .start)
    try container.encode(arguments, forKey: .arguments, unless: [])
  }
}

extension EventDefinition.Rule: Codable {
  private enum CodingKeys: String, CodingKey { case every, cron, at, times, days }

  /// Reads `{"every": MS}`, `{"cron": TEXT}`, `{"at": […]}` or `{"times": […], "days": […]}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let interval = try container.decodeIfPresent(Timespan.self, forKey: .every) {
      self = .every(interval)
    } else if let fields = try container.decodeIfPresent(String.self, forKey: .cron) {
      self = .cron(fields)
    } else if let moments = try container.decodeIfPresent([String].self, forKey: .at) {
      self = .at(moments)
    } else {
      self = .times(
        try container.decode([String].self, forKey: .times),
        days: try container.decode(forKey: .days, else: []))
    }
  }

  /// Writes the object of one key, or of two.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .every(let interval): try container.encode(interval, forKey: .every)
    case .cron(let fields): try container.encode(fields, forKey: .cron)
    case .at(let moments): try container.encode(moments, forKey: .at)
    case .times(let times, let days):
      try container.encode(times, forKey: .times)
      try container.encode(days, forKey: .days, unless: [])
    }
  }
}
