import Glibc
import Testing

@testable import Processes

@Suite struct `Finding members` {
  private func entry(_ pid: Int32, _ parent: Int32, start: UInt64 = 0) -> ProcessEntry {
    ProcessEntry(pid: pid, parent: parent, session: 0, state: 0x53, start: start)
  }

  @Test func `who descends from a member is one, and nobody else`() {
    let entries = [entry(1, 0), entry(10, 1), entry(11, 10), entry(12, 11), entry(13, 12), entry(20, 10)]
    let census = Census(entries, below: 10) { $0.pid == 11 ? "a" : nil }
    #expect(census.members.mapValues { $0.map(\.pid) } == ["a": [11, 12, 13]])
    #expect(census.owner(of: 20) == nil)
  }

  @Test func `a circle of parents, as pids given anew during a scan may show, ends`() {
    let census = Census([entry(30, 31), entry(31, 32), entry(32, 30)], below: 10) { _ in nil as String? }
    #expect(census.members.isEmpty)
  }

  @Test func `a stranger that has a member's pid is not taken for it`() throws {
    let request = LaunchRequest(id: 1, program: shell("exec sleep 1000"))
    let null = try Descriptor.open("/dev/null", O_RDONLY)
    let child = try Child(request, defaultInput: null, at: 0)
    let tree = SignalTree(child)
    _ = tree.advance([entry(4711, 1, start: 5)])
    #expect(tree.knows(entry(4711, 1, start: 5)))
    #expect(!tree.knows(entry(4711, 1, start: 6)))
    var stranger = try #require(ProcessEntry(pid: child.pid))
    stranger.start -= 1
    #expect(stranger.signal(SIGKILL))
    #expect(ProcessEntry(pid: child.pid)?.isAlive == true)
    stranger.start += 1
    #expect(stranger.signal(SIGKILL))
    #expect(reap(child.pidfd).status == .signalled(SIGKILL, coreDumped: false))
  }

  @Test func `a name with parentheses and blanks does not confuse`() throws {
    let stat = "42 (a) R 7 (b)) S 41 40 39 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 123456 9 9"
    let expected = ProcessEntry(pid: 42, parent: 41, session: 39, state: 0x53, start: 123_456)
    #expect(ProcessEntry(stat: Array(stat.utf8)) == expected)
  }

  @Test func `an environment is that of the last exec`() async throws {
    let reactor = try ProcessReactor()
    var program = shell("exec env -i A=1 B=2 sh -c 'echo; sleep 1000'")
    program.environment.append(Array("GONE=1".utf8))
    var steps = EventSteps(reactor)
    reactor.launch([LaunchRequest(id: 1, program: program)])
    guard case .started(_, let pid) = try await steps.until({ $0.isStart }) else { return }
    try await steps.until { $0.isOutput }
    let environment = try #require(ProcessEntry(pid: pid)).environment
    #expect(environment.prefix(2).map { String(decoding: $0, as: UTF8.self) } == ["A=1", "B=2"])
    reactor.kill(1)
    _ = try await steps.exit()
  }
}

extension ProcessEvent {
  var isStart: Bool { if case .started = self { true } else { false } }
}
