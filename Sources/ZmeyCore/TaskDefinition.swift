/// A box on a pipeline.
public struct TaskDefinition: Hashable, Sendable {
  /// What the task runs.
  public enum Work: Hashable, Codable, Sendable {
    /// The owner's template of that name, as it is when a run begins.
    case template(String)
    /// A program that belongs to this task alone.
    case inline(Program)

    private enum CodingKeys: String, CodingKey { case template, program }

    /// Reads `{"template": NAME}` or `{"program": {…}}`.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      if let name = try container.decodeIfPresent(String.self, forKey: .template) {
        self = .template(name)
      } else {
        self = .inline(try container.decode(Program.self, forKey: .program))
      }
    }

    /// Writes `{"template": NAME}` or `{"program": {…}}`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .template(let name): try container.encode(name, forKey: .template)
      case .inline(let program): try container.encode(program, forKey: .program)
      }
    }
  }

  /// Unique in its pipeline.
  public var name: String
  /// What it runs.
  public var work: Work
  /// Arguments, handed over as they are: no shell reads them.
  public var arguments: [String]
  /// The task's own maximum in place of its template's; nil for the template's, and beside an
  /// inline program, which has its own.
  public var maximum: Timespan?
  /// Variables added to those of the task's template, in whose place they stand if the name is the
  /// same; empty beside an inline program, which has its own.
  public var environment: [String: String]
  /// Labels in place of its template's; empty for the template's, and beside an inline program.
  public var labels: [String]
  /// Resources in place of its template's; empty for the template's, and beside an inline program.
  public var resources: [String: Int]
  /// Those of higher priority run first, in `priorityRange`.
  public var priority: Int
  /// Whether it runs; one that is off is skipped when its turn comes.
  public var isEnabled: Bool
  /// What it is run over; nil if it runs once.
  public var map: MapDefinition?
  /// How the links that lead here are joined.
  public var join: Join
  /// The links that lead here, in the order in which passed results are appended.
  public var after: [LinkDefinition]

  /// What `priority` may be.
  public static let priorityRange = -1000...1000

  /// A task of that name.
  public init(
    name: String, work: Work, arguments: [String] = [], maximum: Timespan? = nil,
    environment: [String: String] = [:], labels: [String] = [], resources: [String: Int] = [:],
    priority: Int = 0, isEnabled: Bool = true, map: MapDefinition? = nil, join: Join = .all,
    after: [LinkDefinition] = []
  ) {
    self.name = name
    self.work = work
    self.arguments = arguments
    self.maximum = maximum
    self.environment = environment
    self.labels = labels
    self.resources = resources
    self.priority = priority
    self.isEnabled = isEnabled
    self.map = map
    self.join = join
    self.after = after
  }
}

extension TaskDefinition: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, work, maximum, labels, resources, priority, enabled, map, join, after
    case arguments = "args"
    case environment = "env"
  }

  /// Reads an object; what is absent beside `name`, `work`, `args`, `join` and `after` has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      work: try container.decode(Work.self, forKey: .work),
      arguments: try container.decode([String].self, forKey: .arguments),
      maximum: try container.decodeIfPresent(Timespan.self, forKey: .maximum),
      environment: try container.decode(forKey: .environment, else: [:]),
      labels: try container.decode(forKey: .labels, else: []),
      resources: try container.decode(forKey: .resources, else: [:]),
      priority: try container.decode(forKey: .priority, else: 0),
      isEnabled: try container.decode(forKey: .enabled, else: true),
      map: try container.decodeIfPresent(MapDefinition.self, forKey: .map),
      join: try container.decode(Join.self, forKey: .join),
      after: try container.decode([LinkDefinition].self, forKey: .after))
  }

  /// Writes an object without what is none or has its default, but for `args`, `join` and `after`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(work, forKey: .work)
    try container.encode(arguments, forKey: .arguments)
    try container.encodeIfPresent(maximum, forKey: .maximum)
    try container.encode(environment, forKey: .environment, unless: [:])
    try container.encode(labels, forKey: .labels, unless: [])
    try container.encode(resources, forKey: .resources, unless: [:])
    try container.encode(priority, forKey: .priority, unless: 0)
    try container.encode(isEnabled, forKey: .enabled, unless: true)
    try container.encodeIfPresent(map, forKey: .map)
    try container.encode(join, forKey: .join)
    try container.encode(after, forKey: .after)
  }
}
