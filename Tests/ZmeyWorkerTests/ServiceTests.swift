import Logging
import NIOCore
import NIOPosix
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

/// A worker with real processes and a real link; the test is its scheduler.
@Suite struct ServiceTests {
  private static func assignment(_ number: Int64, _ script: UInt8) -> Frame {
    .assign(
      Assignment(
        fence: Bench.fence(number), run: RunID(1), name: "t", pipeline: "", owner: "ann",
        script: ByteBuffer(bytes: [script]), maximum: .seconds(600), maxOutput: 10 << 20,
        arguments: ["4", "2"],
        inputs: []))
  }

  @Test(
    "It runs what it is given, delivers all output, and ends when it is drained", .timeLimit(.minutes(15)))
  func work() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let (events, continuation) = AsyncStream.makeStream(of: LinkEvent.self)
    let endpoint = LinkEndpoint(loop: loop) { continuation.yield($0) }
    let (listener, address) = try await endpoint.listen(
      LinkAddress(host: "127.0.0.1", port: 0), timing: LinkTiming(silence: .seconds(600), ping: .seconds(60)))
    let folder = temporaryPath()
    let service = try WorkerService(
      WorkerConfiguration(
        name: "w", scheduler: address, host: "h", folder: folder, progressPeriod: .seconds(10),
        pingPeriod: .seconds(60), drain: .seconds(600), release: "1"),
      loop: loop, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    async let running: Void = service.run()

    var link: Link?
    var outputs: [Fence: ByteBuffer] = [:]
    var finishes: [Fence: Finish] = [:]
    var load: Int32?
    events: for await event in events {
      switch event {
      case .greeted(let peer, .hello(let hello)):
        #expect(hello.worker == "w")
        #expect(hello.attempts.isEmpty)
        link = peer
        peer.send([
          .welcome(Welcome(version: 1, slots: 4, lease: .seconds(600))),
          .script(sha256: ByteBuffer(bytes: [1]), body: ByteBuffer(string: "#!/bin/sh\necho $1$2\n")),
          .script(
            sha256: ByteBuffer(bytes: [2]),
            body: ByteBuffer(string: "#!/bin/sh\nhead -c 1000000 /dev/zero\necho done >&2\n")),
          Self.assignment(1, 1), Self.assignment(2, 2),
        ])
      case .greeted: Issue.record("no hello")
      case .received(_, let frames):
        for frame in frames {
          switch frame {
          case .output(let fence, let chunk, .standardOutput, let bytes):
            outputs[fence, default: ByteBuffer()].writeImmutableBuffer(bytes)
            link?.send([.outputStored(fence, chunk: chunk)])
          case .finished(let finish):
            finishes[finish.fence] = finish
            link?.send([.settled(finish.fence)])
            if finishes.count == 2 { await service.stop() }
          case .ping(let said): load = said
          case .leaving: link?.close()
          default: break
          }
        }
      case .closed, .failed, .crowded: break events
      }
    }
    try await running
    // In one piece with the end, or streamed before it if the machine is slow.
    let first = finishes[Bench.fence(1)]?.result ?? outputs[Bench.fence(1)]
    #expect(first == ByteBuffer(string: "42\n"))
    #expect(finishes[Bench.fence(2)]?.resultBytes == 1_000_000)
    #expect(finishes[Bench.fence(2)]?.errorBytes == 5)
    // It pings as soon as it is greeted.
    #expect(load != nil)
    #expect(outputs[Bench.fence(2)]?.readableBytes == 1_000_000)
    #expect(contentsAreGone(folder))
    try await listener.close()
  }

  private func contentsAreGone(_ folder: String) -> Bool {
    guard let left = try? WorkerFolder(folder) else { return false }
    defer { left.leave() }
    return left.spool.inherited.isEmpty
  }
}
