import Foundation
import Glibc
import Testing

/// A worker that is started with flags of its own, or is looked at alone.
@Suite("A worker", .serialized, .instance(workers: 1, slots: 2))
struct WorkerTests {
  let zmey = PrivateInstance.current

  @Test func `a flood beyond the limit is cut, costs the worker no memory, and succeeds`() async throws {
    try await zmey.restartWorker()
    let run = try await zmey.run(
      "torrent",
      """
      pipelines:
        - name: torrent
          tasks:
            - {name: torrent, script: "#!/bin/sh\\nyes | head -c 2G", max_output: 1MiB}
      """)
    let id = try #require(run["torrent"]).id
    let taskRun = try await zmey.shown(id)
    #expect(taskRun.state == "succeeded")
    #expect(taskRun.attempts?.first?.isCut == true)
    let mark = "\n[zmey: output after 1048576 bytes was cut]\n"
    let result = try await zmey.must("result", "\(id)").output
    #expect(result == String(repeating: "y\n", count: 1 << 19).dropLast() + "\n\(mark.dropFirst())")
    let status = try String(
      contentsOfFile: "/proc/\(try #require(try zmey.process("w1")))/status", encoding: .utf8)
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ")
      .dropFirst()
      .first.flatMap { Int($0) }
    #expect(try #require(peak) < 80 << 10)
    print("FIGURE flood \(peak ?? -1) KiB, \(taskRun.attempts?.first?.durationMs ?? -1) ms")
  }

  private static let asNobody = """
    pipelines:
      - name: as-nobody
        tasks:
          - name: who
            user: nobody
            script: |
              #!/bin/sh
              id -un; id -Gn; echo $USER $LOGNAME $HOME
              touch file && ls -A
              [ $PWD = $ZM_WORK_DIR ] && cat
            after: [{task: word, pass: stdin}]
          - {name: word, script: "#!/bin/sh\\necho word"}
    """

  @Test(.enabled(if: getuid() == 0, "only root may become somebody else"))
  func `a task runs as another user only where the worker allows it`() async throws {
    try await zmey.restartWorker("--allow-user", "nobody")
    let allowed = try await zmey.run("as-nobody", Self.asNobody)
    let account = try #require(getpwnam("nobody")?.pointee)
    let group = try #require(getgrgid(account.pw_gid)?.pointee)
    #expect(
      allowed["who"]?.result
        == "nobody\n\(String(cString: group.gr_name))\nnobody nobody \(String(cString: account.pw_dir))\nfile\nword\n",
      "\(allowed["who"]?.reason ?? "")")

    try await zmey.restartWorker()
    let refused = try await zmey.run("as-nobody", Self.asNobody)
    #expect(refused["who"]?.state == "failed")
    #expect(
      refused["who"]?.reason
        == "this worker may not run tasks as 'nobody': start it with --allow-user nobody")
    let stranger = try await zmey.run(script: "#!/bin/sh\n", as: "stranger", "--user", "no-such-user")
    #expect(stranger.reason == "there is no user 'no-such-user' on this worker")
  }
}
