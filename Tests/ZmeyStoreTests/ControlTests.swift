import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

extension World {
  /// Does a verb to these numbers; what was moved to what.
  func control(_ verb: ControlVerb, _ ids: Int64...) async throws -> [String: Int64] {
    try await anna.run { session in
      Dictionary(uniqueKeysWithValues: try People.control(verb, ids, session).map { ($0.effect, $0.count) })
    }
  }

  func control(_ verb: ControlVerb, pipeline: String) async throws -> [String: Int64] {
    try await anna.run { session in
      Dictionary(
        uniqueKeysWithValues: try People.control(verb, pipeline: pipeline, session).map {
          ($0.effect, $0.count)
        })
    }
  }

  /// The task runs of a run by their names; of several with one name the last.
  func taskRuns(_ run: RunID) async throws -> [String: TaskRunRecord] {
    try await anna.run { session in
      let records = try People.taskRuns(TaskRunFilter(run: run, limit: 1000), session)
      return Dictionary(records.map { ($0.name, $0) }) { first, _ in first }
    }
  }

  func id(_ name: String, of run: RunID) async throws -> Int64 {
    try #require(try await taskRuns(run)[name]).id.rawValue
  }

  func unproven(_ verb: ControlVerb, _ id: Int64) async throws -> Int64 {
    try await anna.run { session in try People.unproven(verb, [id], pipelines: [], session) }
  }
}

@Suite struct `What waits` {
  @Test(arguments: [(ControlVerb.hold, ControlVerb.release), (.pause, .resume), (.hold, .resume)])
  func `is held, and claimed only once it is let go`(_ hold: ControlVerb, _ release: ControlVerb) async throws
  {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(2)
      let id = try await world.id("t", of: run)
      #expect(try await world.control(hold, id) == ["held": 1])
      #expect(try await world.control(hold, id) == [:])
      #expect(try await world.states(run) == ["t=queued", "t=held"])
      #expect(try await world.scheduler.claim(5).map { Int64($0.fence.taskRun.rawValue) } == [id - 1])
      #expect(try await world.control(release, run.rawValue) == ["queued": 1])
      #expect(try await world.control(release, id) == [:])
      #expect(try await world.scheduler.claim(5).map { Int64($0.fence.taskRun.rawValue) } == [id])
    }
  }

  @Test func `for another task is held once that has ended`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a")), task("c", after("b"))))
      let run = try await world.start()
      let b = try await world.id("b", of: run)
      #expect(try await world.control(.hold, b) == ["waiting": 1])
      #expect(try await world.taskRuns(run)["b"]?.stateText == "waiting (on hold)")
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run) == ["a=succeeded", "b=held", "c=waiting"])
      #expect(try await world.control(.release, b) == ["queued": 1])
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run) == ["a=succeeded", "b=succeeded", "c=queued"])
    }
  }

  @Test func `is stopped at once, and what follows it is skipped`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a")), task("c", after("b")), task("d", after("b", .always)),
          task("e", after("a"))))
      let run = try await world.start()
      #expect(try await world.control(.stop, try await world.id("b", of: run)) == ["stopped": 1])
      #expect(
        try await world.states(run) == ["a=queued", "b=stopped", "c=skipped", "d=queued", "e=waiting"])
      let b = try #require(try await world.taskRuns(run)["b"])
      #expect(b.reason == "stopped by \(world.store.role("anna"))")
      try await world.scheduler.finishQueued()
      try await world.scheduler.finishQueued()
      #expect(try await world.tally(run) == "5 5 0 stopped")
      #expect(try await world.root.int("select count(*) from zm.live_run") == 0)
    }
  }

  @Test func `for a retry is held, let go, and stopped, and is in the queue once`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 5))
      let run = try await world.submit(1)
      let id = try await world.id("t", of: run)
      let fence = try await world.scheduler.claim(1)[0].fence
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      #expect(try await world.control(.resume, id) == ["resuming": 1])
      // The attempt ends before its worker proves that it goes on.
      try await world.scheduler.finish([fence], .failed)
      #expect(try await world.taskRuns(run)["t"]?.want == nil)
      #expect(try await world.control(.resume, id) == [:])
      #expect(try await world.control(.hold, id) == ["held": 1])
      #expect(try await world.control(.release, id) == ["queued": 1])
      #expect(try await world.root.int("select count(*) from zm.queue") == 1)
      #expect(try await world.control(.kill, id) == ["stopped": 1])
      #expect(try await world.root.int("select count(*) from zm.queue") == 0)
      #expect(try await world.root.int("select shard::bigint from zm.run_tally") == 0)
      #expect(try await world.tally(run) == "1 1 0 stopped")
    }
  }

  @Test func `for a delayed retry says when, and comes to the queue only if it is not held`() async throws {
    try await World.with { world in
      let program = Program(
        script: "#!/bin/sh\n", attempts: 3, retry: RetryPolicy(delay: try #require(Timespan("1h"))))
      try await world.apply(Definitions(templates: [TemplateDefinition(name: "t", program: program)]))
      let run = try await world.submit(2)
      try await world.scheduler.finishQueued(.failed)
      let record = try #require(try await world.taskRuns(run)["t"])
      #expect(record.stateText == "queued (retry in 1h)")
      #expect(record.dueAt != nil && record.elapsed == nil)
      #expect(try await world.control(.hold, record.id.rawValue) == ["held": 1])
      #expect(try await world.root.int("select count(*) from zm.delayed") == 1)
      #expect(try await world.control(.release, record.id.rawValue) == ["queued": 1])
      #expect(try await world.scheduler.claim(5).map(\.fence.taskRun) == [record.id])
      #expect(try await world.control(.stop, run.rawValue) == ["stopped": 1, "stopping": 1])
      #expect(try await world.root.int("select count(*) from zm.delayed") == 0)
    }
  }
}

@Suite struct `What a worker has` {
  /// A task run that is under way, its fence and its number.
  private func running(_ world: World) async throws -> (RunID, Fence, Int64) {
    try await world.apply(template(attempts: 3))
    let run = try await world.submit(1)
    let fence = try await world.scheduler.claim(1)[0].fence
    try await world.scheduler.perform { $0.running = [.init(fence: fence, age: .zero)] }
    return (run, fence, fence.taskRun.rawValue)
  }

  private func wants(_ world: World) async throws -> [Want] {
    try await world.scheduler.perform { $0.asksWants = true }.wants.map(\.want)
  }

  private func observe(_ world: World, _ fence: Fence, _ isPaused: Bool) async throws {
    try await world.scheduler.perform {
      $0.observed = [.init(fence: fence, isPaused: isPaused, age: .zero)]
    }
  }

  @Test func `is asked to resume again if it was seen running before an earlier pause got there`()
    async throws
  {
    try await World.with { world in
      let (run, fence, id) = try await running(world)
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      #expect(try await wants(world) == [.pause])
      #expect(try await world.control(.resume, id) == ["resuming": 1])
      try await observe(world, fence, false)
      #expect(try await wants(world) == [])
      try await observe(world, fence, true)
      #expect(try await wants(world) == [.resume])
      #expect(try await world.unproven(.resume, id) == 1)
      #expect(try await world.taskRuns(run)["t"]?.stateText == "paused (resuming)")
      try await observe(world, fence, false)
      #expect(try await wants(world) == [])
      #expect(try await world.taskRuns(run)["t"]?.stateText == "running")
    }
  }

  @Test func `is asked to pause again if it was seen paused before an earlier resume got there`() async throws
  {
    try await World.with { world in
      let (run, fence, id) = try await running(world)
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      try await observe(world, fence, true)
      #expect(try await world.control(.resume, id) == ["resuming": 1])
      #expect(try await wants(world) == [.resume])
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      try await observe(world, fence, true)
      #expect(try await wants(world) == [])
      try await observe(world, fence, false)
      #expect(try await wants(world) == [.pause])
      #expect(try await world.unproven(.pause, id) == 1)
      #expect(try await world.taskRuns(run)["t"]?.stateText == "running (pausing)")
      try await observe(world, fence, true)
      #expect(try await wants(world) == [])
      #expect(try await world.taskRuns(run)["t"]?.stateText == "paused")
    }
  }

  @Test func `is asked to pause until it has, and to resume until it goes on`() async throws {
    try await World.with { world in
      let (run, fence, id) = try await running(world)
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      #expect(try await world.control(.pause, id) == [:])
      #expect(try await wants(world) == [.pause])
      #expect(try await world.unproven(.pause, id) == 1)
      #expect(try await world.unproven(.pause, run.rawValue) == 1)
      #expect(try await world.taskRuns(run)["t"]?.stateText == "running (pausing)")
      try await observe(world, fence, true)
      #expect(try await wants(world) == [])
      #expect(try await world.unproven(.pause, id) == 0)
      #expect(try await world.taskRuns(run)["t"]?.stateText == "paused")
      #expect(try await world.control(.pause, id) == [:])

      #expect(try await world.control(.resume, run.rawValue) == ["resuming": 1])
      #expect(try await wants(world) == [.resume])
      #expect(try await world.taskRuns(run)["t"]?.stateText == "paused (resuming)")
      try await observe(world, fence, false)
      #expect(try await world.unproven(.resume, id) == 0)
      #expect(try await world.taskRuns(run)["t"]?.stateText == "running")
      #expect(try await world.control(.resume, id) == [:])
      #expect(try await world.control(.hold, id) == [:])
    }
  }

  @Test func `is asked to stop, then to end at once, and neither is taken back`() async throws {
    try await World.with { world in
      let (run, fence, id) = try await running(world)
      #expect(try await world.control(.stop, id) == ["stopping": 1])
      #expect(try await world.taskRuns(run)["t"]?.stateText == "stopping")
      for verb in [ControlVerb.stop, .pause, .resume, .hold, .release] {
        #expect(try await world.control(verb, id) == [:], "\(verb)")
      }
      #expect(try await wants(world) == [.stop])
      #expect(try await world.control(.kill, id) == ["stopping": 1])
      #expect(try await wants(world) == [.kill])
      #expect(try await world.unproven(.kill, id) == 1)
      try await world.scheduler.finish([fence], .stopped)
      #expect(try await world.unproven(.kill, id) == 0)
      #expect(try await world.states(run) == ["t=stopped"])
      #expect(try await world.control(.stop, id) == [:])
    }
  }

  @Test func `and was not heard of yet keeps its stop against a pause`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 3))
      let run = try await world.submit(1)
      let fence = try await world.scheduler.claim(1)[0].fence
      #expect(try await world.control(.stop, run.rawValue) == ["stopping": 1])
      #expect(try await world.taskRuns(run)["t"]?.stateText == "assigned (stopping)")
      #expect(try await world.control(.pause, run.rawValue) == [:])
      #expect(try await wants(world) == [.stop])
      try await world.scheduler.perform { $0.running = [.init(fence: fence, age: .zero)] }
      #expect(try await world.states(run) == ["t=stopping"])
      // A failure of what is to stop is not tried again.
      try await world.scheduler.finish([fence], .failed)
      #expect(try await world.states(run) == ["t=failed"])
    }
  }

  @Test func `and is lost or fails while a pause is wanted is held`() async throws {
    try await World.with { world in
      let (run, fence, id) = try await running(world)
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      try await world.scheduler.lose(fence)
      #expect(try await world.states(run) == ["t=held"])
      #expect(try await world.control(.resume, id) == ["queued": 1])
      let next = try await world.scheduler.claim(1)[0].fence
      #expect(try await world.control(.pause, id) == ["pausing": 1])
      try await world.scheduler.finish([next], .failed)
      #expect(try await world.states(run) == ["t=held"])
    }
  }
}

@Suite struct `A verb` {
  @Test func `on a run does what each of its task runs needs`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b"), task("c", after("a"))))
      let run = try await world.start()
      _ = try await world.scheduler.claim(1)
      #expect(try await world.control(.pause, run.rawValue) == ["pausing": 1, "held": 1, "waiting": 1])
      #expect(try await world.control(.stop, run.rawValue) == ["stopping": 1, "stopped": 2])
      #expect(try await world.states(run) == ["a=assigned", "b=stopped", "c=stopped"])
    }
  }

  @Test func `on a pipeline goes for all its runs, a pause for those to come, too`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      let ended = try await world.start()
      try await world.scheduler.finishQueued()
      try await world.scheduler.finishQueued()
      let runs = [try await world.start(), try await world.start()]
      #expect(
        try await world.control(.pause, pipeline: "p") == ["pipeline_paused": 1, "held": 2, "waiting": 2])
      #expect(try await world.anna.run { try People.pipelines($0) }.map(\.isPaused) == [true])
      let later = try await world.start()
      for run in runs + [later] { #expect(try await world.states(run) == ["a=held", "b=waiting"]) }
      #expect(try await world.scheduler.claim(5) == [])
      #expect(
        try await world.control(.resume, pipeline: "p") == ["pipeline_resumed": 1, "queued": 3, "waiting": 3])
      #expect(try await world.anna.run { try People.pipelines($0) }.map(\.isPaused) == [false])
      try await world.scheduler.finishQueued()
      #expect(try await world.states(later) == ["a=succeeded", "b=queued"])
      #expect(try await world.control(.stop, pipeline: "p") == ["stopped": 3])
      #expect(try await world.states(ended) == ["a=succeeded", "b=succeeded"])
      #expect(try await world.root.int("select count(*) from zm.live_run") == 0)
    }
  }

  @Test func `leaves everything as it was if one number is wrong or another's`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1)
      let missing = await databaseError { _ = try await world.control(.stop, run.rawValue, 7) }
      #expect(missing?.message == "no task run or run 7")
      #expect(missing?.sqlState == "ZM003")
      let bert = try await world.store.newRole("bert", level: "user")
      let other = await sqlState { _ = try await bert.run { try People.control(.stop, [run.rawValue], $0) } }
      #expect(other == "ZM003")
      #expect(await sqlState { _ = try await world.control(.stop, pipeline: "none") } == "ZM003")
      #expect(
        await sqlState { try await world.anna.script("select zm_api.control('end', '{}')") } == "ZM004")
      #expect(try await world.states(run) == ["t=queued"])
      let viewer = try await world.store.newRole("viewer", level: "viewer")
      #expect(
        await sqlState { _ = try await viewer.run { try People.control(.stop, [run.rawValue], $0) } }
          == "42501")
      let admin = try await world.store.newRole("boss", level: "admin")
      let effects = try await admin.run { try People.control(.stop, [run.rawValue], $0) }
      #expect(effects.map(\.effect) == ["stopped"])
    }
  }

  @Test func `leaves a note`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a")))
      let run = try await world.start()
      _ = try await world.control(.hold, run.rawValue)
      _ = try await world.control(.stop, pipeline: "p")
      let notes = try await world.anna.texts(
        "select format('%s %s %s', action, kind, object) from zm.audit where action in ('hold', 'stop') order by id"
      )
      #expect(notes == ["hold task_run \(run)", "stop pipeline p"])
    }
  }
}
