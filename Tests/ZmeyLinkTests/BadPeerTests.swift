import NIOCore
import NIOPosix
import Sealing
import Testing
import ZmeyCore

@testable import ZmeyLink

/// What strangers do to a scheduler's port, while a worker is linked and goes on working.
@Suite struct `A bad peer` {
  /// A scheduler that welcomes everyone and echoes progress, with a worker that is linked to it.
  private struct Party {
    let host = Side()
    let guest = Side()
    let address: LinkAddress
    let listener: any Channel
    let link: Link
    let greeting: Duration

    init(isSecure: Bool, greeting: Duration = .seconds(600), strangers: Int = FrameLimit.strangers)
      async throws
    {
      let identity = try Identity.make(name: "s1")
      let timing = LinkTiming(silence: .seconds(600), ping: .seconds(200), greeting: greeting)
      (listener, address) = try await host.endpoint.listen(
        Side.anyPort, timing: timing, tls: isSecure ? SchedulerTLS(identity: identity.pem) : nil,
        strangers: strangers)
      try await guest.endpoint.dial(
        address, hello: Side.hello(), timing: Side.patient,
        credential: isSecure ? LinkCredential(pem: CredentialText.token(for: identity)) : nil)
      var arrivals = host.events.makeAsyncIterator()
      guard case .greeted(let link, _)? = await arrivals.next() else {
        throw LinkError.unexpected("no hello")
      }
      self.link = link
      self.greeting = greeting
      link.send([Side.welcome])
      var answers = guest.events.makeAsyncIterator()
      guard case .greeted? = await answers.next() else { throw LinkError.unexpected("no welcome") }
    }

    /// Whether a frame for the worker still reaches it.
    func works() async -> Bool {
      let frame = Frame.settled(Fence(taskRun: TaskRunID(1), attempt: 1, nonce: Nonce(high: 1, low: 1)))
      link.send([frame])
      for await event in guest.events {
        // Beside answers to pings.
        if case .received(_, let frames) = event, frames.contains(frame) { return true }
      }
      return false
    }

    func stranger(_ count: Int = 1) async throws -> [any Channel] {
      let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      var channels: [any Channel] = []
      for _ in 0..<count {
        channels.append(try await bootstrap.connect(host: address.host, port: address.port).get())
      }
      return channels
    }

    /// How the next link that does not greet ends.
    func failure() async -> LinkError? {
      for await event in host.events {
        if case .failed(_, let error) = event { return error }
      }
      return nil
    }

    func end() async throws {
      link.close()
      try await listener.close()
    }
  }

  private static let garbage: [(String, [UInt8], LinkError, LinkError)] = [
    ("eight zero bytes", [UInt8](repeating: 0, count: 8), .malformed("kind is cut off"), .insecure),
    ("a length of 4 GB", [0xff, 0xff, 0xff, 0xff, 1], .oversized(Int(UInt32.max)), .insecure),
    ("HTTP", Array("GET / HTTP/1.1\r\n\r\n".utf8), .oversized(0x4745_5420), .insecure),
    ("a large frame before its greeting", [0, 0x10, 0, 0, 1], .oversized(0x10_0000), .insecure),
    ("a record of TLS with nonsense in it", [22, 3, 1, 0, 5, 1, 2, 3, 4, 5], .unasked, .insecure),
  ]

  @Test(arguments: garbage.indices, [false, true])
  func `that sends garbage is closed, and nobody else`(index: Int, isSecure: Bool) async throws {
    let (_, bytes, plain, secure) = Self.garbage[index]
    let party = try await Party(isSecure: isSecure)
    let channel = try await party.stranger()[0]
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    #expect(await party.failure() == (isSecure ? secure : plain))
    try await channel.closeFuture.get()
    #expect(await party.works())
    try await party.end()
  }

  @Test(arguments: [false, true])
  func `that trickles bytes gains no time by it`(isSecure: Bool) async throws {
    let party = try await Party(isSecure: isSecure, greeting: .milliseconds(300))
    let channel = try await party.stranger()[0]
    // The first bytes of what could become a greeting; each far sooner than the deadline.
    let bytes: [UInt8] = isSecure ? [22, 3, 1, 2, 0] : [0, 0, 1, 0, 1]
    let sent = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: channel.eventLoop)
    let trickle = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in
      let byte = sent.value < bytes.count ? bytes[sent.value] : 0
      channel.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
      sent.value += 1
    }
    #expect(await party.failure() == .late(.milliseconds(300)))
    trickle.cancel()
    try await channel.closeFuture.get()
    #expect(await party.works())
    try await party.end()
  }

  @Test(arguments: [false, true])
  func `that says nothing, or only half closes, is closed in time`(isSecure: Bool) async throws {
    let party = try await Party(isSecure: isSecure, greeting: .milliseconds(100))
    let silent = try await party.stranger()[0]
    #expect(await party.failure() == .late(.milliseconds(100)))
    try await silent.closeFuture.get()

    let half = try await party.stranger()[0]
    try await half.setOption(.allowRemoteHalfClosure, value: true).get()
    try await half.close(mode: .output).get()
    #expect(await party.failure() == nil)
    try await half.closeFuture.get()
    #expect(await party.works())
    try await party.end()
  }

  @Test func `that waits longest goes where there is no more room, and a worker still comes in`() async throws
  {
    let party = try await Party(isSecure: false, strangers: 20)
    let first = try await party.stranger(20)
    let beyond = try await party.stranger(5)
    for channel in first.prefix(5) { try await channel.closeFuture.get() }
    #expect((first.dropFirst(5) + beyond).filter { !$0.isActive }.isEmpty)
    var crowded = 0
    for await event in party.host.events {
      if case .crowded = event { crowded += 1 }
      if crowded == 5 { break }
    }
    #expect(await party.works())

    let late = Side()
    try await late.endpoint.dial(party.address, hello: Side.hello(), timing: Side.patient)
    var hasGreeted = false
    for await event in party.host.events {
      if case .greeted = event { hasGreeted = true }
      if hasGreeted { break }
    }
    #expect(hasGreeted)
    for channel in first.dropFirst(6) + beyond { try await channel.close().get() }
    try await party.end()
  }

  @Test func `may come ten thousand times: a worker's frames still pass`() async throws {
    let party = try await Party(isSecure: true, strangers: 64)
    for _ in 0..<100 {
      let batch = try await party.stranger(100)
      for (number, channel) in batch.enumerated() {
        if number.isMultiple(of: 2) {
          channel.writeAndFlush(ByteBuffer(bytes: [1, 2, 3, 4, 5]), promise: nil)
        }
      }
      #expect(await party.works())
      for channel in batch { channel.close(promise: nil) }
      for channel in batch { try? await channel.closeFuture.get() }
    }
    try await party.end()
  }
}
