import Postgres
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A join` {
  /// What came of each rule for these tasks before it, as Airflow documents it for the rule in brackets.
  static let table: [(join: String, before: String, outcome: String)] = [
    // [all_success]
    ("all", "SS", "queued"), ("all", "SF", "upstream_failed"), ("all", "SK", "skipped"),
    ("all", "SU", "upstream_failed"), ("all", "KK", "skipped"), ("all", "FK", "upstream_failed"),
    ("all", "UK", "upstream_failed"),
    // [one_success]
    ("any", "SS", "queued"), ("any", "SF", "queued"), ("any", "SK", "queued"), ("any", "SU", "queued"),
    ("any", "FF", "upstream_failed"), ("any", "FK", "upstream_failed"), ("any", "KK", "skipped"),
    ("any", "UK", "upstream_failed"), ("any", "UU", "upstream_failed"),
    // [all_done]
    ("all_done", "SS", "queued"), ("all_done", "SF", "queued"), ("all_done", "SK", "queued"),
    ("all_done", "FK", "queued"), ("all_done", "KK", "queued"), ("all_done", "UU", "queued"),
    // [none_failed]
    ("none_failed", "SS", "queued"), ("none_failed", "SK", "queued"), ("none_failed", "KK", "queued"),
    ("none_failed", "SF", "upstream_failed"), ("none_failed", "SU", "upstream_failed"),
    ("none_failed", "FK", "upstream_failed"), ("none_failed", "UK", "upstream_failed"),
    // [one_failed]
    ("one_failed", "SS", "skipped"), ("one_failed", "SK", "skipped"), ("one_failed", "KK", "skipped"),
    ("one_failed", "SF", "queued"), ("one_failed", "FK", "queued"), ("one_failed", "SU", "queued"),
    ("one_failed", "UU", "queued"),
    // Airflow has none like it.
    ("n_of 2", "SSF", "queued"), ("n_of 2", "SSK", "queued"), ("n_of 2", "SFF", "upstream_failed"),
    ("n_of 2", "SKK", "skipped"), ("n_of 1", "FS", "queued"),
  ]

  /// Names of tasks that end as the letters say: S succeeded, F failed, K skipped by choice, U skipped after a failure.
  private static func tasks(_ letters: String) -> [String] {
    var seen: [Character: Int] = [:]
    return letters.map { letter in
      seen[letter, default: 0] += 1
      return "\(letter)\(seen[letter, default: 1])"
    }
  }

  @Test func `starts or skips as Airflow does for the names that both have`() async throws {
    try await World.with { world in
      let roots = ["S1", "S2", "F1", "F2"].map { task($0) }
      let ends =
        ["K1", "K2"].map { task($0, after("S1", .failure)) } + ["U1", "U2"].map { task($0, after("F1")) }
      let joins = Self.table.map { row in
        var joined = task("\(row.join): \(row.before)")
        joined.join = Join(row.join) ?? .all
        joined.after = Self.tasks(row.before).map { after($0) }
        return joined
      }
      var definitions = pipeline(task("a"))
      definitions.pipelines[0].tasks = roots + ends + joins
      try await world.apply(definitions)
      let run = try await world.start()
      try await world.scheduler.finishQueued(.failed, only: ["F1", "F2"])
      let outcomes = try await world.root.texts(
        """
        select t.name || ' -> ' || case when t.upstream_failed then 'upstream_failed' else s.name end
        from zm.task_run t join zm.task_state s on s.id = t.state where t.run_id = $1 and t.name like '%:%' order by t.id
        """, [.int8(run.rawValue)])
      #expect(outcomes == Self.table.map { "\($0.join): \($0.before) -> \($0.outcome)" })
    }
  }

  @Test func `at any, one_failed and n_of does not wait for the rest`() async throws {
    try await World.with { world in
      func joined(_ name: String, _ join: Join) -> TaskDefinition {
        var joined = task(name, after("a"), after("b"), after("c"))
        joined.join = join
        return joined
      }
      try await world.apply(
        pipeline(
          task("a"), task("b"), task("c"), joined("any", .any), joined("one_failed", .oneFailed),
          joined("two", .nOf(2)), joined("none_failed", .noneFailed)))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(3)
      try await world.scheduler.finish([claimed[0].fence], .failed)
      #expect(
        try await world.states(run).filter { !$0.contains("waiting") }
          == ["a=failed", "b=assigned", "c=assigned", "none_failed=skipped", "one_failed=queued"])
      try await world.scheduler.finish([claimed[1].fence])
      #expect(try await world.states(run).contains("any=queued"))
      #expect(try await world.states(run).contains("two=waiting"))
      try await world.scheduler.finish([claimed[2].fence])
      #expect(try await world.states(run).contains("two=queued"))
    }
  }

  @Test func `hands on what had ended when it was decided, and nothing that came later`() async throws {
    try await World.with { world in
      var joined = task("end", after("a", pass: .argument), after("b", pass: .argument))
      joined.join = .any
      try await world.apply(pipeline(task("a"), task("b"), joined))
      _ = try await world.start()
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.finish([claimed[0].fence], result: Array("first".utf8))
      try await world.scheduler.finish([claimed[1].fence], result: Array("second".utf8))
      let end = try await world.scheduler.claim(1)
      #expect(end.map { $0.inputs.map { String(decoding: $0.bytes, as: UTF8.self) } } == [["first"]])
    }
  }

  @Test func `is run again with the branch that leads to it, whatever its other links came to`() async throws
  {
    try await World.with { world in
      var merged = task("d", after("b"), after("c"))
      merged.join = .any
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a")), task("c", after("a", .failure)), merged, task("e", after("c"))))
      let run = try await world.start()
      for _ in 1...3 { try await world.scheduler.finishQueued() }
      #expect(try await world.tally(run) == "5 5 0 succeeded")
      let b = try await world.root.int(
        "select id from zm.task_run where run_id = $1 and name = 'b'", [.int8(run.rawValue)])
      let again = try await world.anna.run { session in try People.rerun(b, .from, isLatest: false, session) }
      #expect(try await world.states(again) == ["b=queued", "d=waiting"])
    }
  }

  @Test func `counts a stopped task neither as a success nor as a failure`() async throws {
    try await World.with { world in
      var definitions = pipeline(task("a"), task("b"))
      for join: Join in [.all, .any, .allDone, .noneFailed, .oneFailed] {
        var joined = task("\(join)", after("a"), after("b"))
        joined.join = join
        definitions.pipelines[0].tasks.append(joined)
      }
      try await world.apply(definitions)
      let run = try await world.start()
      try await world.scheduler.finishQueued(.stopped)
      #expect(
        try await world.states(run) == [
          "a=stopped", "all=skipped", "all_done=queued", "any=skipped", "b=stopped", "none_failed=skipped",
          "one_failed=skipped",
        ])
    }
  }

  @Test func `of nested diamonds waits for both sides of each`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("top"), task("left", after("top")), task("right", after("top")), task("l1", after("left")),
          task("l2", after("left")), task("lend", after("l1"), after("l2")),
          task("end", after("lend"), after("right"))))
      let run = try await world.start()
      try await world.scheduler.finishQueued()
      try await world.scheduler.finishQueued(.succeeded, only: ["left"])
      #expect(try await world.states(run).contains("right=succeeded"))
      try await world.scheduler.finish([try await world.scheduler.claim(1)[0].fence])
      #expect(try await world.states(run).contains("lend=waiting"))
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run).contains("end=waiting"))
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run).contains("end=queued"))
      try await world.scheduler.finishQueued()
      #expect(try await world.tally(run) == "7 7 0 succeeded")
    }
  }

  @Test func `after a branch goes on with the side that was chosen`() async throws {
    try await World.with { world in
      var join = task("join", after("small"), after("large"))
      join.join = .noneFailed
      var strict = task("strict", after("small"), after("large"))
      strict.join = .all
      try await world.apply(
        pipeline(
          task("measure"), task("small", after("measure", try Condition("result < 10"))),
          task("large", after("measure", try Condition("result >= 10"))), task("more", after("large")), join,
          strict))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array("12\n".utf8))
      #expect(
        try await world.states(run) == [
          "join=waiting", "large=queued", "measure=succeeded", "more=waiting", "small=skipped",
          "strict=skipped",
        ])
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run).contains("join=queued"))
      #expect(
        try await world.root.texts(
          "select reason from zm.task_run where run_id = $1 and name in ('small', 'strict') order by name",
          [.int8(run.rawValue)]) == [
            #"the link from "measure" was not taken"#, #"the link from "small" was not taken"#,
          ])
    }
  }

  @Test func `does not count links that are off, and skips what is off when its turn comes`() async throws {
    try await World.with { world in
      var off = after("b")
      off.isEnabled = false
      var idle = task("idle", after("a"))
      idle.isEnabled = false
      var first = task("first")
      first.isEnabled = false
      try await world.apply(
        pipeline(
          task("a"), task("b"), task("c", after("a"), off), idle, task("after idle", after("idle")), first))
      let run = try await world.start()
      #expect(try await world.states(run).contains("first=skipped"))
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.finish(claimed.filter { $0.name == "a" }.map(\.fence))
      #expect(
        try await world.states(run) == [
          "a=succeeded", "after idle=skipped", "b=assigned", "c=queued", "first=skipped", "idle=skipped",
        ])
      #expect(
        try await world.root.texts(
          "select reason from zm.task_run where run_id = $1 and name = 'idle' and not upstream_failed",
          [.int8(run.rawValue)]) == ["it is switched off"])
    }
  }
}
