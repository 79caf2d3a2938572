internal import FoundationEssentials
internal import NIOCore
internal import NIOSSL

/// What a worker's credential file holds: what it proves itself by, and by which certificates it knows its scheduler.
///
/// The file is a PEM text (RFC 7468). Either a block `ZMEY WORKER TOKEN` or a private key with its certificate, which
/// is the first one; all other certificates are those of schedulers.
public struct LinkCredential: Sendable {
  /// The token to greet with; nil if the worker has a certificate.
  public let token: LinkToken?
  private let context: NIOSSLContext
  private let schedulers: Set<[UInt8]>

  /// Reads the text of a file.
  ///
  /// - Throws: ``CredentialError`` if something is missing, too much, or not what it says it is.
  public init(pem: [UInt8]) throws(CredentialError) {
    let text = String(decoding: pem, as: UTF8.self)
    let hasToken = text.contains(Self.begin)
    let hasKey = text.contains("PRIVATE KEY-----")
    guard hasToken != hasKey else {
      throw CredentialError(
        hasToken ? "there is both a token and a private key" : "there is neither a token nor a private key")
    }
    guard text.contains("-----BEGIN CERTIFICATE-----") else { throw Self.noScheduler }
    token = hasToken ? try Self.token(in: text) : nil
    var certificates: [NIOSSLCertificate]
    var settings = TLSConfiguration.makeClientConfiguration()
    settings.harden()
    settings.certificateVerification = .noHostnameVerification
    do {
      certificates = try NIOSSLCertificate.fromPEMBytes(pem)
      if hasKey {
        settings.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: pem, format: .pem))
        settings.certificateChain = [.certificate(certificates.removeFirst())]
      }
      schedulers = Set(try certificates.map { try $0.toDERBytes() })
      context = try NIOSSLContext(configuration: settings)
    } catch {
      throw CredentialError("its certificates and its key do not belong together, or are none")
    }
    guard !schedulers.isEmpty else { throw Self.noScheduler }
  }

  private static let noScheduler = CredentialError("there is no certificate of a scheduler")

  private static let begin = "-----BEGIN ZMEY WORKER TOKEN-----"
  private static let end = "-----END ZMEY WORKER TOKEN-----"

  private static func token(in text: String) throws(CredentialError) -> LinkToken {
    let body = text.components(separatedBy: begin).dropFirst().first?.components(separatedBy: end).first
    guard let digits = body?.filter({ !$0.isWhitespace }), let data = Data(base64Encoded: digits),
      let token = LinkToken(Array(data))
    else { throw CredentialError("its token is not whole") }
    return token
  }

  /// Takes a scheduler whose certificate is one of those in the file, and whose key is there.
  func handler() throws -> NIOSSLClientHandler {
    try NIOSSLClientHandler(context: context, serverHostname: nil) { [schedulers] chain, verdict in
      let shown = try? chain.first?.toDERBytes()
      let isKnown = shown.map { schedulers.contains($0) } ?? false
      verdict.succeed(isKnown ? .certificateVerified : .failed)
    }
  }
}

/// Why a text is nothing to prove oneself by.
public struct CredentialError: Error, Hashable, CustomStringConvertible {
  /// One line, without any of the text.
  public let description: String

  init(_ description: String) { self.description = description }
}
