import Foundation
import Glibc
import Processes
import Testing

@Suite(.serialized, .instance(workers: 1, slots: 4)) struct `Tasks and daemons are closed to each other` {
  let zmey = PrivateInstance.current

  private static let look = """
    #!/bin/sh
    grep -E '^(Uid|NoNewPrivs)' /proc/self/status | tr '\\t' ' '
    grep 'core file' /proc/self/limits | tr -s ' '
    stat -c %a:%U "$TMPDIR"
    umask
    ls /proc/self/fd | tr '\\n' ' '
    """

  @Test func `a task leaves no core, and its folder is closed to others`() async throws {
    let taskRun = try await zmey.run(script: Self.look, as: "look")
    let lines = try #require(taskRun.result).split(separator: "\n").map(String.init)
    #expect(lines.contains("Max core file size 0 0 bytes "))
    #expect(lines.contains { $0.hasPrefix("700:") })
    #expect(lines.last == "0 1 2 3 ")
    let crash = try await zmey.run(script: "#!/bin/sh\nulimit -c unlimited\nkill -SEGV $$\n", as: "crash")
    #expect(crash.signal == Int(SIGSEGV))
  }

  @Test(.enabled(if: getuid() == 0, "only root may become somebody else"))
  func `tasks that name no user run as the one that the worker is told, and gain nothing`() async throws {
    try await zmey.restartWorker("--task-user", "nobody", asTasks: [])
    let taskRun = try await zmey.run(script: Self.look, as: "look")
    let lines = try #require(taskRun.result, "\(taskRun.reason ?? "")").split(separator: "\n").map(
      String.init)
    let user = try #require(getpwnam("nobody")?.pointee.pw_uid)
    #expect(lines.contains("Uid: \(user) \(user) \(user) \(user)"))
    #expect(lines.contains("NoNewPrivs: 1"))
    #expect(lines.contains("700:nobody"))
    let named = try await zmey.run(script: "#!/bin/sh\nid -un\n", as: "named", "--user", "nobody")
    #expect(named.result == "nobody\n")
    let root = try await zmey.run(script: "#!/bin/sh\nid -un\n", as: "root", "--user", "root")
    #expect(root.reason == "this worker may not run tasks as 'root': start it with --allow-user root")
    try await zmey.must("secret", "set", "word", input: "of another user")
    let secret = try await zmey.run(
      script: "#!/bin/sh\n(echo $A; cat /dev/fd/4) | tr a-z A-Z\n", as: "secret", "--secret", "A=word",
      "--secret", "4=word")
    #expect(secret.result == "OF ANOTHER USER\nOF ANOTHER USER", "\(secret.reason ?? "")")
    try await zmey.restartWorker()
  }

  @Test(.enabled(if: getuid() == 0, "for nobody else tasks would run as root"))
  func `a worker does not begin as root unless it is told whom tasks run as`() async throws {
    let outcome = try await Shell.run(
      "zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "-dt", "\(zmey.path)/x"])
    #expect(outcome.code == 2)
    #expect(
      outcome.error
        == "zmworker: tasks would run as root: start it with --task-user NAME to run them as that user, or with --allow-root\n"
    )
    #expect(access("\(zmey.path)/x", F_OK) != 0)
  }

  @Test(arguments: ["s1", "w1"]) func `a daemon leaves no core, and shows its memory to nobody`(name: String)
    throws
  {
    let pid = try #require(try zmey.process(name))
    let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
    let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
    #expect(core?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
  }

  @Test func `a daemon shows its memory to nobody, its own user included`() async throws {
    let folder = "\(zmey.path)/other"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    var program = Shell.program("zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "-dt", "\(folder)/x"])
    if getuid() == 0 {
      let nobody = try #require(getpwnam("nobody")?.pointee)
      program.user = UserIdentity(userID: nobody.pw_uid, groupID: nobody.pw_gid)
      chown(folder, nobody.pw_uid, nobody.pw_gid)
    }
    let pid = try Daemonizer.start(program, logFile: "\(zmey.path)/log/other.log")
    // The kernel gives these files of a process to its user, but those of one that is not to be dumped to root.
    func owner() -> uid_t? {
      var status = stat()
      return stat("/proc/\(pid)/environ", &status) == 0 ? status.st_uid : nil
    }
    try await until("its files are root's") { owner() == 0 }
    try end(pid, SIGTERM)
  }
}
