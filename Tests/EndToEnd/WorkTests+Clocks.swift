import Foundation
import Glibc
import Testing

extension WorkTests {
  @Test func `a task's maximum stands in place of its template's`() async throws {
    let run = try await zmey.run(
      "overridden",
      """
      templates:
        - {name: patient, maximum: 1h, script: "#!/bin/sh\\nexec sleep $1"}
        - {name: hasty, maximum: 100ms, script: "#!/bin/sh\\nexec sleep $1"}
      pipelines:
        - name: overridden
          tasks:
            - {name: shorter, template: patient, args: [1000], maximum: 300ms}
            - {name: longer, template: hasty, args: [0.3], maximum: 1h}
            - {name: same, template: hasty, args: [1000]}
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
