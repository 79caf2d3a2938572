import Glibc
import Processes
import Testing

@Suite struct `Discarded output` {
  @Test func `two hundred megabytes pass without events but tails, the last of them at the end`() async throws
  {
    let reactor = try ProcessReactor()
    var request = LaunchRequest(
      id: 1, program: shell("echo begin; head -c 200000000 /dev/zero; printf '%300s' last"))
    request.outputWindow = 1
    reactor.discard(1, stream: .standardOutput)
    reactor.launch([request])
    reactor.discard(1, stream: .standardOutput)
    let outcomes = await run([], expecting: 1, on: reactor)
    let outcome = try #require(outcomes[1])
    #expect(outcome.exit?.status == .exited(0))
    // What the window holds, if the launch was faster than the second word of it.
    #expect(outcome.output.count <= 1)
    #expect(outcome.tails.allSatisfy { $0.count <= 256 })
    #expect(outcome.tails.last?.suffix(4) == Array("last".utf8)[...])
    // Four a second, the first and the last.
    let seconds = Int(outcome.exit?.nanoseconds ?? 0) / 1_000_000_000 + 1
    #expect(outcome.tails.count <= 4 * seconds + 2)
  }

  @Test func `the other stream is delivered, and its window does not hold the discarded one`() async throws {
    let reactor = try ProcessReactor()
    var request = LaunchRequest(id: 1, program: shell("echo e >&2; yes | head -c 10000000; echo >&2"))
    request.outputWindow = 1
    var steps = EventSteps(reactor)
    reactor.launch([request])
    reactor.discard(1, stream: .standardOutput)
    var output = 0
    var error: [UInt8] = []
    while true {
      switch try await steps.next() {
      case .output(_, .standardOutput, let bytes): output += bytes.count
      case .output(_, .standardError, let bytes): error += bytes
      case .finished(_, let exit):
        #expect(exit.status == .exited(0))
        // What the window holds, if the script was faster than the word to discard.
        #expect(output <= 1)
        #expect(error == Array("e\n\n".utf8))
        return
      default: break
      }
    }
  }

  @Test func `a stream that is discarded while its window is used up flows on`() async throws {
    let reactor = try ProcessReactor()
    var request = LaunchRequest(id: 1, program: shell("yes | head -c 10000000"))
    request.outputWindow = 1000
    reactor.launch([request])
    for await batch in reactor.events {
      for event in batch {
        if case .output(_, _, let bytes) = event {
          #expect(bytes.count == 1000)
          reactor.discard(1, stream: .standardOutput)
          // Given back only now, and not enough to read on what is wanted.
          reactor.acknowledge(1, bytes: 10)
        }
        if case .discarded = event { reactor.acknowledge(1, bytes: 990) }
        if case .finished(_, let exit) = event {
          #expect(exit.status == .exited(0))
          return
        }
      }
    }
  }

  @Test func `a descendant that writes for ever is cut all the same`() async throws {
    let reactor = try ProcessReactor()
    reactor.launch([LaunchRequest(id: 1, program: shell("yes & sleep 0.1; exit 3"))])
    reactor.discard(1, stream: .standardOutput)
    let outcomes = await run([], expecting: 1, on: reactor)
    #expect(outcomes[1]?.exit?.outputCutByDescendants == true)
    #expect(outcomes[1]?.exit?.status == .exited(3))
    #expect(outcomes[1]?.tails.last?.contains(UInt8(ascii: "y")) == true)
  }
}
