import Glibc
import Processes
import Testing

@Suite struct `Signals` {
  @Test func `a process that is killed reports the signal`() async throws {
    let outcome = try await run(shell("kill -9 $$"))
    #expect(outcome.exit?.status == .signalled(9, coreDumped: false))
  }

  @Test func `the tree's signal reaches the children`() async throws {
    let reactor = try ProcessReactor()
    let outcomes = await run(
      [LaunchRequest(id: 1, program: shell("sleep 1000 & echo $!; wait"))], on: reactor
    ) { event in
      if case .output = event { reactor.signal(1, SIGTERM) }
    }
    let outcome = try #require(outcomes[1])
    let sleeper = try #require(Int32(outcome.lines[0]))
    #expect(outcome.exit?.status == .signalled(SIGTERM, coreDumped: false))
    #expect(outcome.exit?.outputCutByDescendants == false)
    #expect(try waitForExit(of: sleeper, timeout: .seconds(300)))
  }

  @Test func `a process that withstands TERM is killed`() async throws {
    let reactor = try ProcessReactor()
    let script = "trap 'echo caught' TERM; echo ready; while :; do :; done"
    let outcomes = await run([LaunchRequest(id: 1, program: shell(script))], on: reactor) { event in
      guard case .output(_, _, let bytes) = event else { return }
      let caught = bytes.contains(UInt8(ascii: "c"))
      reactor.signal(1, caught ? SIGKILL : SIGTERM)
    }
    #expect(outcomes[1]?.text == "ready\ncaught\n")
    #expect(outcomes[1]?.exit?.status == .signalled(SIGKILL, coreDumped: false))
  }

  @Test func `a signal follows the launch it was sent after, and none hits a finished id`() async throws {
    let reactor = try ProcessReactor()
    reactor.signal(1, SIGKILL)
    let requests = (1...20).map { LaunchRequest(id: $0, program: shell("exec sleep 1000")) }
    reactor.launch(requests)
    for request in requests { reactor.signal(request.id, SIGKILL) }
    let outcomes = await run([], expecting: requests.count, on: reactor)
    #expect(outcomes.count == 20)
    #expect(outcomes.values.allSatisfy { $0.exit?.status == .signalled(9, coreDumped: false) })
  }
}
