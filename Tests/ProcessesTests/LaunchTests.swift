import Glibc
import Processes
import Testing

@Suite struct `Launching a program` {
  let directory = TemporaryDirectory()

  @Test func `both streams, the exit code and the usage arrive`() async throws {
    let outcome = try await run(shell("echo out; echo err >&2; exit 7"))
    let exit = try #require(outcome.exit)
    #expect(outcome.text == "out\n")
    #expect(outcome.error == Array("err\n".utf8))
    #expect(exit.status == .exited(7))
    #expect(!exit.outputCutByDescendants)
    #expect(exit.usage.maximumResidentKiB > 0)
    #expect(exit.nanoseconds > 0)
  }

  @Test func `a script runs by its shebang`() async throws {
    let path = directory.script("#!/bin/sh\necho $0 $1\n")
    let outcome = try await run(Program(path: path, arguments: ["named", "one"]))
    #expect(outcome.text == "\(path) one\n")
  }

  @Test func `arguments reach the program byte by byte`() async throws {
    let arguments: [[UInt8]] = [
      Array("two words".utf8), Array("\"q'uo\\te$".utf8), Array("a\nb".utf8), [0xff, 0xfe, 0x80], [],
      Array("*".utf8),
    ]
    let head = ["printf", "%s|"].map { Array($0.utf8) }
    let outcome = try await run(Program(path: "/usr/bin/printf", arguments: head + arguments))
    #expect(outcome.output == arguments.flatMap { $0 + Array("|".utf8) })
  }

  @Test func `the environment is what was given and nothing else`() async throws {
    var program = Program(path: "/usr/bin/env", arguments: ["env"], environment: ["A": "1 = one"])
    program.environment.append(Array("B=".utf8) + [0xff])
    let outcome = try await run(program)
    #expect(outcome.output == Array("A=1 = one\nB=".utf8) + [0xff, 0x0a])
  }

  @Test func `no descriptor of ours leaks`() async throws {
    let inheritable = open("/dev/null", O_RDONLY)
    defer { close(inheritable) }
    let requests = (1...50).map { LaunchRequest(id: $0, program: shell("ls /proc/$$/fd; :")) }
    let outcomes = try await run(requests, on: ProcessReactor())
    #expect(outcomes.values.map(\.text) == Array(repeating: "0\n1\n2\n", count: 50))
  }

  @Test func `files in memory stand at their numbers, and nothing else does`() async throws {
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
    let given: [Int32: [UInt8]] = [3: Array("three".utf8), 4: large, 9: [], 7: [0, 255]]
    let script =
      "ls /proc/$$/fd; cat <&3; cat /dev/fd/3; wc -c <&4; cat <&9; cat <&7; /bin/echo x >&7 || :"
    let outcomes = await run(
      (1...20).map { (id: UInt64) in
        var request = LaunchRequest(id: id, program: shell(script))
        request.files = given
        return request
      }, on: try ProcessReactor())
    let text = Array("0\n1\n2\n3\n4\n7\n9\nthreethree65536\n".utf8) + [0, 255]
    #expect(outcomes.values.allSatisfy { $0.output == text }, "\(outcomes.values.map(\.output))")
    #expect(outcomes.values.allSatisfy { !$0.error.isEmpty })
  }

  @Test(arguments: [0, 2, 10, -1] as [Int32]) func `a file at another number is refused`(number: Int32)
    async throws
  {
    let outcome = try await run(shell("echo")) { $0.files = [number: [1]] }
    #expect(outcome.failure?.step == .descriptors)
  }

  @Test func `it leads a session and a group of its own`() async throws {
    let outcome = try await run(shell("cut -d' ' -f5,6 /proc/$$/stat"))
    let pid = try #require(outcome.pid)
    #expect(outcome.text == "\(pid) \(pid)\n")
  }

  @Test func `no signal is ignored or blocked`() async throws {
    signal(SIGPIPE, SIG_IGN)
    let outcome = try await run(
      Program(path: "/bin/grep", arguments: ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"]))
    #expect(outcome.text == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
  }

  @Test func `a missing file fails in exec with ENOENT`() async throws {
    let outcome = try await run(Program(path: "/nowhere/x", arguments: ["x"]))
    #expect(outcome.failure?.step == .exec)
    #expect(outcome.failure?.code == ENOENT)
    #expect(outcome.failure?.description == "exec: No such file or directory")
    #expect(outcome.pid == nil)
  }

  @Test(arguments: [
    ("#!/nowhere/interpreter\n", 0o755, ENOENT), ("echo no shebang\n", 0o755, ENOEXEC),
    ("#!/bin/sh\n", 0o644, EACCES),
  ])
  func `a script that cannot be executed fails in exec`(text: String, mode: mode_t, code: Int32) async throws
  {
    let outcome = try await run(Program(path: directory.script(text, mode: mode), arguments: ["x"]))
    #expect(outcome.failure?.step == .exec)
    #expect(outcome.failure?.code == code)
  }

  @Test func `a missing directory fails in its step`() async throws {
    var program = shell("pwd")
    program.workingDirectory = "/nowhere"
    let outcome = try await run(program)
    #expect(outcome.failure?.step == .directory)
    #expect(outcome.failure?.code == ENOENT)
  }

  @Test func `a NUL byte is refused`() async throws {
    let outcome = try await run(shell("echo", "a\0b"))
    #expect(outcome.failure?.step == .arguments)
    #expect(outcome.failure?.code == EINVAL)
  }

  @Test func `an id that is in use is refused`() async throws {
    let requests = [LaunchRequest(id: 1, program: shell("read x < /dev/zero"))]
    let reactor = try ProcessReactor()
    reactor.launch(requests + requests)
    var failures: [LaunchFailure] = []
    for await batch in reactor.events {
      for case .failedToStart(1, let failure) in batch {
        failures.append(failure)
        reactor.shutdown()
      }
    }
    #expect(failures.map(\.step) == [.request])
    #expect(failures.map(\.code) == [EEXIST])
  }
}
