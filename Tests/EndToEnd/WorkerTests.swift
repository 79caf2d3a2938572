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
            - {name: torrent, script: "#!/bin/sh\\nyes | head -c 300M", max_output: 1MiB}
      """)
    let id = try #require(run["torrent"]).id
    let taskRun = try await zmey.shown(id)
    #expect(taskRun.state == "succeeded")
    #expect(taskRun.attempts?.first?.isCut == true)
    let mark = "\n[zmey: output after 1048576 bytes was cut]\n"
    let result = try await zmey.must("result", "\(id)").output
    let isExact = result == String(repeating: "y\n", count: 1 << 19) + mark
    #expect(isExact, "\(result.utf8.count) bytes, at the end \(result.suffix(60).debugDescription)")
    let status = try String(
      contentsOfFile: "/proc/\(try #require(try zmey.process("w1")))/status", encoding: .utf8)
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ")
      .dropFirst()
      .first.flatMap { Int($0) }
    #expect(try #require(peak) < 80 << 10)
  }

  @Test func `a pause counts neither for the maximum nor for duration and progress`() async throws {
    let begun = "\(zmey.path)/interval"
    let gate = "\(zmey.path)/interval-over"
    try await zmey.must(
      "apply", "-",
      input: """
        templates:
          - name: interval
            average: 4s
            maximum: 12s
            script: "#!/bin/sh\\nsleep 0.6; touch \(begun); until [ -e \(gate) ]; do sleep 0.05; done"
        """)
    let id = try await zmey.taskRun(of: zmey.submit("interval"))
    try await until("it is in the middle") { FileManager.default.fileExists(atPath: begun) }
    try await zmey.must("pause", "\(id)", "--wait")
    let before = try await zmey.shown(id)
    try await zmey.pass(14)
    let after = try await zmey.shown(id)
    #expect(before.state == "paused" && after.state == "paused")
    #expect(try #require(before.elapsedMs) > 500 && before.elapsedMs == after.elapsedMs)
    #expect(try #require(before.progress) > 10 && before.progress == after.progress)
    #expect(before.etaMs == after.etaMs)
    try #require(FileManager.default.createFile(atPath: gate, contents: nil))
    try await zmey.must("resume", "\(id)")
    #expect(try await zmey.must("wait", "\(id)").output == "\(id) succeeded\n")
    let attempt = "from zm_api.attempt where task_run_id = \(id)"
    let passed = try await zmey.number(
      "select (extract(epoch from finished_at - started_at) * 1000)::bigint \(attempt)")
    let took = try await zmey.number("select duration_us / 1000 \(attempt)")
    // The pause is longer than the maximum, and is not in what it took. When it began is known a moment late.
    #expect(took >= 600 && passed - took >= 12_000)
    let elapsed = try #require(try await zmey.shown(id).elapsedMs)
    #expect(elapsed >= 600 && Int(passed) - elapsed >= 12_000)
  }

  @Test func `a script beyond its maximum is ended with all its children, and counts as a failure`()
    async throws
  {
    let pids = "\(zmey.path)/stubborn"
    let run = try await zmey.run(
      "stubborn",
      """
      pipelines:
        - name: stubborn
          tasks:
            - name: deaf
              maximum: 3s
              grace: 500ms
              script: |
                #!/bin/sh
                trap '' TERM
                sh -c 'echo $$ >>\(pids); exec sleep 1000' &
                echo $$ >>\(pids)
                wait
            - {name: alarm, script: "#!/bin/sh\\necho alarm", after: [{task: deaf, when: failure}]}
            - {name: next, script: "#!/bin/sh", after: [{task: deaf}]}
      """)
    #expect(run.states == ["deaf": "timed_out", "alarm": "succeeded", "next": "skipped"])
    let deaf = try #require(run["deaf"])
    #expect(deaf.reason == "it ran longer than its maximum of 3s")
    let took = try await zmey.number(
      "select duration_us / 1000 from zm_api.attempt where task_run_id = \(deaf.id)")
    // The maximum and the grace, not the usual one of ten seconds; the rest is for machines under load.
    #expect((3500..<13_000).contains(took))
    let processes = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n").compactMap {
      Int32($0)
    }
    #expect(processes.count == 2)
    for process in processes { #expect(kill(process, 0) == -1 && errno == ESRCH) }
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
    #expect(
      stranger.reason
        == "this worker may not run tasks as 'no-such-user': start it with --allow-user no-such-user")
  }
}
