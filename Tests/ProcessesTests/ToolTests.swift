import Glibc
import Processes
import Testing

@Suite struct `Tools` {
  let directory = TemporaryDirectory()

  @Test func `a pid lock excludes others as long as it lives`() throws {
    let path = "\(directory.path)/pid"
    #expect(try PidLock.holder(path) == nil)
    do {
      let lock = try PidLock(path)
      #expect(try PidLock.holder(path) == getpid())
      #expect(throws: PidLock.Failure.held(by: getpid())) { _ = try PidLock(path) }
      withExtendedLifetime(lock) {}
    }
    #expect(try PidLock.holder(path) == nil)
    _ = try PidLock(path)
  }

  @Test func `a pid lock is freed by the death of its holder`() async throws {
    let path = "\(directory.path)/pid"
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lock = try PidLock(path)
      let holder = try PidLock.holder(path)
      if holder == getpid() { kill(getpid(), SIGKILL) }
      withExtendedLifetime(lock) {}
    }
    #expect(contents(path)?.isEmpty == false)
    #expect(try PidLock.holder(path) == nil)
  }

  @Test func `waiting for an exit sees a living, an ended and a missing process`() async throws {
    let reactor = try ProcessReactor()
    let outcomes = await run([LaunchRequest(id: 1, program: shell("exec sleep 1000"))], on: reactor) {
      event in
      guard case .started(_, let pid) = event else { return }
      #expect((try? waitForExit(of: pid, timeout: .zero)) == false)
      reactor.signal(1, SIGKILL)
      #expect((try? waitForExit(of: pid, timeout: .seconds(300))) == true)
    }
    #expect(outcomes[1]?.exit?.status == .signalled(SIGKILL, coreDumped: false))
    #expect(try waitForExit(of: Int32.max, timeout: .zero))
  }

  @Test func `a daemon has its own session, no parent of ours, and writes to its log`() throws {
    let log = "\(directory.path)/log"
    let script = "cut -d' ' -f4-6 /proc/$$/stat; ls /proc/$$/fd; cat; pwd >&2"
    var program = shell(script)
    program.workingDirectory = directory.path
    let first = try Daemonizer.start(program, logFile: log)
    #expect(try waitForExit(of: first, timeout: .seconds(300)))
    let second = try Daemonizer.start(shell("echo more"), logFile: log)
    #expect(try waitForExit(of: second, timeout: .seconds(300)))

    let lines = try #require(contents(log)).split(separator: "\n")
    #expect(lines.dropFirst() == ["0", "1", "2", Substring(directory.path), "more"])
    let fields = lines[0].split(separator: " ")
    #expect(fields.dropFirst() == ["\(first)", "\(first)"])
    #expect(fields[0] != "\(getpid())")
  }

  @Test func `a daemon that cannot be executed says why`() throws {
    let log = "\(directory.path)/log"
    let failure = #expect(throws: LaunchFailure.self) {
      try Daemonizer.start(Program(path: "/nowhere/x", arguments: ["x"]), logFile: log)
    }
    #expect(failure?.step == .exec)
    #expect(failure?.code == ENOENT)
  }

  @Test func `a run to the end returns status, output and error`() throws {
    let input = [UInt8](repeating: 0xfe, count: 1_000_000)
    let run = try runToEnd(shell("tee /dev/stderr; exit 3"), input: input)
    #expect(run.status == .exited(3))
    #expect(run.standardOutput == input)
    #expect(run.standardError == input)
  }

  @Test func `a run to the end does not wait for descendants`() throws {
    let run = try runToEnd(shell("sleep 1000 & echo $!; exit 4"))
    let sleeper = try #require(Int32(String(decoding: run.standardOutput.dropLast(), as: UTF8.self)))
    #expect(run.status == .exited(4))
    #expect(kill(sleeper, SIGKILL) == 0)
  }

  @Test func `a run to the end does not wait for a descendant that writes for ever`() throws {
    let run = try runToEnd(shell("yes & exit 4"))
    #expect(run.status == .exited(4))
  }
}
