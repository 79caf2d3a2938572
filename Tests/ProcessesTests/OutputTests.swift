import Glibc
import Testing

@testable import Processes

@Suite struct `Output` {
  let directory = TemporaryDirectory()

  @Test(arguments: [1000, 64 * 1024, 256 * 1024])
  func `ten megabytes of any bytes arrive whole and within the window`(window: Int) async throws {
    var state: UInt32 = 1
    let bytes = (0..<10_000_000).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    let count = window == 1000 ? 300_000 : bytes.count
    let file = directory.write("bytes", Array(bytes[..<count]))
    let outcome = try await run(Program(path: "/bin/cat", arguments: ["cat", file])) {
      $0.outputWindow = window
    }
    #expect(outcome.output == Array(bytes[..<count]))
    #expect(outcome.mostUnacknowledged <= window)
    #expect(outcome.exit?.status == .exited(0))
    #expect(outcome.exit?.outputCutByDescendants == false)
  }

  @Test func `a process that is not acknowledged waits while others go on`() async throws {
    let reactor = try ProcessReactor()
    var endless = LaunchRequest(id: 1, program: shell("yes"))
    endless.outputWindow = 5000
    var delivered = 0
    var others: Set<UInt64> = []
    reactor.launch([endless])
    reactor.launch((2...20).map { LaunchRequest(id: $0, program: shell("echo")) })
    for await batch in reactor.events {
      for event in batch {
        switch event {
        case .output(1, _, let bytes): delivered += bytes.count
        case .finished(let id, _) where id != 1: others.insert(id)
        default: break
        }
      }
      if others.count == 19 && delivered >= 5000 { break }
    }
    #expect(delivered == 5000)
    reactor.shutdown()
  }

  @Test func `an end with a closed window keeps the output until it is acknowledged`() async throws {
    let grace = try ProcessReactor(outputGrace: .zero)
    var request = LaunchRequest(id: 1, program: shell("head -c 20000 /dev/zero; head -c 3000 /dev/zero >&2"))
    request.outputWindow = 1000
    var delivered = 0
    let outcomes = await run([request], on: grace) { event in
      if case .output(_, _, let bytes) = event { delivered += bytes.count }
      if case .finished = event { #expect(delivered == 23_000) }
    }
    #expect(outcomes[1]?.output.count == 20_000)
    #expect(outcomes[1]?.error.count == 3000)
  }

  @Test func `a descendant that holds the pipe delays the end by the grace alone`() async throws {
    let outcome = try await run(shell("sleep 1000 & echo $!"))
    let sleeper = try #require(Int32(outcome.lines[0]))
    #expect(outcome.exit?.outputCutByDescendants == true)
    #expect(outcome.exit?.status == .exited(0))
    #expect(try waitForExit(of: sleeper, timeout: .seconds(300)))
  }

  @Test func `a descendant that writes for ever is cut`() async throws {
    let outcome = try await run(shell("yes & exit 3"))
    #expect(outcome.exit?.outputCutByDescendants == true)
    #expect(outcome.exit?.status == .exited(3))
  }

  @Test func `a descendant that ends within the grace is read to its end`() async throws {
    let reactor = try ProcessReactor(outputGrace: .seconds(60))
    let outcomes = await run(
      [LaunchRequest(id: 1, program: shell("(sleep 0.05; echo late) & echo early"))], on: reactor)
    #expect(outcomes[1]?.text == "early\nlate\n")
    #expect(outcomes[1]?.exit?.outputCutByDescendants == false)
  }

  @Test func `a descendant with its own output does not count`() async throws {
    let outcome = try await run(shell("sleep 1000 >/dev/null 2>&1 & echo $!"))
    let sleeper = try #require(Int32(outcome.lines[0]))
    #expect(outcome.exit?.outputCutByDescendants == false)
    #expect(kill(sleeper, 0) == -1 || ProcessEntry(pid: sleeper)?.isAlive == false)
  }
}
