import Glibc
import Processes
import Testing

@Suite struct `The settings of a program` {
  let directory = TemporaryDirectory()

  @Test func `the null device is the end of the input`() async throws {
    let outcome = try await run(shell("cat; echo end"))
    #expect(outcome.text == "end\n")
  }

  @Test func `a file is the input`() async throws {
    let file = directory.write("input", [0, 1, 0xff, 10])
    let outcome = try await run(Program(path: "/bin/cat", arguments: ["cat"])) {
      $0.standardInput = .file(file)
    }
    #expect(outcome.output == [0, 1, 0xff, 10])
  }

  @Test func `a missing input file fails in its step`() async throws {
    let outcome = try await run(shell("cat")) { $0.standardInput = .file("/nowhere/input") }
    #expect(outcome.failure?.step == .standardInput)
    #expect(outcome.failure?.code == ENOENT)
  }

  @Test func `limits, niceness, mask and directory are applied`() async throws {
    var program = shell("ulimit -Sn; ulimit -Hn; ulimit -c; nice; umask; pwd")
    program.limits = [
      ResourceLimit(.openFiles, soft: 64, hard: 128), ResourceLimit(.coreFileSize, soft: 0, hard: 0),
    ]
    program.niceness = 7
    program.umask = 0o027
    program.workingDirectory = directory.path
    let outcome = try await run(program)
    #expect(outcome.lines == ["64", "128", "0", "7", "0027", Substring(directory.path)])
  }

  @Test func `a limit that is above its own maximum fails in its step`() async throws {
    var program = shell("echo")
    program.limits = [ResourceLimit(.openFiles, soft: 65, hard: 64)]
    let outcome = try await run(program)
    #expect(outcome.failure?.step == .limit)
    #expect(outcome.failure?.code == EINVAL)
  }

  @Test func `a limit of processor time ends the process`() async throws {
    var program = shell("while :; do :; done")
    program.limits = [ResourceLimit(.cpuSeconds, soft: 1, hard: 2)]
    let outcome = try await run(program)
    #expect(outcome.exit?.status == .signalled(SIGXCPU, coreDumped: false))
  }

  @Test(.enabled(if: geteuid() == 0, "only root may become another user"))
  func `the user is taken on for good and only by the child`() async throws {
    var program = shell("id -u; id -g; id -G; grep NoNewPrivs /proc/self/status")
    program.user = UserIdentity(userID: 65534, groupID: 65533, groups: [65531, 65532])
    let outcome = try await run(program)
    #expect(outcome.lines == ["65534", "65533", "65533 65531 65532", "NoNewPrivs:\t1"])
    #expect(geteuid() == 0)
  }

  @Test(.enabled(if: geteuid() == 0, "only root may become another user"))
  func `a directory is entered with the rights of the user`() async throws {
    var program = shell("pwd")
    program.user = UserIdentity(userID: 65534, groupID: 65534)
    program.workingDirectory = directory.path
    let outcome = try await run(program)
    #expect(outcome.failure?.step == .directory)
    #expect(outcome.failure?.code == EACCES)
  }
}
