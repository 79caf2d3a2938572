internal import Sealing
internal import ZmeyLink
internal import ZmeyStore

extension Hello {
  /// Why who greets so is not taken for the worker that it names; nil if it is.
  ///
  /// - Parameter registered: what that worker has to show.
  func objection(over security: LinkSecurity, registered: WorkerCredential?) -> String? {
    switch (registered, security) {
    case (nil, .none): nil
    case (nil, .tls): "worker '\(worker)' has no credential: make one with 'zmctl worker token \(worker)'"
    case (.some, .none):
      "worker '\(worker)' has a credential, which it may show over TLS only: start its scheduler with --identity"
    case (.token(let digest), .tls):
      shows(token?.bytes, digest) ? nil : "the token is not that of worker '\(worker)', or not any more"
    case (.certificate(let digest), .tls(let certificate)):
      shows(certificate, digest) ? nil : "the certificate is not that of worker '\(worker)', or not any more"
    }
  }

  /// Takes as long for any digest, so that the time does not tell how much of one was right.
  private func shows(_ secret: [UInt8]?, _ digest: [UInt8]) -> Bool {
    guard let secret else { return false }
    let shown = sha256(secret)
    return shown.count == digest.count && zip(shown, digest).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
