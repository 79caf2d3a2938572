/// A kind of definition, as the database calls it.
public enum DefinitionKind: String, CaseIterable, Sendable {
  /// A script with what running it needs.
  case template
  /// A graph of tasks.
  case pipeline
  /// A timer that starts tasks.
  case event
}
