import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `What follows a task` {
  @Test func `starts one after the other in a chain`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a")), task("c", after("b"))))
      let run = try await world.start()
      #expect(try await world.states(run) == ["a=queued", "b=waiting", "c=waiting"])
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run) == ["a=succeeded", "b=queued", "c=waiting"])
      try await world.scheduler.finishQueued()
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run) == ["a=succeeded", "b=succeeded", "c=succeeded"])
      #expect(try await world.tally(run) == "3 3 0 succeeded")
    }
  }

  @Test func `starts in the transaction of the end, or not at all`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      let run = try await world.start()
      let fence = try await world.scheduler.claim(1)[0].fence
      try await world.root.script(
        """
        create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
        create trigger refuse before insert on zm.queue execute function refuse()
        """)
      #expect(await databaseError { try await world.scheduler.finish([fence]) }?.message == "full")
      #expect(try await world.states(run) == ["a=assigned", "b=waiting"])
      try await world.root.script("drop trigger refuse on zm.queue")
      #expect(try await world.scheduler.finish([fence]) == [])
      #expect(try await world.states(run) == ["a=succeeded", "b=queued"])
    }
  }

  @Test func `may be several tasks, and joins wait for all`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a")), task("c", after("a")), task("d", after("b"), after("c")),
          task("e")))
      let run = try await world.start()
      try await world.scheduler.finishQueued()
      #expect(
        try await world.states(run) == ["a=succeeded", "b=queued", "c=queued", "d=waiting", "e=succeeded"])
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.finish([claimed[0].fence])
      #expect(try await world.states(run)[3] == "d=waiting")
      try await world.scheduler.finish([claimed[1].fence])
      #expect(try await world.states(run)[3] == "d=queued")
    }
  }

  @Test(arguments: [
    (Outcome.Verdict.succeeded, ["a=succeeded", "always=queued", "failure=skipped", "success=queued"]),
    (.failed, ["a=failed", "always=queued", "failure=queued", "success=skipped"]),
    (.timedOut, ["a=timed_out", "always=queued", "failure=queued", "success=skipped"]),
    (.stopped, ["a=stopped", "always=queued", "failure=skipped", "success=skipped"]),
  ])
  func `depends on how the task ended`(_ verdict: Outcome.Verdict, _ states: [String]) async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("success", after("a", .success)), task("failure", after("a", .failure)),
          task("always", after("a", .always))))
      let run = try await world.start()
      try await world.scheduler.finishQueued(verdict)
      #expect(try await world.states(run) == states)
    }
  }

  @Test func `a lost task counts as a failure, and a failure that is tried again as none yet`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a", rerunIfLost: false), task("b", attempts: 2), task("c", after("a", .failure)),
          task("d", after("b", .failure))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.lose(claimed[0].fence)
      try await world.scheduler.finish([claimed[1].fence], .failed)
      #expect(try await world.states(run) == ["a=lost", "b=queued", "c=queued", "d=waiting"])
    }
  }

  @Test func `is skipped with all that needs it, through a diamond, up to a link taken always`() async throws
  {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a")), task("c", after("a")), task("d", after("b"), after("c")),
          task("e", after("d")), task("f", after("e", .always)), task("g", after("f"))))
      let run = try await world.start()
      try await world.scheduler.finishQueued(.failed)
      #expect(
        try await world.states(run)
          == ["a=failed", "b=skipped", "c=skipped", "d=skipped", "e=skipped", "f=queued", "g=waiting"])
      try await world.scheduler.finishQueued()
      try await world.scheduler.finishQueued()
      #expect(try await world.tally(run) == "7 7 1 failed")
      let rows = try await world.root.int("select count(*) from zm.queue")
      #expect(rows == 0)
    }
  }

  @Test func `is skipped by one link not taken, though another task before it still runs`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b"), task("c", after("a"), after("b"))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.finish([claimed[0].fence], .failed)
      #expect(try await world.states(run) == ["a=failed", "b=assigned", "c=skipped"])
      try await world.scheduler.finish([claimed[1].fence])
      #expect(try await world.states(run) == ["a=failed", "b=succeeded", "c=skipped"])
    }
  }

  @Test func `receives results in the order of its links, of any bytes, streamed or whole`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b"), task("c"), task("n"),
          task(
            "d", after("c", pass: .env), after("a", pass: .argument), after("n"), after("b", pass: .stdin),
            args: ["x"])))
      _ = try await world.start()
      let claimed = try await world.scheduler.claim(4)
      let fences = Dictionary(uniqueKeysWithValues: claimed.map { ($0.name, $0.fence) })
      let streamed = try #require(fences["b"])
      try await world.scheduler.perform {
        $0.chunks = [
          .init(fence: streamed, number: 0, stream: .standardOutput, bytes: [0, 1]),
          .init(fence: streamed, number: 1, stream: .standardError, bytes: [9]),
          .init(fence: streamed, number: 2, stream: .standardOutput, bytes: [255]),
        ]
      }
      try await world.scheduler.finish([streamed], result: nil)
      try await world.scheduler.finish([try #require(fences["a"])], result: Array("one\n".utf8))
      try await world.scheduler.finish([try #require(fences["c"]), try #require(fences["n"])], result: [])
      let task = try await world.scheduler.claim(1)[0]
      #expect(task.arguments == ["x"])
      #expect(task.inputs.map(\.pass) == [.env, .argument, .stdin])
      #expect(task.inputs.map(\.bytes) == [[], Array("one\n".utf8), [0, 1, 255]])
    }
  }

  @Test func `is all there is when a part of a pipeline is started`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a", pass: .argument), args: ["x"]), task("z"),
          task("c", after("b"), after("z"))))
      let run = try await world.start(task: "b", "1", "2")
      #expect(try await world.states(run) == ["b=queued", "c=waiting"])
      let claimed = try await world.scheduler.claim(5)
      #expect(claimed.map(\.arguments) == [["x", "1", "2"]])
      #expect(claimed[0].inputs.isEmpty)
      try await world.scheduler.finish(claimed.map(\.fence))
      // The link from z, which is no part of this run, does not count; the arguments were b's.
      #expect(try await world.scheduler.claim(5).map(\.arguments) == [[]])
    }
  }

  @Test func `is what the pipeline was when the run began`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      let run = try await world.start()
      try await world.apply(pipeline(task("a"), task("c", after("a"))))
      try await world.scheduler.finishQueued()
      #expect(try await world.states(run) == ["a=succeeded", "b=queued"])
      #expect(try await world.states(try await world.start()) == ["a=queued", "c=waiting"])
    }
  }
}

@Suite struct `Two schedulers at once` {
  @Test func `start a join exactly once`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b"), task("c", after("a"), after("b"))))
      let other = try await world.newScheduler("s2")
      for round in 1...150 {
        let run = try await world.start()
        let (a, b) = (try await world.scheduler.claim(1)[0].fence, try await other.claim(1)[0].fence)
        async let first = world.scheduler.finish([a])
        async let second = other.finish([b])
        let refused = try await first + second
        #expect(refused == [])
        #expect(try await world.states(run) == ["a=succeeded", "b=succeeded", "c=queued"], "round \(round)")
        let joined = try await world.scheduler.claim(2)
        #expect(joined.map(\.name) == ["c"])
        try await world.scheduler.finish(joined.map(\.fence))
        #expect(try await world.tally(run) == "3 3 0 succeeded")
      }
    }
  }

  @Test func `count a batch that they finish together`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1000)
      let other = try await world.newScheduler("s2")
      try await withThrowingTaskGroup { group in
        for scheduler in [world.scheduler, other] {
          group.addTask {
            while case let claimed = try await scheduler.claim(40), !claimed.isEmpty {
              try await scheduler.finish(claimed.prefix(1).map(\.fence), .failed)
              try await scheduler.finish(claimed.dropFirst().map(\.fence))
            }
          }
        }
        try await group.waitForAll()
      }
      let failed = try await world.root.int("select count(*) from zm.task_run where state = 11")
      #expect(failed >= 25)
      #expect(try await world.tally(run) == "1000 1000 \(failed) failed")
      #expect(try await world.root.int("select count(*) from zm.run_tally") == 2)
    }
  }
}
