import Foundation
import Glibc
import Testing

extension WorkTests {
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
              maximum: 1s
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
    #expect(deaf.reason == "it ran longer than its maximum of 1s")
    let took = try await zmey.number(
      "select duration_us / 1000 from zm_api.attempt where task_run_id = \(deaf.id)")
    // The maximum and the grace; the rest is for machines under load.
    #expect((1500..<5000).contains(took))
    let processes = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n").compactMap {
      Int32($0)
    }
    #expect(processes.count == 2)
    for process in processes { #expect(kill(process, 0) == -1 && errno == ESRCH) }
  }

  @Test func `a task's maximum stands in place of its template's`() async throws {
    let run = try await zmey.run(
      "overridden",
      """
      templates:
        - {name: patient, maximum: 1h, script: "#!/bin/sh\\nexec sleep 1000"}
        - {name: hasty, maximum: 100ms, script: "#!/bin/sh\\nexec sleep 0.3"}
      pipelines:
        - name: overridden
          tasks:
            - {name: shorter, template: patient, maximum: 300ms}
            - {name: longer, template: hasty, maximum: 1h}
            - {name: same, template: hasty}
      """)
    #expect(run.states == ["shorter": "timed_out", "longer": "succeeded", "same": "timed_out"])
    #expect(run["shorter"]?.reason == "it ran longer than its maximum of 300ms")
    #expect(run["longer"]?.maximumMs == 3_600_000)
  }

  @Test func `from three successes on it is told how long a task usually takes`() async throws {
    let gate = "\(zmey.path)/learned"
    try await zmey.template(
      "learned",
      "#!/bin/sh\n[ \"$1\" ] || exec sleep 0.$((ZM_TASK_RUN_ID % 3 + 5))\n"
        + "until [ -e \(gate) ]; do sleep 0.05; done\n")
    let batch = try await zmey.submit("learned", "--count", "6")
    try await zmey.must("wait", "\(batch)")
    let taken =
      "select duration_us / 1000 as ms from zm_api.attempt a join zm_api.task_run t on t.id = task_run_id"
    let durations = "(\(taken) where t.run_id = \(batch)) d"
    try await until("it is written down") {
      try await zmey.count(
        "select from zm.duration where name = 'learned' and cardinality(recent_ms) = 6") == 1
    }
    let outcome = try await zmey.zmctl("submit", "learned", "--args-from", "-", input: "wait\n")
    let id = try await zmey.taskRun(of: try #require(Int64(outcome.output.dropLast())))
    try await zmey.untilState(id, "running")
    let shown = try await zmey.shown(id)
    let average = try await zmey.number("select round(avg(ms))::bigint from \(durations)")
    let longest = try await zmey.number("select max(ms) from \(durations)")
    let (told, p95) = (try #require(shown.averageMs), try #require(shown.p95Ms))
    #expect(abs(Int64(told) - average) <= 2)
    #expect(abs(Int64(p95) - longest) <= 2)
    let (elapsed, left) = (try #require(shown.elapsedMs), try #require(shown.etaMs))
    #expect(left == max(0, told - elapsed))
    try #require(FileManager.default.createFile(atPath: gate, contents: nil))
    try await zmey.must("wait", "\(id)")
  }
}
