/// A link, seen from the task that it leads to.
public struct LinkDefinition: Hashable, Sendable {
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
  /// Whether it counts; one that is off is as if it were not there.
  public var isEnabled: Bool

  /// A link from that task.
  public init(task: String, when: Condition = .success, pass: Pass = .none, isEnabled: Bool = true) {
    self.task = task
    self.when = when
    self.pass = pass
    self.isEnabled = isEnabled
  }
}

extension LinkDefinition: Codable {
  private enum CodingKeys: String, CodingKey { case task, when, pass, enabled }

  /// Reads an object; an absent `enabled` is true.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      task: try container.decode(String.self, forKey: .task),
      when: try container.decode(Condition.self, forKey: .when),
      pass: try container.decode(Pass.self, forKey: .pass),
      isEnabled: try container.decode(forKey: .enabled, else: true))
  }

  /// Writes an object, without `enabled` if it is on.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(task, forKey: .task)
    try container.encode(when, forKey: .when)
    try container.encode(pass, forKey: .pass)
    try container.encode(isEnabled, forKey: .enabled, unless: true)
  }
}
