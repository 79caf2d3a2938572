/// What a secret holds. Whoever prints it, or anything that has it, prints `***`.
public struct SecretValue: Hashable, Sendable {
  /// The bytes, 8 to 65,536 of them.
  public let bytes: [UInt8]

  /// How many bytes a value has: with fewer it would be found by trying, and masking it would hide half of an output.
  public static let sizes = 8...65_536

  /// A value of those bytes; nil if their number is not one of `sizes`.
  public init?(_ bytes: [UInt8]) {
    guard Self.sizes.contains(bytes.count) else { return nil }
    self.bytes = bytes
  }
}

extension SecretValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// What stands in its place.
  public static let mark = "***"

  /// `***`
  public var description: String { Self.mark }
  /// `***`
  public var debugDescription: String { Self.mark }
  /// Nothing, so that a dump of what holds it shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
