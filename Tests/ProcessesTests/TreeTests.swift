import Glibc
import Testing

@testable import Processes

@Suite("Trees", .serialized) struct TreeTests {
  @Test(arguments: Control.usable)
  func `a frozen tree stands still, a thawed one goes on, a killed one is gone`(control: Control) async throws
  {
    let reactor = try control.makeReactor()
    let family = Family()
    var steps = EventSteps(reactor)
    reactor.launch([family.request()])
    try await steps.until { $0.isOutput }
    reactor.freeze(1)
    try await steps.until { $0 == .frozen(id: 1) }
    let (counts, ticks) = (family.counts, try family.ticks)
    try await Task.sleep(for: .milliseconds(300))
    #expect(family.counts == counts)
    #expect(try family.ticks == ticks)
    #expect(try family.living.count == 5)
    reactor.thaw(1)
    try await steps.until { $0 == .thawed(id: 1) }
    try await family.awaitProgress()
    reactor.kill(1)
    let exit = try await steps.exit()
    #expect(try family.living == [])
    #expect(exit.status == .signalled(SIGKILL, coreDumped: false))
  }

  @Test(arguments: Control.usable)
  func `a signal reaches every member`(control: Control) async throws {
    let reactor = try control.makeReactor()
    var family = Family()
    family.atTerm = "echo caught >$1.term; exit"
    family.finale =
      "for name in child session daemon deaf group; do until [ -s $name.term ]; do sleep 0.01; done; done"
    var steps = EventSteps(reactor)
    reactor.launch([family.request()])
    try await steps.until { $0.isOutput }
    reactor.signal(1, SIGTERM)
    #expect(try await steps.exit().status == .exited(0))
    #expect(try family.living == [])
  }

  @Test(arguments: Control.usable)
  func `what is left behind is gone before the end is told`(control: Control) async throws {
    let reactor = try control.makeReactor()
    var family = Family()
    family.finale = "exit 3"
    var steps = EventSteps(reactor)
    reactor.launch([family.request()])
    let exit = try await steps.exit()
    #expect(try family.living == [])
    #expect(exit.status == .exited(3))
    #expect(exit.outputCutByDescendants)
  }

  @Test(arguments: Control.usable)
  func `who holds no pipe is killed without a grace`(control: Control) async throws {
    let reactor = try ProcessReactor(outputGrace: .seconds(3600), control: control.make())
    let outcomes = await run(
      [LaunchRequest(id: 1, program: shell("setsid sleep 1000 >/dev/null 2>&1 & echo $!; sleep 0.1"))],
      on: reactor)
    let sleeper = try #require(outcomes[1]?.lines.first.flatMap { Int32($0) })
    // Without a mark the signals tier loses who has left session and parent.
    if control == .cgroup { #expect(ProcessEntry(pid: sleeper)?.isAlive != true) }
    kill(sleeper, SIGKILL)
    #expect(outcomes[1]?.exit?.outputCutByDescendants == false)
  }

  @Test(arguments: Control.usable)
  func `a frozen tree can be killed`(control: Control) async throws {
    let reactor = try control.makeReactor()
    let family = Family()
    var steps = EventSteps(reactor)
    reactor.launch([family.request()])
    try await steps.until { $0.isOutput }
    reactor.freeze(1)
    try await steps.until { $0 == .frozen(id: 1) }
    reactor.kill(1)
    #expect(try await steps.exit().status == .signalled(SIGKILL, coreDumped: false))
    #expect(try family.living == [])
    // Its cgroup is used again, and not frozen.
    let next = await run([LaunchRequest(id: 2, program: shell("echo next"))], on: reactor)
    #expect(next[2]?.text == "next\n")
  }

  @Test(arguments: Control.usable)
  func `a thaw calls off a freeze, and the last wish wins`(control: Control) async throws {
    let reactor = try control.makeReactor()
    let family = Family()
    var steps = EventSteps(reactor)
    reactor.launch([family.request()])
    try await steps.until { $0.isOutput }
    for _ in 1...20 {
      reactor.freeze(1)
      reactor.thaw(1)
    }
    try await family.awaitProgress()
    for _ in 1...3 { reactor.freeze(1) }
    try await steps.until { $0 == .frozen(id: 1) }
    let counts = family.counts
    try await Task.sleep(for: .milliseconds(100))
    #expect(family.counts == counts)
    reactor.kill(1)
    _ = try await steps.exit()
  }

  @Test(arguments: Control.usable)
  func `a freeze meets the launch that it was sent after, and its time does not count`(
    control: Control
  ) async throws {
    let reactor = try control.makeReactor()
    var steps = EventSteps(reactor)
    let directory = TemporaryDirectory()
    let file = "\(directory.path)/go-on"
    let clock = ContinuousClock()
    let beginning = clock.now
    reactor.launch([LaunchRequest(id: 1, program: shell("until [ -e $1 ]; do sleep 0.01; done", file))])
    reactor.freeze(1)
    try await steps.until { $0 == .frozen(id: 1) }
    let frozen = try await clock.measure { try await Task.sleep(for: .milliseconds(300)) }
    reactor.thaw(1)
    _ = directory.write("go-on", [])
    let exit = try await steps.exit()
    let all = beginning.duration(to: clock.now)
    #expect(exit.status == .exited(0))
    #expect(.nanoseconds(exit.nanoseconds) <= all - frozen + .milliseconds(1))
  }

  @Test(arguments: Control.usable)
  func `who has stopped itself before a freeze stands after the thaw`(control: Control) async throws {
    let reactor = try control.makeReactor()
    var steps = EventSteps(reactor)
    let script = """
      sh -c 'kill -STOP $$; sleep 1000' & until grep -q 'State:.T' /proc/$!/status; do sleep 0.01; done
      echo $!; wait
      """
    reactor.launch([LaunchRequest(id: 1, program: shell(script))])
    guard case .output(_, _, let bytes) = try await steps.until({ $0.isOutput }) else { return }
    let pid = try #require(Int32(String(decoding: bytes, as: UTF8.self).dropLast()))
    reactor.freeze(1)
    try await steps.until { $0 == .frozen(id: 1) }
    reactor.thaw(1)
    try await steps.until { $0 == .thawed(id: 1) }
    // A process that is continued needs a moment to show it.
    try await Task.sleep(for: .milliseconds(100))
    #expect(ProcessEntry(pid: pid)?.isStopped == true)
    reactor.kill(1)
    _ = try await steps.exit()
  }

  @Test(arguments: Control.usable)
  func `who forks without end is frozen and killed`(control: Control) async throws {
    let reactor = try control.makeReactor()
    let directory = TemporaryDirectory()
    let count = "\(directory.path)/count"
    var steps = EventSteps(reactor)
    let script = "echo ready; i=0; while :; do setsid sleep 1 & i=$((i+1)); echo $i >$1; done"
    var request = LaunchRequest(id: 1, program: shell(script, count))
    let mark = Family.mark(directory.path)
    request.program.environment.append(mark)
    request.mark = mark
    reactor.launch([request])
    try await steps.until { $0.isOutput }
    reactor.freeze(1)
    try await steps.until { $0 == .frozen(id: 1) }
    let frozen = contents(count)
    try await Task.sleep(for: .milliseconds(100))
    #expect(contents(count) == frozen)
    reactor.kill(1)
    #expect(try await steps.exit().status == .signalled(SIGKILL, coreDumped: false))
    #expect(!ProcessEntry.all().contains { $0.isAlive && $0.environment.contains(mark[...]) })
  }

  @Test func `limits of a tree held by signals are each process's`() async throws {
    let outcome = try await run(shell("ulimit -v")) { $0.memoryLimit = 512 << 20 }
    #expect(outcome.text == "\(512 << 10)\n")
  }
}
