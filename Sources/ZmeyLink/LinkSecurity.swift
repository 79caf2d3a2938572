/// What is known of a link's other side before it has said a word.
public enum LinkSecurity: Hashable, Sendable {
  /// Nothing: there is no TLS, so it is of this machine.
  case none
  /// TLS, and the certificate (DER) whose key the other side has proven to have; nil if it showed none. Whether that
  /// certificate is anybody's is not looked at here.
  case tls(certificate: [UInt8]?)
}

/// A secret of 256 bits that a worker shows in its greeting. Neither logs nor dumps have its bytes.
public struct LinkToken: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// How many bytes it has.
  public static let size = 32
  /// The secret itself.
  public let bytes: [UInt8]

  /// The token of those bytes; nil if they are not 32.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    self.bytes = bytes
  }

  /// That it is one, and no more.
  public var description: String { "a token" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
