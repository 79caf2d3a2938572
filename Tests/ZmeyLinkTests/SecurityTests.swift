import NIOCore
import NIOPosix
import Sealing
import Testing
import ZmeyCore

@testable import ZmeyLink

/// Who proves what to whom, over real sockets.
@Suite struct `A link with TLS` {
  let scheduler: Identity
  let host = Side()
  let guest = Side()

  init() throws { scheduler = try Identity.make(name: "s1") }

  private func listen(_ identity: Identity?) async throws -> (any Channel, LinkAddress) {
    let tls = try identity.map { try SchedulerTLS(identity: $0.pem) }
    return try await host.endpoint.listen(Side.anyPort, timing: Side.patient, tls: tls)
  }

  private func dial(_ address: LinkAddress, _ pem: [UInt8]?) async throws {
    let credential = try pem.map { try LinkCredential(pem: $0) }
    try await guest.endpoint.dial(
      address, hello: Side.hello(), timing: Side.patient, credential: credential)
  }

  @Test func `brings a token with the greeting, and no certificate`() async throws {
    let (listener, address) = try await listen(scheduler)
    try await dial(address, CredentialText.token(for: try Identity.make(name: "s0"), scheduler))
    var arrivals = host.events.makeAsyncIterator()
    guard case .greeted(let link, .hello(let hello))? = await arrivals.next() else {
      Issue.record("no hello")
      return
    }
    #expect(hello.token?.bytes == CredentialText.token)
    #expect(link.security == .tls(certificate: nil))
    link.send([Side.welcome])
    var answers = guest.events.makeAsyncIterator()
    guard case .greeted(_, Side.welcome)? = await answers.next() else {
      Issue.record("no welcome")
      return
    }
    link.close()
    try await listener.close()
  }

  @Test func `brings the certificate whose key the worker has`() async throws {
    let worker = try Identity.make(name: "w")
    let (listener, address) = try await listen(scheduler)
    try await dial(address, CredentialText.key(of: worker, for: scheduler))
    var arrivals = host.events.makeAsyncIterator()
    guard case .greeted(let link, .hello(let hello))? = await arrivals.next() else {
      Issue.record("no hello")
      return
    }
    #expect(hello.token == nil)
    #expect(link.security == .tls(certificate: worker.certificate.der))
    link.close()
    try await listener.close()
  }

  @Test func `does not begin with a scheduler that the worker does not know, and both say so`() async throws {
    let (listener, address) = try await listen(scheduler)
    try await dial(address, CredentialText.token(for: try Identity.make(name: "s1")))
    #expect(await failure(host) == .unknownScheduler)
    #expect(await failure(guest) == .unknownScheduler)
    try await listener.close()
  }

  @Test func `does not begin with who speaks without, and both say so`() async throws {
    let (listener, address) = try await listen(scheduler)
    try await dial(address, nil)
    #expect(await failure(host) == .insecure)
    #expect(await failure(guest) == .unasked)
    try await listener.close()
  }

  @Test func `does not begin where a scheduler speaks without`() async throws {
    let (listener, address) = try await listen(nil)
    try await dial(address, CredentialText.token(for: scheduler))
    #expect(await failure(host) == .unasked)
    // The other side only goes.
    #expect(await failure(guest) == nil)
    try await listener.close()
  }

  private func failure(_ side: Side) async -> LinkError? {
    var events = side.events.makeAsyncIterator()
    guard case .failed(let peer, let error)? = await events.next() else {
      Issue.record("the link stayed open")
      return nil
    }
    #expect(peer.hasPrefix("127.0.0.1:"))
    return error
  }

  @Test func `needs a credential that is whole`() throws {
    let worker = try Identity.make(name: "w")
    let token = String(decoding: CredentialText.token(for: scheduler), as: UTF8.self)
    let certificate = String(decoding: CredentialText.pem([scheduler]), as: UTF8.self)
    let key = String(decoding: worker.pem, as: UTF8.self)
    let wrong = [
      "": "there is neither a token nor a private key",
      certificate: "there is neither a token nor a private key",
      token + key: "there is both a token and a private key",
      String(token.dropLast(certificate.count)): "there is no certificate of a scheduler",
      key: "there is no certificate of a scheduler",
      token.replacing("AAEC", with: ""): "its token is not whole",
      certificate + key: "its certificates and its key do not belong together, or are none",
      token.replacing("MII", with: "MAA"): "its certificates and its key do not belong together, or are none",
    ]
    for (text, problem) in wrong {
      let error = #expect(throws: CredentialError.self) { try LinkCredential(pem: Array(text.utf8)) }
      #expect(error?.description == problem, "\(text)")
    }
    #expect(throws: CredentialError.self) { try SchedulerTLS(identity: Array(certificate.utf8)) }
  }
}
