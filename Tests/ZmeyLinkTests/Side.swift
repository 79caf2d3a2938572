import NIOCore
import NIOPosix
import Sealing
import ZmeyCore

@testable import ZmeyLink

/// A side of a link: its events, in order.
struct Side {
  let endpoint: LinkEndpoint
  let events: AsyncStream<LinkEvent>

  init() {
    let (events, continuation) = AsyncStream.makeStream(of: LinkEvent.self)
    self.events = events
    endpoint = LinkEndpoint(loop: MultiThreadedEventLoopGroup.singleton.next()) { continuation.yield($0) }
  }

  /// A timing that no test waits for.
  static let patient = LinkTiming(silence: .seconds(600), ping: .seconds(200), greeting: .seconds(600))
  static let anyPort = LinkAddress(host: "127.0.0.1", port: 0)
  static let welcome = Frame.welcome(Welcome(version: 1, slots: 1, lease: .seconds(600)))

  static func hello(_ name: String = "w") -> Hello {
    Hello(worker: name, incarnation: Nonce(high: 1, low: 2), host: "h", release: "1", attempts: [])
  }
}

/// The texts of credential files, as they come from a database.
enum CredentialText {
  static let token = [UInt8](0..<32)

  /// One with that token.
  static func token(for schedulers: Identity...) -> [UInt8] {
    Array(
      ("-----BEGIN ZMEY WORKER TOKEN-----\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        + "-----END ZMEY WORKER TOKEN-----\n").utf8) + pem(schedulers)
  }

  /// One with that worker's key.
  static func key(of worker: Identity, for schedulers: Identity...) -> [UInt8] {
    worker.pem + pem(schedulers)
  }

  static func pem(_ identities: [Identity]) -> [UInt8] {
    identities.flatMap { Array(($0.certificate.pem ?? "").utf8) }
  }
}
