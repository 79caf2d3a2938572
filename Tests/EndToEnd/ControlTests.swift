import TestKit
import Testing

/// What people do to work that nobody has taken yet: an instance without a worker that is linked keeps it so.
@Suite("Control of what waits", .instance(workers: 1, slots: 1))
struct ControlTests {
  let zmey = PrivateInstance.current

  struct Effects: Decodable, Equatable {
    let verb: String
    let effects: [String: Int]
  }

  /// A run of a template that waits for a slot, its number and those of its task runs.
  private func waiting(_ name: String, _ count: Int) async throws -> (run: String, ids: [String]) {
    try await occupy()
    try await zmey.template(name, "#!/bin/sh\necho ran\n")
    let run = try await zmey.submit(name, "--count", "\(count)")
    return ("\(run)", try await states(run).map { "\($0.id)" })
  }

  /// Lets a script have the one slot until the instance is torn down.
  private func occupy() async throws {
    try await zmey.template("occupant", "#!/bin/sh\nexec sleep 100000\n")
    if try await zmey.count("select from zm.task_run where name = 'occupant'") == 0 {
      _ = try await zmey.submit("occupant")
    }
    try await until("the slot is taken") {
      try await zmey.count("select from zm.inflight") > 0
    }
  }

  private func states(_ run: Int64) async throws -> [TaskRun] {
    try await zmey.must("list", "--run", "\(run)", "--json").json([TaskRun].self).sorted { $0.id < $1.id }
  }

  @Test func `hold, release, pause, resume and stop say how many they moved to what`() async throws {
    let (run, ids) = try await waiting("verbs", 3)
    #expect(try await zmey.must("hold", ids[0]).output == "1 held\n")
    #expect(try await zmey.must("list", "--state", "held", "--run", run).output.contains(ids[0]))
    #expect(
      try await zmey.must("pause", "--run", run, ids[0], "--json").json()
        == Effects(
          verb: "pause", effects: ["held": 2]))
    #expect(
      try await zmey.must("hold", run).output == "nothing to do: all have ended or are so already\n")
    #expect(try await zmey.must("release", ids[0], ids[1], "--yes").output == "2 queued\n")
    #expect(try await zmey.must("resume", run, "--wait").output == "1 queued\n")
    // Nobody sits at a terminal, so nobody is asked.
    #expect(try await zmey.must("stop", "--run", run, "--wait").output == "3 stopped\n")
    #expect(
      try await zmey.must("stop", run, "--now", "--json").json() == Effects(verb: "stop", effects: [:]))
    #expect(try await zmey.zmctl("wait", run).output == "\(run) stopped\n")
  }

  @Test func `of several that are named either all or none are moved`() async throws {
    let (run, ids) = try await waiting("whole", 1)
    for arguments in [
      ["hold", ids[0], "7"], ["hold", ids[0], "--pipeline", "none"], ["hold", ids[0], "--run", ids[0]],
      ["stop", ids[0], "7", "--yes"],
    ] {
      let outcome = try await zmey.zmctl(arguments)
      #expect(outcome.code == 3 && outcome.output == "", "\(arguments) \(outcome.error)")
      #expect(outcome.error.split(separator: "\n").count == 1)
    }
    #expect(try await states(try #require(Int64(run))).map(\.state) == ["queued"])
  }

  @Test func `a paused pipeline holds its runs until it is resumed`() async throws {
    try await occupy()
    try await zmey.must(
      "apply", "-",
      input: """
        pipelines:
          - name: tides
            tasks:
              - {name: ebb, script: "#!/bin/sh"}
              - {name: flow, script: "#!/bin/sh", after: [{task: ebb}]}
        """)
    #expect(try await zmey.must("pause", "--pipeline", "tides").output == "1 pipeline paused\n")
    #expect(try await zmey.must("pipeline", "list").output.contains("2 (paused)"))
    #expect(try await zmey.must("pipeline", "list", "--json").output.contains(#""is_paused" : true"#))
    let run = try await zmey.must("start", "tides").output.dropLast()
    let number = try #require(Int64(run))
    #expect(try await states(number).map(\.state) == ["held", "waiting"])
    #expect(try await zmey.must("list", "--run", "\(run)").output.contains("waiting (on hold)"))
    #expect(
      try await zmey.must("resume", "--pipeline", "tides").output
        == "1 pipeline resumed, 1 queued, 1 waiting\n")
    #expect(try await states(number).map(\.state) == ["queued", "waiting"])
    #expect(try await zmey.must("stop", "--pipeline", "tides").output == "2 stopped\n")
  }

  /// Types a line at a terminal that a verb runs on; what stands there at its end, and its exit code.
  private func atTerminal(typing line: String, _ arguments: String...) async throws -> String {
    let script = """
      import os, pty, sys
      child, terminal = pty.fork()
      if child == 0:
          os.execv(sys.argv[2], ["zmctl"] + sys.argv[3:])
      os.write(terminal, sys.argv[1].encode() + b"\\n")
      seen = b""
      while True:
          try:
              more = os.read(terminal, 4096)
          except OSError:
              break
          if not more:
              break
          seen += more
      print(seen.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """
    return try await Shell.run(
      "/usr/bin/python3", ["-c", script, line, "\(Shell.programs)/zmctl"] + arguments,
      variables: ["ZM_DB": zmey.conninfo]
    ).output
  }

  @Test func `at a terminal a run is stopped only after a yes`() async throws {
    let (run, ids) = try await waiting("asked", 3)
    let refused = try await atTerminal(typing: "", "stop", run)
    #expect(refused.contains("Stop run \(run)? [y/N]") && refused.contains("nothing was stopped"))
    #expect(refused.hasSuffix(" 1\n"))
    #expect(!(try await atTerminal(typing: "", "stop", ids[0])).contains("[y/N]"))
    let unasked = try await atTerminal(typing: "", "stop", ids[1], "--run", run, "--yes")
    #expect(!unasked.contains("[y/N]") && unasked.contains("2 stopped"))
    let (other, _) = try await waiting("asked", 1)
    #expect(try await atTerminal(typing: "y", "stop", "--run", other).contains("1 stopped"))
  }

  @Test func `show tells what time a run has left and along which tasks`() async throws {
    try await occupy()
    try await zmey.must(
      "apply", "-",
      input: """
        pipelines:
          - name: left
            tasks:
              - {name: fetch, script: "#!/bin/sh", average: 10s}
              - {name: long, script: "#!/bin/sh", average: 30s, after: [{task: fetch}]}
              - {name: short, script: "#!/bin/sh", average: 5s, after: [{task: fetch}]}
              - {name: alarm, script: "#!/bin/sh", after: [{task: fetch, when: failure}]}
        """)
    let run = try await zmey.must("start", "left").output.dropLast()
    let shown: Run = try await zmey.must("show", "\(run)", "--json").json()
    #expect(shown.etaMs == 40_000)
    #expect(shown.criticalPath == ["fetch", "long"])
    #expect(try await zmey.must("show", "\(run)").output.contains("time left: about 40s: fetch → long"))
    try await zmey.must("stop", "\(run)")
    let ended: Run = try await zmey.must("show", "\(run)", "--json").json()
    #expect(ended.etaMs == nil && ended.criticalPath == nil)
  }

  static let mistakes: [([String], String)] = [
    (["pause"], "the number of a task run or run"), (["stop", "--now"], "the number of a task run or run"),
    (["hold", "seven"], "seven"), (["hold", "1", "--wait"], "--wait"), (["pause", "1", "--now"], "--now"),
    (["stop", "--run"], "--run"), (["rerun"], "the number of a task run or run"),
    (["rerun", "1", "--from", "--failed"], "exclude each other"),
    (["rerun", "--from", "--run", "1"], "--from takes numbers of task runs"),
    (["logs", "1", "--attempt", "0"], "--attempt counts from 1"),
  ]

  @Test(arguments: mistakes)
  func `a command line that makes no sense ends with 2`(arguments: [String], words: String) async throws {
    let outcome = try await zmey.zmctl(arguments)
    #expect(outcome.code == 2)
    #expect(
      outcome.error.contains(words) && outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
  }
}
