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
