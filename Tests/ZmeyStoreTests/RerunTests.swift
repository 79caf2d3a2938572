import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

extension World {
  func rerun(_ id: Int64, _ mode: RerunMode = .alone, latest: Bool = false) async throws -> RunID {
    try await anna.run { session in try People.rerun(id, mode, isLatest: latest, session) }
  }

  /// Claims everything, checks nothing, ends each with its name as the result; what each was handed.
  @discardableResult
  func runQueued(failing: Set<String> = []) async throws -> [String: [String]] {
    let claimed = try await scheduler.claim(100)
    for task in claimed {
      let verdict: Outcome.Verdict = failing.contains(task.name) ? .failed : .succeeded
      try await scheduler.finish([task.fence], verdict, result: Array(task.name.utf8))
    }
    return Dictionary(uniqueKeysWithValues: claimed.map { ($0.name, $0.texts) })
  }

  /// The same until nothing is queued; every task that ran with what it was handed, in the order of the rounds.
  @discardableResult
  func runAll(failing: Set<String> = []) async throws -> [[String: [String]]] {
    var rounds: [[String: [String]]] = []
    while true {
      let round = try await runQueued(failing: failing)
      if round.isEmpty { return rounds }
      rounds.append(round)
    }
  }
}

extension ClaimedTask {
  /// Its arguments, then what was handed on to it.
  fileprivate var texts: [String] { arguments + inputs.map { String(decoding: $0.bytes, as: UTF8.self) } }
}

@Suite struct `A rerun` {
  /// a ─▶ b ─▶ c ─▶ d ─▶ e, each handing on its result.
  private let chain = pipeline(
    task("a", args: ["1"]), task("b", after("a", pass: .stdin), args: ["2"]),
    task("c", after("b", pass: .argument)), task("d", after("c", pass: .argument)),
    task("e", after("d", pass: .argument)))

  @Test func `of a task run runs it alone, with the result that it was handed before`() async throws {
    try await World.with { world in
      try await world.apply(chain)
      let first = try await world.start("x")
      #expect(try await world.runAll().first == ["a": ["1", "x"]])
      let again = try await world.rerun(try await world.id("b", of: first))
      #expect(try await world.runAll() == [["b": ["2", "a"]]])
      #expect(try await world.tally(again) == "1 1 0 succeeded")
      let record = try await world.anna.run { try People.run(again, $0) }
      #expect(record?.rerunOf == first)
      #expect(record?.isPipeline == true)
      // The arguments of the start belong to the task that got them.
      _ = try await world.rerun(try await world.id("a", of: first))
      #expect(try await world.runAll() == [["a": ["1", "x"]]])
    }
  }

  @Test func `from a task run runs it and all that follows, with what was kept`() async throws {
    try await World.with { world in
      try await world.apply(chain)
      let first = try await world.start()
      try await world.runAll()
      let again = try await world.rerun(try await world.id("c", of: first), .from)
      #expect(try await world.states(again) == ["c=queued", "d=waiting", "e=waiting"])
      #expect(try await world.runAll() == [["c": ["b"]], ["d": ["c"]], ["e": ["d"]]])
      #expect(try await world.tally(again) == "3 3 0 succeeded")
      // What is kept is kept for a rerun of the rerun, too.
      let third = try await world.rerun(try await world.id("c", of: again))
      #expect(try await world.runAll() == [["c": ["b"]]])
      #expect(try await world.tally(third) == "1 1 0 succeeded")
      // A run of a part is again one of that part, whatever follows it in the pipeline.
      _ = try await world.rerun(third.rawValue)
      #expect(try await world.runAll(failing: ["c"]) == [["c": ["b"]]])
    }
  }

  @Test func `of what failed of a run leaves out what succeeded`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a", pass: .argument)), task("c", after("a", pass: .argument)),
          task("d", after("b", pass: .argument), after("c", pass: .argument)), task("e", after("c"))))
      let first = try await world.start()
      try await world.runAll(failing: ["b"])
      #expect(
        try await world.states(first)
          == ["a=succeeded", "b=failed", "c=succeeded", "d=skipped", "e=succeeded"])
      let again = try await world.rerun(first.rawValue, .failed)
      #expect(try await world.runAll() == [["b": ["a"]], ["d": ["b", "c"]]])
      #expect(try await world.states(again) == ["b=succeeded", "d=succeeded"])
      #expect(
        await databaseError { _ = try await world.rerun(again.rawValue, .failed) }?.message
          == "nothing in run \(again) has failed")
    }
  }

  @Test func `leaves out what another task still keeps from starting`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b"), task("c", after("b")), task("both", after("a"), after("b")),
          task("beyond", after("both")), task("anyway", after("both", .always), after("b"))))
      let first = try await world.start()
      try await world.runAll(failing: ["a"])
      #expect(try await world.states(first).contains("both=skipped"))
      let again = try await world.rerun(try await world.id("b", of: first), .from)
      #expect(try await world.states(again) == ["anyway=waiting", "b=queued", "c=waiting"])
      try await world.runAll()
      #expect(try await world.tally(again) == "3 3 0 succeeded")
    }
  }

  @Test func `hands on what a failed task wrote where the link was taken`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("alarm", after("a", .failure, pass: .argument))))
      let first = try await world.start()
      try await world.runAll(failing: ["a"])
      _ = try await world.rerun(try await world.id("alarm", of: first))
      #expect(try await world.runAll() == [["alarm": ["a"]]])
    }
  }

  @Test func `of a whole run has all its tasks and arguments`() async throws {
    try await World.with { world in
      try await world.apply(chain)
      let first = try await world.start(task: "d", "x")
      let rounds = try await world.runAll()
      _ = try await world.rerun(first.rawValue)
      #expect(try await world.runAll() == rounds)
      #expect(rounds.first == ["d": ["x"]])
    }
  }

  @Test func `of a batch has the same arguments, of what failed only theirs`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let first = try await world.anna.run { session in
        try People.submit(template: "t", arguments: [["1"], [], ["3", "x"]], session)
      }
      let claimed = try await world.scheduler.claim(5)
      try await world.scheduler.finish([claimed[0].fence])
      try await world.scheduler.finish([claimed[1].fence, claimed[2].fence], .failed)
      let failed = try await world.rerun(first.rawValue, .failed)
      #expect(try await world.scheduler.claim(5).map(\.arguments) == [[], ["3", "x"]])
      #expect(try await world.tally(failed) == "2 0 0 running")
      _ = try await world.rerun(first.rawValue)
      #expect(try await world.scheduler.claim(5).map(\.arguments) == [["1"], [], ["3", "x"]])
      _ = try await world.rerun(claimed[2].fence.taskRun.rawValue)
      #expect(try await world.scheduler.claim(5).map(\.arguments) == [["3", "x"]])
      let record = try await world.anna.run { try People.run(failed, $0) }
      #expect(record?.isPipeline == false)
      #expect(record?.rerunOf == first)
    }
  }

  @Test func `has the definition of the first time, or the one of now`() async throws {
    try await World.with { world in
      func definitions(_ argument: String, attempts: Int) -> Definitions {
        let program = Program(script: "#!/bin/sh\n# \(argument)\n", attempts: attempts)
        let tasks = [
          TaskDefinition(name: "a", work: .template("t"), arguments: [argument], after: []),
          task("b", after("a", pass: .argument)),
        ]
        return Definitions(
          templates: [TemplateDefinition(name: "t", program: program)],
          pipelines: [PipelineDefinition(name: "p", tasks: tasks)])
      }
      try await world.apply(definitions("old", attempts: 1))
      let run = try await world.start()
      let script = try await world.scheduler.claim(1)
      try await world.scheduler.finish(script.map(\.fence), result: Array("kept".utf8))
      try await world.runAll()
      let batch = try await world.submit(1)
      let old = try await world.scheduler.claim(1)
      try await world.scheduler.finish(old.map(\.fence))

      try await world.apply(definitions("new", attempts: 2))
      _ = try await world.rerun(try await world.id("a", of: run))
      let same = try await world.scheduler.claim(1)
      #expect(same.map(\.arguments) == [["old"]])
      #expect(same.map(\.script) == script.map(\.script))
      _ = try await world.rerun(try await world.id("a", of: run), latest: true)
      let latest = try await world.scheduler.claim(1)
      #expect(latest.map(\.arguments) == [["new"]])
      #expect(latest.map(\.script) != script.map(\.script))
      // Kept is what the task of that name handed on.
      _ = try await world.rerun(try await world.id("b", of: run), latest: true)
      #expect(try await world.runAll() == [["b": ["kept"]]])

      _ = try await world.rerun(batch.rawValue)
      #expect(try await world.scheduler.claim(1).map(\.program) == old.map(\.program))
      _ = try await world.rerun(batch.rawValue, latest: true)
      #expect(try await world.scheduler.claim(1).map(\.program) != old.map(\.program))

      try await world.apply(pipeline(task("c")))
      let gone = await databaseError {
        _ = try await world.rerun(try await world.id("a", of: run), latest: true)
      }
      #expect(gone?.message == #"pipeline "p" has no task "a" any more"#)
    }
  }

  @Test func `is refused of what has not ended, is not there or is another's`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b")))
      let run = try await world.start()
      let a = try await world.id("a", of: run)
      for (id, mode, state) in [
        (run.rawValue, RerunMode.alone, "ZM005"), (run.rawValue, .from, "ZM004"), (a, .failed, "ZM004"),
        (a, .alone, "ZM005"), (a, .from, "ZM005"), (7, .alone, "ZM003"),
      ] {
        #expect(await sqlState { _ = try await world.rerun(id, mode) } == state, "\(id) \(mode)")
      }
      let bert = try await world.store.newRole("bert", level: "user")
      #expect(
        await sqlState { _ = try await bert.run { try People.rerun(a, .alone, isLatest: false, $0) } }
          == "ZM003")
      #expect(try await world.root.int("select count(*) from zm.run") == 1)
      // Once it has ended itself, its run may go on.
      try await world.scheduler.finish([try await world.scheduler.claim(1)[0].fence])
      let again = try await world.rerun(a)
      #expect(try await world.states(again) == ["a=queued"])
    }
  }

  @Test func `of a paused pipeline is held`() async throws {
    try await World.with { world in
      try await world.apply(chain)
      let first = try await world.start()
      try await world.runAll()
      _ = try await world.control(.pause, pipeline: "p")
      let again = try await world.rerun(try await world.id("d", of: first), .from)
      #expect(try await world.states(again) == ["d=held", "e=waiting"])
      #expect(
        try await world.control(.resume, pipeline: "p") == ["pipeline_resumed": 1, "queued": 1, "waiting": 1])
      #expect(try await world.runAll() == [["d": ["c"]], ["e": ["d"]]])
    }
  }
}
