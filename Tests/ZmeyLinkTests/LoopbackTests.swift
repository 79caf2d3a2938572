import NIOCore
import NIOPosix
import Testing
import ZmeyCore

@testable import ZmeyLink

/// Two endpoints and real sockets.
@Suite struct LoopbackTests {
  private static let patient = LinkTiming(silence: .seconds(600), ping: .seconds(200))
  private static let hello = Hello(
    worker: "w", incarnation: Nonce(high: 1, low: 2), host: "h", release: "1", attempts: [fence(9)])

  private static func fence(_ number: Int64) -> Fence {
    Fence(taskRun: TaskRunID(number), attempt: 1, nonce: Nonce(high: 0, low: 1))
  }

  @Test("They greet, and frames arrive in the order in which they were sent")
  func frames() async throws {
    let (scheduler, worker) = (Side(), Side())
    let (listener, address) = try await scheduler.endpoint.listen(
      LinkAddress(host: "127.0.0.1", port: 0), timing: Self.patient)
    try await worker.endpoint.dial(address, hello: Self.hello, timing: Self.patient)
    let sent = (0..<3000).map { Frame.settled(Self.fence($0)) }
    var atScheduler = scheduler.events.makeAsyncIterator()
    guard case .greeted(let link, .hello(let hello))? = await atScheduler.next() else {
      Issue.record("no hello")
      return
    }
    #expect(hello == Self.hello)
    link.send([.welcome(Welcome(version: 1, slots: 1, lease: .seconds(600)))] + sent)
    link.close()
    var received: [Frame] = []
    var batches = 0
    for await event in worker.events {
      switch event {
      case .greeted(_, let frame):
        #expect(frame == .welcome(Welcome(version: 1, slots: 1, lease: .seconds(600))))
      case .received(_, let frames):
        received += frames
        batches += 1
      case .closed(_, let error):
        #expect(error == nil)
        #expect(received == sent)
        #expect(batches < sent.count)
        try await listener.close()
        return
      case .failed, .crowded: Issue.record("no greeting")
      }
    }
  }

  @Test(
    "Garbage closes the link",
    arguments: [
      ([UInt8](repeating: 0, count: 8), LinkError.malformed("kind is cut off")),
      ([0xff, 0xff, 0xff, 0xff, 1], LinkError.oversized(Int(UInt32.max))),
      (Array("GET / HTTP/1.1\r\n\r\n".utf8), LinkError.oversized(0x4745_5420)),
      ([0, 0, 0, 1, 13], LinkError.unexpected("ping before the greeting")),
    ])
  func garbage(bytes: [UInt8], expected: LinkError) async throws {
    let scheduler = Side()
    let (listener, address) = try await scheduler.endpoint.listen(
      LinkAddress(host: "127.0.0.1", port: 0), timing: Self.patient)
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: address.host, port: address.port).get()
    // Whether the write is confirmed before the link is closed is not what this is about.
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    var events = scheduler.events.makeAsyncIterator()
    guard case .failed(_, let error)? = await events.next() else {
      Issue.record("the link stayed open")
      return
    }
    #expect(error == expected)
    // The peer sees it too.
    try await channel.closeFuture.get()
    try await listener.close()
  }

  @Test("A peer that says nothing is closed")
  func silent() async throws {
    let scheduler = Side()
    let timing = LinkTiming(silence: .milliseconds(40), ping: .milliseconds(40))
    let (listener, address) = try await scheduler.endpoint.listen(
      LinkAddress(host: "127.0.0.1", port: 0), timing: timing)
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: address.host, port: address.port).get()
    var events = scheduler.events.makeAsyncIterator()
    guard case .failed(_, let error)? = await events.next() else {
      Issue.record("the link stayed open")
      return
    }
    #expect(error == .silent(.milliseconds(40)))
    try await channel.closeFuture.get()
    try await listener.close()
  }
}
