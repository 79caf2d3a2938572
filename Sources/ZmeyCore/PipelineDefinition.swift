/// A graph of tasks.
public struct PipelineDefinition: Hashable, Codable, Sendable {
  /// Unique among its owner's pipelines.
  public var name: String
  /// What it is for, in a line; may be empty.
  public var description: String
  /// The tasks in the order written, each name once; 1 to `maxTasks`.
  public var tasks: [TaskDefinition]

  /// The most tasks a pipeline has.
  public static let maxTasks = 1000

  /// A pipeline of those tasks.
  public init(name: String, description: String = "", tasks: [TaskDefinition]) {
    self.name = name
    self.description = description
    self.tasks = tasks
  }
}

/// A box on a pipeline.
public struct TaskDefinition: Hashable, Codable, Sendable {
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
  /// How the links that lead here are joined.
  public var join: Join
  /// The links that lead here, in the order in which passed results are appended.
  public var after: [LinkDefinition]

  /// A task of that name.
  public init(
    name: String, work: Work, arguments: [String] = [], join: Join = .all, after: [LinkDefinition] = []
  ) {
    self.name = name
    self.work = work
    self.arguments = arguments
    self.join = join
    self.after = after
  }

  private enum CodingKeys: String, CodingKey {
    case name, work, join, after
    case arguments = "args"
  }
}

/// A link, seen from the task that it leads to.
public struct LinkDefinition: Hashable, Codable, Sendable {
  /// When the link is taken.
  public enum Condition: String, CaseIterable, Codable, Sendable {
    /// The task before it succeeded.
    case success
    /// The task before it failed, ran out of time or was lost.
    case failure
    /// The task before it ended, however.
    case always
  }

  /// How the result of the task before it is handed on.
  public enum Pass: String, CaseIterable, Codable, Sendable {
    /// Not at all.
    case none
    /// As one further argument, without the newlines at its end.
    case argument
    /// As standard input, byte by byte.
    case stdin
    /// As `ZM_INPUT` in the environment, without the newlines at its end.
    case env
  }

  /// The name of the task that it comes from.
  public var task: String
  /// When it is taken.
  public var when: Condition
  /// What it hands on.
  public var pass: Pass

  /// A link from that task.
  public init(task: String, when: Condition = .success, pass: Pass = .none) {
    self.task = task
    self.when = when
    self.pass = pass
  }
}
