internal import CSealing

/// The public half of an identity: an X.509 certificate.
public struct Certificate: Hashable, Sendable {
  /// The certificate as DER (ITU-T X.690).
  public let der: [UInt8]

  /// A certificate of those bytes, which are looked at when it is used.
  public init(der: [UInt8]) { self.der = der }

  /// The first certificate of a PEM text; nil if it has none.
  public init?(pem: [UInt8]) {
    guard let der = taken(csealing_certificate(pem, pem.count)) else { return nil }
    self.der = der
  }

  /// It as PEM; nil if the bytes are no certificate.
  public var pem: String? { taken(csealing_pem(der, der.count)).map { String(decoding: $0, as: UTF8.self) } }

  /// What it is compared by at a glance: the SHA-256 of its DER in hexadecimal digits, as
  /// `openssl x509 -fingerprint -sha256` has it but for the colons.
  public var fingerprint: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: sha256(der).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
