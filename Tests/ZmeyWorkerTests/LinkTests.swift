import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

@Suite("The link goes and comes") struct LinkTests {
  private static func spooled(_ number: Int64) -> [Frame] {
    let finish = Finish(
      fence: Bench.fence(number), outcome: Outcome(verdict: .succeeded, exitCode: 0), resultBytes: 1,
      errorBytes: 0,
      isCut: false, result: nil)
    let bytes = ByteBuffer(string: "x")
    return [
      .output(Bench.fence(number), chunk: 0, stream: .standardOutput, bytes: bytes), .finished(finish),
    ]
  }

  @Test("Without a link output waits; with one, chunks and ends that may be lost go again, in order")
  func reconnect() throws {
    let bench = Bench()
    bench.run(Bench.fence(1))
    bench.write("a", .standardOutput, Bench.fence(1))
    _ = bench.tick(after: .milliseconds(100))
    bench.handle(.disconnected)
    bench.write("b", .standardOutput, Bench.fence(1))
    #expect(bench.tick(after: .seconds(1)).frames.isEmpty)
    bench.exit(0, Bench.fence(1))
    bench.run(Bench.fence(2))
    #expect(Set(bench.machine.held) == [Bench.fence(1), Bench.fence(2)])
    let frames = bench.welcome().frames
    let first = frames.filter {
      switch $0 {
      case .running, .observed: false
      default: true
      }
    }
    #expect(first.count == 3)
    let chunks = ["a", "b"].enumerated().map { index, text in
      Frame.output(
        Bench.fence(1), chunk: Int32(index), stream: .standardOutput, bytes: ByteBuffer(string: text))
    }
    #expect(Array(first[..<2]) == chunks)
    guard case .finished = first[2] else {
      Issue.record("no end")
      return
    }
    #expect(frames.contains(.running(Bench.fence(2), age: .zero)))
  }

  @Test("When its lease is over everything is ended, and it greets as another")
  func lease() {
    let bench = Bench()
    bench.run(Bench.fence(1))
    bench.run(Bench.fence(2))
    bench.exit(0, Bench.fence(2))
    bench.handle(.disconnected)
    #expect(!bench.tick(after: .seconds(47)).contains(.terminate(Bench.fence(1))))
    let effects = bench.tick(after: .seconds(1))
    #expect(effects.contains(.renew))
    #expect(effects.contains(.terminate(Bench.fence(1))))
    #expect(bench.machine.held == [Bench.fence(2)])
  }

  @Test("A link that comes back in time keeps everything running")
  func inTime() {
    let bench = Bench()
    bench.run()
    bench.handle(.disconnected)
    _ = bench.tick(after: .seconds(47))
    bench.welcome()
    #expect(bench.tick(after: .seconds(10)).isEmpty)
  }

  @Test("Ends of an earlier process are named, sent and forgotten when settled")
  func inherited() {
    let bench = Bench(spooled: [Bench.fence(9): Self.spooled(9)], links: false)
    #expect(bench.machine.held == [Bench.fence(9)])
    #expect(bench.welcome().frames == Self.spooled(9))
    #expect(bench.handle(.received(.settled(Bench.fence(9)))) == [.unspool(Bench.fence(9))])
    #expect(bench.machine.held.isEmpty)
  }

  @Test("A drained worker says so, finishes, delivers and ends")
  func drain() {
    let bench = Bench()
    bench.run()
    #expect(bench.handle(.drain(.seconds(60))) == [.send(.leaving)])
    #expect(!bench.exit().contains(.end))
    #expect(!bench.handle(.received(.settled(Bench.fence))).contains(.end))
    // The scheduler closes the link once nothing is left.
    #expect(bench.handle(.disconnected).contains(.end))
    #expect(bench.machine.nextDeadline == nil)
  }

  @Test("A drained worker runs an assignment that was on its way")
  func drainCrossed() {
    let bench = Bench()
    #expect(bench.handle(.drain(.seconds(60))) == [.send(.leaving)])
    bench.run()
    bench.exit()
    bench.handle(.received(.settled(Bench.fence)))
    #expect(bench.handle(.disconnected).contains(.end))
  }

  @Test("A drained worker without work ends with its link, and without a link leaves its ends in the spool")
  func drainIdle() {
    let idle = Bench()
    #expect(idle.handle(.drain(.seconds(60))) == [.send(.leaving)])
    #expect(idle.handle(.disconnected).contains(.end))
    let unlinked = Bench(links: false)
    unlinked.run()
    #expect(unlinked.handle(.drain(.seconds(60))).isEmpty)
    #expect(unlinked.exit().contains(.end))
  }

  @Test("When the time to drain is over, what runs is ended and nobody is waited for")
  func drainOver() {
    let bench = Bench()
    bench.run(Bench.fence(1))
    bench.run(Bench.fence(2))
    bench.exit(0, Bench.fence(2))
    bench.handle(.drain(.seconds(60)))
    #expect(bench.tick(after: .seconds(60)).contains(.terminate(Bench.fence(1))))
    #expect(bench.exit(nil, signal: 15, Bench.fence(1)).contains(.end))
  }

  @Test("A draining worker says so again to a scheduler that comes back")
  func drainAgain() {
    let bench = Bench()
    bench.run()
    bench.handle(.drain(.seconds(60)))
    bench.handle(.disconnected)
    #expect(bench.welcome().frames.last == .leaving)
  }
}
