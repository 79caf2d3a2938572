/// Why the bytes of a time zone cannot be used.
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with them.
  public let description: String

  init(_ description: String) { self.description = description }
}
