internal import NIOCore
internal import NIOSSL

/// What a scheduler proves itself by to its workers: TLS 1.3 and nothing older.
public struct SchedulerTLS: Sendable {
  private let context: NIOSSLContext

  /// - Parameter identity: a private key and its certificate as PEM.
  /// - Throws: ``CredentialError`` if it is anything else.
  public init(identity: [UInt8]) throws(CredentialError) {
    do {
      let key = try NIOSSLPrivateKey(bytes: identity, format: .pem)
      let chain = try NIOSSLCertificate.fromPEMBytes(identity).prefix(1)
      var settings = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      settings.harden()
      // A worker with a token has no certificate.
      settings.certificateVerification = .optionalVerification
      context = try NIOSSLContext(configuration: settings)
    } catch {
      throw CredentialError("there is no private key with its certificate")
    }
  }

  /// Any certificate will do here, for TLS proves that its key is there; whose it is, the greeting decides.
  func handler() -> NIOSSLServerHandler {
    NIOSSLServerHandler(context: context, customVerificationCallback: { $1.succeed(.certificateVerified) })
  }
}

extension TLSConfiguration {
  /// For peers that know each other by their certificates alone: no names, no authorities.
  mutating func harden() {
    minimumTLSVersion = .tlsv13
    trustRoots = .certificates([])
    // Who does not answer the end of TLS is not waited for.
    shutdownTimeout = .seconds(1)
  }
}
