import Foundation
import Glibc
import Testing

/// What people asked for stays so, whatever is killed meanwhile.
@Suite("Pauses", .serialized, .instance(workers: 1, slots: 4))
struct PauseTests {
  let zmey = PrivateInstance.current

  /// A script that counts in a file of that name until its gate is open.
  private func counting(_ name: String) -> String {
    "#!/bin/sh\necho $ZM_ATTEMPT >>\(path(name)).attempts\n"
      + "until [ -e \(path(name)).gate ]; do i=$((i + 1)); echo $i >\(path(name)); sleep 0.03; done\n"
  }

  private func path(_ name: String) -> String { "\(zmey.path)/counted-\(name)" }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? ""
  }

  private func open(_ name: String) throws {
    try #require(FileManager.default.createFile(atPath: "\(path(name)).gate", contents: nil))
  }

  private func awaitProgress(_ name: String) async throws {
    let before = text(name)
    try await until("\(name) counts on") { text(name) != before && !text(name).isEmpty }
  }

  private func expectStandstill(_ name: String) async throws {
    let before = text(name)
    try await zmey.pass(0.3)
    #expect(text(name) == before)
  }

  private func states(_ run: Int64) async throws -> [String: String] {
    let all = try await zmey.must("list", "--run", "\(run)", "--json").json([TaskRun].self)
    return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.state) })
  }

  /// A chain of that name: `first`, which counts, then `second`, then `third`, which comes in any case.
  private func chain(_ name: String) -> String {
    let script = counting(name).dropLast().split(separator: "\n").map { "          \($0)" }
    return """
      pipelines:
        - name: \(name)
          tasks:
            - name: first
              grace: 10m
              script: |
      \(script.map { "          \($0)" }.joined(separator: "\n"))
            - {name: second, script: "#!/bin/sh\\ntouch \(path(name)).second", after: [{task: first}]}
            - {name: third, script: "#!/bin/sh\\ntouch \(path(name)).third", after: [{task: second}]}
      """
  }

  private func startCounting(_ name: String) async throws -> Int64 {
    try await zmey.template(name, counting(name))
    let id = try await zmey.taskRun(of: zmey.submit(name))
    try await awaitProgress(name)
    return id
  }

  @Test func `a pause outlives scheduler, database and worker, and what was lost in it is held`() async throws
  {
    let id = try await startCounting("enduring")
    try await zmey.must("pause", "\(id)", "--wait")

    try end(try zmey.process("s1"), SIGKILL)
    try await zmey.up(workers: 1, slots: 4)
    try await expectStandstill("enduring")
    #expect(try await zmey.shown(id).state == "paused")

    try end(try zmey.database(), SIGKILL)
    try await zmey.up(workers: 1, slots: 4)
    try await expectStandstill("enduring")
    #expect(try await zmey.shown(id).state == "paused")

    try end(try zmey.process("w1"), SIGKILL)
    try await zmey.up(workers: 1, slots: 4)
    try await zmey.untilState(id, "held")
    try await expectStandstill("enduring")
    #expect(text("enduring.attempts") == "1\n")

    try open("enduring")
    #expect(try await zmey.must("resume", "\(id)").output == "1 queued\n")
    #expect(try await zmey.must("wait", "\(id)").output == "\(id) succeeded\n")
    #expect(text("enduring.attempts") == "1\n2\n")
  }

  @Test func `what is asked while no scheduler runs is done by the next one`() async throws {
    let id = try await startCounting("unattended")
    try end(try zmey.process("s1"), SIGKILL)
    #expect(try await zmey.must("pause", "\(id)").output == "1 pausing\n")
    try await zmey.up(workers: 1, slots: 4)
    try await zmey.untilState(id, "paused")
    try await expectStandstill("unattended")
    try end(try zmey.process("s1"), SIGKILL)
    #expect(try await zmey.must("resume", "\(id)").output == "1 resuming\n")
    try await zmey.up(workers: 1, slots: 4)
    try await awaitProgress("unattended")
    try open("unattended")
    #expect(try await zmey.must("wait", "\(id)").output == "\(id) succeeded\n")
    #expect(text("unattended.attempts") == "1\n")
  }

  @Test func `a paused run holds what follows, and goes on with a resume`() async throws {
    let run = try await zmey.start("held-chain", chain("held-chain"))
    try await awaitProgress("held-chain")
    #expect(try await zmey.must("pause", "--run", "\(run)", "--wait").output == "1 pausing, 2 waiting\n")
    #expect(try await states(run) == ["first": "paused", "second": "waiting", "third": "waiting"])
    try await expectStandstill("held-chain")

    let first = try await zmey.taskRun(of: run, "first")
    try open("held-chain")
    try await zmey.must("resume", "\(first)", "--wait")
    try await zmey.must("wait", "\(first)")
    #expect(try await states(run) == ["first": "succeeded", "second": "held", "third": "waiting"])
    try await zmey.pass(0.1)
    #expect(!FileManager.default.fileExists(atPath: "\(path("held-chain")).second"))

    #expect(try await zmey.must("resume", "--run", "\(run)").output == "1 queued, 1 waiting\n")
    #expect(try await zmey.must("wait", "\(run)").output == "\(run) succeeded\n")
    #expect(FileManager.default.fileExists(atPath: "\(path("held-chain")).third"))
  }

  @Test func `pauses and resumes in quick succession lose nothing and run nothing twice`() async throws {
    try await zmey.template("hectic", "#!/bin/sh\necho $ZM_TASK_RUN_ID >>\(zmey.path)/hectic\nsleep 0.1\n")
    let run = try await zmey.submit("hectic", "--count", "60")
    for _ in 1...8 {
      for verb in ["pause", "resume"] { try await zmey.must(verb, "--run", "\(run)") }
    }
    try await zmey.must("pause", "--run", "\(run)", "--wait")
    let states = try await zmey.must("list", "--run", "\(run)", "--limit", "100", "--json").json(
      [TaskRun].self)
    #expect(Set(states.map(\.state)).isSubset(of: ["paused", "held", "succeeded"]))
    try await zmey.must("resume", "--run", "\(run)")
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
    let ran = try String(contentsOfFile: "\(zmey.path)/hectic", encoding: .utf8).split(separator: "\n")
    #expect(ran.count == 60 && Set(ran).count == 60)
    #expect(try await zmey.count("select from zm.task_run where run_id = \(run) and attempt = 1") == 60)
  }

  @Test func `a paused pipeline stills its runs, holds new ones, and lets all go with a resume`() async throws
  {
    let run = try await zmey.start("held-pipeline", chain("held-pipeline"))
    try await awaitProgress("held-pipeline")
    try await zmey.must("pause", "--pipeline", "held-pipeline", "--wait")
    let next = try #require(Int64(try await zmey.must("start", "held-pipeline").output.dropLast()))
    try await expectStandstill("held-pipeline")
    #expect(try await states(run)["first"] == "paused")
    #expect(try await states(next)["first"] == "held")
    try open("held-pipeline")
    try await zmey.must("resume", "--pipeline", "held-pipeline")
    #expect(
      try await zmey.must("wait", "\(run)", "\(next)").output == "\(run) succeeded\n\(next) succeeded\n")
  }

  @Test func `nothing follows in a run that was stopped, and with --now no grace is given`() async throws {
    let run = try await zmey.start("stopped-chain", chain("stopped-chain"))
    try await awaitProgress("stopped-chain")
    // A shell waits for its child before it heeds TERM, but not for KILL.
    #expect(
      try await zmey.must("stop", "--run", "\(run)", "--now", "--wait").output == "1 stopping, 2 stopped\n")
    #expect(try await states(run) == ["first": "stopped", "second": "stopped", "third": "stopped"])
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) stopped\n")
    try await zmey.pass(0.1)
    #expect(!FileManager.default.fileExists(atPath: "\(path("stopped-chain")).second"))
    #expect(text("stopped-chain.attempts") == "1\n")
  }

  @Test func `whoever heeds no TERM is killed at once with --now, also in the middle of a grace`()
    async throws
  {
    try await zmey.must(
      "apply", "-",
      input: """
        templates:
          - name: deaf
            grace: 10m
            script: |
              #!/bin/sh
              trap '' TERM
              echo >\(path("deaf"))
              while :; do sleep 0.05; done
        """)
    let id = try await zmey.taskRun(of: zmey.submit("deaf"))
    try await until("it is deaf") { !text("deaf").isEmpty }
    #expect(try await zmey.must("stop", "\(id)").output == "1 stopping\n")
    #expect(try await zmey.shown(id).state == "stopping")
    #expect(try await zmey.must("stop", "\(id)", "--now", "--wait").output == "1 stopping\n")
    #expect(try await zmey.shown(id).state == "stopped")
    #expect(try await zmey.sinceAsked("kill", id) < 300_000)
  }
}
