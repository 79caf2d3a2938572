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
