internal import CSealing

/// A private key with its certificate: who has it is who the certificate names, and opens what is sealed for it.
public struct Identity: Sendable {
  /// Key and certificate as PEM. A secret.
  public let pem: [UInt8]
  /// What others may know.
  public let certificate: Certificate

  /// The key and the first certificate of a PEM text.
  ///
  /// - Throws: ``SealingError/noIdentity`` if it lacks either, if the key is encrypted, or if they do not belong
  ///   together.
  public init(pem: [UInt8]) throws(SealingError) {
    guard csealing_is_identity(pem, pem.count), let certificate = Certificate(pem: pem) else {
      throw .noIdentity
    }
    self.pem = pem
    self.certificate = certificate
  }

  /// A new one: P-256, signed by itself, valid for ten years.
  ///
  /// - Parameter name: whom the certificate names, at most 64 characters (RFC 5280, `ub-common-name`); a longer one
  ///   is cut, for nothing is decided by it.
  /// - Throws: ``SealingError/failed`` if libcrypto has no random bytes or no memory.
  public static func make(name: String) throws(SealingError) -> Identity {
    guard let pem = taken(csealing_make_identity(String(name.prefix(64)), 3650)) else { throw .failed }
    return try Identity(pem: pem)
  }
}
