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

  /// When the task starts, seen from the links that lead to it.
  public enum Join: String, CaseIterable, Codable, Sendable {
    /// When every task before it has ended and every link was taken; else it is skipped.
    case all
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
  /// How the links that lead here are joined.
  public var join: Join
  /// The links that lead here, in the order in which passed results are appended.
  public var after: [LinkDefinition]

  /// A task of that name.
  public init(
    name: String, work: Work, arguments: [String] = [], maximum: Timespan? = nil,
    environment: [String: String] = [:], join: Join = .all, after: [LinkDefinition] = []
  ) {
    self.name = name
    self.work = work
    self.arguments = arguments
    self.maximum = maximum
    self.environment = environment
    self.join = join
    self.after = after
  }
}

extension TaskDefinition: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, work, maximum, join, after
    case arguments = "args"
    case environment = "env"
  }

  /// Reads an object; an absent `maximum` or `env` is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      work: try container.decode(Work.self, forKey: .work),
      arguments: try container.decode([String].self, forKey: .arguments),
      maximum: try container.decodeIfPresent(Timespan.self, forKey: .maximum),
      environment: try container.decode(forKey: .environment, else: [:]),
      join: try container.decode(Join.self, forKey: .join),
      after: try container.decode([LinkDefinition].self, forKey: .after))
  }

  /// Writes an object, without `maximum` and `env` if there are none.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(work, forKey: .work)
    try container.encode(arguments, forKey: .arguments)
    try container.encodeIfPresent(maximum, forKey: .maximum)
    try container.encode(environment, forKey: .environment, unless: [:])
    try container.encode(join, forKey: .join)
    try container.encode(after, forKey: .after)
  }
}
