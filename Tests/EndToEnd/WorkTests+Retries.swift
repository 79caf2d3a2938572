import Testing

extension WorkTests {
  private static let flaky = """
    #!/bin/sh
    echo attempt $ZM_ATTEMPT
    echo error $ZM_ATTEMPT >&2
    [ $ZM_ATTEMPT = 3 ] || exit 75
    """

  /// Runs a script that succeeds at its third attempt, with these keys.
  private func runFlaky(_ name: String, _ keys: String) async throws -> TaskRun {
    let script = Self.flaky.split(separator: "\n").map { "      \($0)\n" }.joined()
    try await zmey.must(
      "apply", "-", input: "templates:\n  - name: \(name)\n    \(keys)\n    script: |\n\(script)")
    let run: Run = try await zmey.zmctl("submit", name, "--wait", "--json").json()
    return try await zmey.shown(try #require(run.taskRuns?.first).id)
  }

  @Test func `retries wait longer each time, and each attempt keeps what it wrote`() async throws {
    let taskRun = try await runFlaky("third", "attempts: 3\n    retry: {delay: 300ms, backoff: 2}")
    #expect(taskRun.state == "succeeded")
    #expect(taskRun.attempts?.map(\.attempt) == [1, 2, 3])
    #expect(taskRun.attempts?.map(\.state) == ["failed", "failed", "succeeded"])
    #expect(taskRun.attempts?.map(\.exitCode) == [75, 75, 0])
    for attempt in 1...3 {
      let (id, number) = ("\(taskRun.id)", "\(attempt)")
      #expect(try await zmey.must("result", id, "--attempt", number).output == "attempt \(attempt)\n")
      let logs = try await zmey.must("logs", id, "--attempt", number)
      #expect((logs.output, logs.error) == ("attempt \(attempt)\n", "error \(attempt)\n"))
    }
    for (attempt, delay) in [(2, 300), (3, 600)] {
      let gap = try await zmey.number(
        """
        select (extract(epoch from b.started_at - a.finished_at) * 1000)::bigint
        from zm_api.attempt a join zm_api.attempt b on b.task_run_id = a.task_run_id and b.attempt = a.attempt + 1
        where a.task_run_id = \(taskRun.id) and b.attempt = \(attempt)
        """)
      #expect(Int(gap) >= delay)
    }
  }

  @Test func `it has failed when no attempt is left, or with a code that is not tried again`() async throws {
    let fewer = try await runFlaky("fewer", "attempts: 2")
    #expect((fewer.state, fewer.attempts?.count, fewer.exitCode) == ("failed", 2, 75))
    let other = try await runFlaky("other", "attempts: 3\n    retry: {exit_codes: [1, 74]}")
    #expect((other.state, other.attempts?.count) == ("failed", 1))
    let same = try await runFlaky("same", "attempts: 3\n    retry: {exit_codes: [74, 75]}")
    #expect((same.state, same.attempts?.count) == ("succeeded", 3))
  }
}
