/// A graph of tasks.
public struct PipelineDefinition: Hashable, Codable, Sendable {
  /// Unique among its owner's pipelines.
  public var name: String
  /// What it is for, in a line; may be empty.
  public var description: String
  /// How many of its task runs run at once at most, in `limitRange`; nil for no limit.
  public var limit: Int?
  /// The tasks in the order written, each name once; 1 to `maxTasks`.
  public var tasks: [TaskDefinition]

  /// The most tasks a pipeline has.
  public static let maxTasks = 5000
  /// What `limit` may be.
  public static let limitRange = 1...100_000

  /// A pipeline of those tasks.
  public init(name: String, description: String = "", limit: Int? = nil, tasks: [TaskDefinition]) {
    self.name = name
    self.description = description
    self.limit = limit
    self.tasks = tasks
  }
}
