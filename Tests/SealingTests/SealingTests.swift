import Sealing
import Testing

@Suite struct `Keys and envelopes` {
  private let text = Array("the canary sings".utf8)

  @Test func `each of those an envelope is sealed for opens it, and nobody else`() throws {
    let (one, two, other) = (
      try Identity.make(name: "one"), try Identity.make(name: "two"), try Identity.make(name: "other")
    )
    let envelope = try Envelope(sealing: text, for: [one.certificate, two.certificate])
    #expect(try envelope.opened(by: one) == text)
    #expect(try envelope.opened(by: two) == text)
    #expect(throws: SealingError.notForUs) { try envelope.opened(by: other) }
    #expect(!envelope.der.contains(text))
  }

  @Test func `an envelope that was changed by a byte, cut or made up is not opened`() throws {
    let identity = try Identity.make(name: "one")
    let envelope = try Envelope(sealing: text, for: [identity.certificate])
    for index in envelope.der.indices {
      var changed = envelope.der
      changed[index] ^= 1
      // Some bytes say nothing; what comes out is what went in, or nothing.
      let opened = try? Envelope(der: changed).opened(by: identity)
      #expect(opened == nil || opened == text, "byte \(index)")
    }
    var last = envelope.der
    last[last.count - 1] ^= 1
    for der in [[], Array(envelope.der.dropLast()), Array("made up".utf8), last] {
      #expect(throws: SealingError.notForUs) { try Envelope(der: der).opened(by: identity) }
    }
  }

  @Test(arguments: [0, 1, 65_536]) func `any bytes can be sealed`(count: Int) throws {
    let identity = try Identity.make(name: "one")
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try Envelope(sealing: bytes, for: [identity.certificate]).opened(by: identity) == bytes)
  }

  @Test func `the same bytes are sealed otherwise each time`() throws {
    let identity = try Identity.make(name: "one")
    let envelopes = try (0..<3).map { _ in try Envelope(sealing: text, for: [identity.certificate]) }
    #expect(Set(envelopes).count == 3)
  }

  @Test func `nothing is sealed for nobody or for what is no certificate`() {
    #expect(throws: SealingError.failed) { try Envelope(sealing: text, for: []) }
    #expect(throws: SealingError.failed) {
      try Envelope(sealing: text, for: [Certificate(der: Array("none".utf8))])
    }
  }

  @Test func `an identity is read from the text that it is written as, whatever else stands there`() throws {
    let identity = try Identity.make(name: "build1")
    let read = try Identity(pem: Array("a comment\n".utf8) + identity.pem + Array("more\n".utf8))
    #expect(read.certificate == identity.certificate)
    #expect(Certificate(pem: Array((identity.certificate.pem ?? "").utf8)) == identity.certificate)
    #expect(identity.certificate.fingerprint.count == 64)
  }

  @Test func `a text without a key, without a certificate, or with those of two is no identity`() throws {
    let (one, two) = (try Identity.make(name: "one"), try Identity.make(name: "two"))
    let certificate = Array((one.certificate.pem ?? "").utf8)
    let key = Array(two.pem.prefix(two.pem.count - Array((two.certificate.pem ?? "").utf8).count))
    for pem in [[], certificate, key, key + certificate, Array("-----BEGIN".utf8)] {
      #expect(throws: SealingError.noIdentity) { try Identity(pem: pem) }
    }
  }

  @Test func `a name of any length and script is cut, not refused`() throws {
    #expect(throws: Never.self) { try Identity.make(name: String(repeating: "顧", count: 100)) }
  }

  @Test func `a digest is SHA-256`() {
    #expect(
      Certificate(der: Array("abc".utf8)).fingerprint
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}

extension [UInt8] {
  fileprivate func contains(_ part: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: part) }
  }
}
