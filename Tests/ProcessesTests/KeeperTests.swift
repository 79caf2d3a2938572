import Glibc
import Testing

@testable import Processes

/// Processes of the tests play the reactor's process and the keeper; the keeper's own start is a matter of programs.
@Suite(.serialized) struct `The keeper` {
  /// Runs the family in a process that is killed when all of it is there.
  private func orphan(_ family: Family, _ name: String, _ control: Control) async {
    _ = family.request()
    let (path, isCgroup) = (family.directory.path, control == .cgroup)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, name = name as String, isCgroup = isCgroup as Bool] in
      let control = isCgroup ? try TreeControl.cgroup(name: name) : .signals(adopting: true)
      let reactor = try ProcessReactor(control: control)
      var steps = EventSteps(reactor)
      reactor.launch([Family.request(in: path)])
      try await steps.until { $0.isOutput }
      kill(getpid(), SIGKILL)
    }
  }

  @Test(arguments: Control.usable)
  func `whoever takes over the name ends what a killed process left`(control: Control) async throws {
    let family = Family()
    let name = "zmey-orphans-\(getpid())"
    await orphan(family, name, control)
    #expect(try family.living.count == 5)
    let successor = try control == .cgroup ? TreeControl.cgroup(name: name) : .signals(adopting: false)
    Keeper(name: "zmey-no-keeper", mark: Family.mark(family.directory.path)).endLeftovers(successor)
    #expect(try family.living == [])
  }

  @Test(arguments: Control.usable)
  func `the end of the pipe without a word ends all`(control: Control) async throws {
    let family = Family()
    let name = "zmey-kept-\(getpid())"
    await orphan(family, name, control)
    let base = control == .cgroup ? try CgroupBase.path(name: name) : ""
    let arguments = [
      "zmey-keeper", base, String(decoding: Family.mark(family.directory.path), as: UTF8.self),
    ]
    await #expect(processExitsWith: .exitCode(7)) { [arguments = arguments as [String]] in
      let null = open("/dev/null", O_RDONLY)
      dup2(null, STDIN_FILENO)
      Keeper.run(arguments: arguments)
      exit(7)
    }
    #expect(try family.living == [])
    #expect(base.isEmpty || access(base, F_OK) == -1)
  }

  @Test func `a word of farewell leaves all alone`() async throws {
    let mark = "ZM_FENCE=farewell-\(getpid())"
    var program = shell("exec sleep 1000")
    program.environment.append(Array(mark.utf8))
    let sleeper = try Daemonizer.start(program, logFile: "/dev/null")
    await #expect(processExitsWith: .exitCode(7)) { [mark = mark as String] in
      let pipe = try Pipe()
      var word: UInt8 = 1
      write(pipe.writing.number, &word, 1)
      dup2(pipe.reading.number, STDIN_FILENO)
      Keeper.run(arguments: ["zmey-keeper", "", mark])
      exit(7)
    }
    #expect(kill(sleeper, SIGKILL) == 0)
  }
}

@Suite(.serialized) struct `An adopting reactor` {
  @Test func `ends and reaps orphans, and is left without children`() async throws {
    let family = Family()
    _ = family.request()
    await #expect(processExitsWith: .exitCode(7)) { [path = family.directory.path as String] in
      let reactor = try ProcessReactor(control: .signals(adopting: true))
      var steps = EventSteps(reactor)
      reactor.launch([Family.request(in: path)])
      try await steps.until { $0.isOutput }
      reactor.freeze(1)
      try await steps.until { $0 == .frozen(id: 1) }
      reactor.thaw(1)
      reactor.kill(1)
      _ = try await steps.exit()
      let left = Orphans.children().filter { ProcessEntry(pid: $0)?.isAlive == true }
      exit(left.isEmpty ? 7 : 8)
    }
    #expect(try family.living == [])
  }

  @Test func `ends a thousand short tasks`() async throws {
    await #expect(processExitsWith: .exitCode(7)) {
      let reactor = try ProcessReactor(control: .signals(adopting: true))
      let requests = (1...1000).map { LaunchRequest(id: $0, program: shell("setsid true &")) }
      let outcomes = await run(requests, on: reactor)
      exit(outcomes.values.allSatisfy { $0.exit?.status == .exited(0) } ? 7 : 8)
    }
  }
}
