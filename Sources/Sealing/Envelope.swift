internal import CSealing

/// Bytes that only those open for whom they are sealed: a CMS envelope (RFC 5083) of AES-256-GCM whose key each
/// certificate's own key unwraps (RFC 5753). `openssl cms -decrypt -inform DER` opens one, too.
public struct Envelope: Hashable, Sendable {
  /// The envelope as DER.
  public let der: [UInt8]

  /// An envelope of those bytes, which are looked at when it is opened.
  public init(der: [UInt8]) { self.der = der }

  /// Seals bytes, so that the key of each of these certificates opens them.
  ///
  /// - Throws: ``SealingError/failed`` if there is no certificate, or one that cannot be used.
  public init(sealing bytes: [UInt8], for certificates: [Certificate]) throws(SealingError) {
    guard !certificates.isEmpty,
      let der = taken(
        csealing_seal(
          bytes, bytes.count, certificates.flatMap(\.der), certificates.map(\.der.count), certificates.count))
    else { throw .failed }
    self.der = der
  }

  /// What it holds.
  ///
  /// - Throws: ``SealingError/notForUs`` if it was not sealed for this identity, or has been changed since.
  public func opened(by identity: Identity) throws(SealingError) -> [UInt8] {
    let pem = identity.pem
    guard let bytes = taken(csealing_open(der, der.count, pem, pem.count)) else { throw .notForUs }
    return bytes
  }
}

/// What goes wrong with keys and envelopes.
public enum SealingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A text has no private key and certificate that belong together.
  case noIdentity
  /// An envelope is for somebody else, or not as it was made.
  case notForUs
  /// Libcrypto could not do it.
  case failed

  /// One line.
  public var description: String {
    switch self {
    case .noIdentity: "there is no private key without a password with a certificate that belongs to it"
    case .notForUs: "it is not sealed for this key, or was changed"
    case .failed: "libcrypto could not do it"
    }
  }
}
