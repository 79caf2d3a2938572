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
    case (.token(let digest), .tls): objection("token", token?.bytes, digest)
    case (.certificate(let digest), .tls(let certificate)): objection("certificate", certificate, digest)
    }
  }

  private func objection(_ what: String, _ secret: [UInt8]?, _ digest: [UInt8]) -> String? {
    guard let secret else { return "worker '\(worker)' has a \(what), and does not show one" }
    return shows(secret, digest) ? nil : "the \(what) is not that of worker '\(worker)', or not any more"
  }

  /// Takes as long for any digest, so that the time does not tell how much of one was right.
  private func shows(_ secret: [UInt8], _ digest: [UInt8]) -> Bool {
    let shown = sha256(secret)
    return shown.count == digest.count && zip(shown, digest).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
