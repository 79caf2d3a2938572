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
      let control = isCgroup ? try TreeControl.cgroup(name: name) : .signals
      let reactor = try ProcessReactor(control: control, adopting: true)
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
    let successor = try control == .cgroup ? TreeControl.cgroup(name: name) : .signals
    try Keeper(name: "zmey-no-keeper", mark: Family.mark(family.directory.path)).endLeftovers(successor)
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

  @Test func `a process of another program that bears its name is neither waited for nor killed`() throws {
    let keeper = Keeper(name: "zmey-false-keeper", mark: Array("ZM_FENCE=false-\(getpid())".utf8))
    let program = Program(path: "/usr/bin/yes", arguments: keeper.arguments(.signals))
    let impostor = try Daemonizer.start(program, logFile: "/dev/null")
    defer { kill(impostor, SIGKILL) }
    let patience = Duration.seconds(300)
    let time = try ContinuousClock().measure { try keeper.endLeftovers(.signals, within: patience) }
    #expect(time < patience)
    #expect(ProcessEntry(pid: impostor)?.isAlive == true)
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
  @Test(arguments: Control.usable)
  func `ends and reaps orphans, and is left without children`(control: Control) async throws {
    let family = Family()
    _ = family.request()
    let (path, name, isCgroup) = (family.directory.path, "zmey-adopting-\(getpid())", control == .cgroup)
    await #expect(processExitsWith: .exitCode(7)) {
      [path = path as String, name = name as String, isCgroup = isCgroup as Bool] in
      let control = isCgroup ? try TreeControl.cgroup(name: name) : .signals
      let reactor = try ProcessReactor(control: control, adopting: true)
      var steps = EventSteps(reactor)
      reactor.launch([Family.request(in: path)])
      try await steps.until { $0.isOutput }
      reactor.freeze(1)
      try await steps.until { $0 == .frozen(id: 1) }
      reactor.thaw(1)
      reactor.kill(1)
      _ = try await steps.exit()
      // The last of them is buried a moment after its end.
      for _ in 0..<100_000 where !Orphans.children().isEmpty { usleep(1000) }
      exit(Orphans.children().isEmpty ? 7 : 8)
    }
    #expect(try family.living == [])
    if isCgroup { try CgroupBase.clear(CgroupBase.path(name: name)) }
  }

  @Test func `ends a thousand short tasks`() async throws {
    await #expect(processExitsWith: .exitCode(7)) {
      let reactor = try ProcessReactor(adopting: true)
      let requests = (1...1000).map { LaunchRequest(id: $0, program: shell("setsid true &")) }
      let outcomes = await run(requests, on: reactor)
      exit(outcomes.values.allSatisfy { $0.exit?.status == .exited(0) } ? 7 : 8)
    }
  }
}
