import NIOCore
import Sealing
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyScheduler
@testable import ZmeyStore

@Suite struct `A worker with a credential` {
  private static let secret = [UInt8](repeating: 7, count: 32)
  private static let certificate: [UInt8] = [1, 2, 3]
  private static let byToken = WorkerCredential.token(digest: sha256(secret))
  private static let byCertificate = WorkerCredential.certificate(digest: sha256(certificate))
  private static let tls = LinkSecurity.tls(certificate: nil)

  private func bench(_ credential: WorkerCredential?) -> Bench {
    let bench = Bench(links: false)
    bench.handle(.workers([record(credential)]))
    return bench
  }

  private func record(_ credential: WorkerCredential?) -> WorkerRecord {
    WorkerRecord(id: WorkerID(1), name: "w1", slots: 2, credential: credential)
  }

  private func hello(_ secret: [UInt8]?, _ attempts: [Fence] = []) -> Hello {
    Hello(
      worker: "w1", incarnation: Bench.process, host: "h", release: "1", attempts: attempts,
      token: secret.flatMap(LinkToken.init))
  }

  @Test(
    arguments: [
      (byToken, secret, tls), (byToken, secret, .tls(certificate: certificate)),
      (byCertificate, nil, .tls(certificate: certificate)), (nil, nil, .none),
    ] as [(WorkerCredential?, [UInt8]?, LinkSecurity)])
  func `is taken if it shows it`(credential: WorkerCredential?, secret: [UInt8]?, security: LinkSecurity) {
    let frames = bench(credential).handle(.greeted(Bench.link, hello(secret), over: security)).frames()
    #expect(frames == [.welcome(Welcome(version: 1, slots: 2, lease: .seconds(48)))])
  }

  @Test(
    arguments: [
      (byToken, nil, tls, "worker 'w1' has a token, and does not show one"),
      (
        byToken, [UInt8](repeating: 8, count: 32), tls,
        "the token is not that of worker 'w1', or not any more"
      ),
      (byToken, nil, .tls(certificate: secret), "worker 'w1' has a token, and does not show one"),
      (byCertificate, secret, tls, "worker 'w1' has a certificate, and does not show one"),
      (
        byCertificate, nil, .tls(certificate: [1, 2]),
        "the certificate is not that of worker 'w1', or not any more"
      ),
      (nil, secret, tls, "worker 'w1' has no credential: make one with 'zmctl worker token w1'"),
      (
        byToken, secret, .none,
        "worker 'w1' has a credential, which it may show over TLS only: start its scheduler with --identity"
      ),
    ] as [(WorkerCredential?, [UInt8]?, LinkSecurity, String)])
  func `is refused if it does not`(
    credential: WorkerCredential?, secret: [UInt8]?, security: LinkSecurity, reason: String
  ) {
    let bench = bench(credential)
    let effects = bench.handle(.greeted(Bench.link, hello(secret), over: security))
    #expect(
      effects == [
        .refused(Bench.link, name: "w1", reason: reason), .send(Bench.link, .refuse(reason: reason)),
        .close(Bench.link),
      ])
    // Nothing that it says is heard.
    bench.receive(Bench.finish(1))
    #expect(bench.takeBatch()?.finished.isEmpty != false)
  }

  @Test func `does not let its worker end what another worker has`() {
    let bench = Bench()
    bench.handle(.workers([Bench.worker, Bench.other]))
    bench.greet(link: LinkID(2), name: "w2", process: Nonce(high: 8, low: 8))
    bench.perform(claiming: [Bench.task(1)])
    bench.receive(Bench.finish(1), link: LinkID(2))
    #expect(bench.takeBatch()?.finished.isEmpty != false)
    bench.receive(Bench.finish(1))
    #expect(bench.takeBatch()?.finished.map(\.fence) == [Bench.fence(1)])
  }

  @Test(arguments: [nil, byCertificate, .token(digest: sha256([1]))] as [WorkerCredential?])
  func `loses its link with it, and keeps what it runs until it is given up`(next: WorkerCredential?) {
    let bench = bench(Self.byToken)
    bench.handle(.greeted(Bench.link, hello(Self.secret), over: Self.tls))
    bench.perform(claiming: [Bench.task(1)])
    #expect(bench.handle(.workers([record(Self.byToken)])).isEmpty)
    #expect(bench.handle(.workers([record(next)])) == [.close(Bench.link)])
    // What comes on the link before it is closed is not heard any more.
    bench.receive(Bench.finish(1))
    #expect(bench.takeBatch()?.finished.isEmpty != false)
    #expect(bench.machine.workers[WorkerID(1)]?.attempts.count == 1)
    let refused = bench.handle(.greeted(LinkID(2), hello(Self.secret, [Bench.fence(1)]), over: Self.tls))
    #expect(refused.last == .close(LinkID(2)))
    bench.handle(.workers([record(Self.byToken)]))
    let again = bench.handle(.greeted(LinkID(3), hello(Self.secret, [Bench.fence(1)]), over: Self.tls))
    #expect(again.frames(LinkID(3)).count == 1)
    bench.handle(.workers([record(nil)]))
    bench.tick(after: .seconds(61))
    #expect(bench.takeBatch()?.lost.map(\.fences) == [[Bench.fence(1)]])
  }
}
