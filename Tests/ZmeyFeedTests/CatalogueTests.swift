import Postgres
import TestKit
import Testing
import ZmeyConsole
import ZmeyCore
import ZmeyStore

@testable import ZmeyFeed

@Suite(.timeLimit(.minutes(2))) struct `A look at what is defined and who does it` {
  @Test func `has events with their next times, and what came of them`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      let event = EventDefinition(
        name: "e", rule: .cron("0 * * * *"), timezone: "Europe/Berlin", start: ["p"])
      try await world.apply(Definitions(events: [event]))
      try await world.root.script(
        "update zm.event_clock set next_due = '2027-01-01T12:00Z', next_at = '2027-01-01T12:00Z'")
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.events, .fires(event: "e", limit: 10), .fires(event: nil, limit: 10))
        let events = await desk.answer(.events) { if case .events(let events) = $0 { events } else { nil } }
        #expect(events.map(\.definition) == [event])
        #expect(events[0].rule == "0 * * * *")
        #expect(events[0].nextDue == Moment(microseconds: 1_798_804_800_000_000))
        #expect(events[0].upcoming.count == 24)
        #expect(events[0].upcoming.first == Moment(microseconds: 1_798_808_400_000_000))
        let reply = await desk.reply(.fireEvent("e"))
        let run = try #require(reply.run)
        #expect(reply.text == "fired e: run \(run)")
        for query in [Query.fires(event: "e", limit: 10), .fires(event: nil, limit: 10)] {
          let fires = await desk.answer(query) {
            if case .fires(let fires) = $0, !fires.isEmpty { fires } else { nil }
          }
          #expect(fires.map(\.runs) == [[run]])
          #expect(fires[0].outcome == "started")
        }
      }
    }
  }

  @Test func `has templates with their programs and who uses them`() async throws {
    try await World.with { world in
      let program = Program(script: "#!/bin/sh\necho\n", maximum: .seconds(9), attempts: 3)
      try await world.apply(
        Definitions(
          templates: [TemplateDefinition(name: "t", description: "d", program: program)],
          pipelines: [
            PipelineDefinition(name: "p", tasks: [TaskDefinition(name: "a", work: .template("t"))])
          ]))
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.templates)
        let read = { (answer: Answer) in
          if case .templates(let all) = answer { all } else { [Template]?.none }
        }
        let before = await desk.answer(.templates) { read($0) }
        #expect(before.map(\.program) == [program])
        #expect(before[0].usedBy == ["p"])
        #expect(before[0].description == "d")
        var other = program
        other.script = "#!/bin/sh\n"
        try await world.apply(Definitions(templates: [TemplateDefinition(name: "t", program: other)]))
        let after = await desk.answer(.templates) {
          read($0).flatMap { $0.first?.program == other ? $0 : nil }
        }
        #expect(after.count == 1)
      }
    }
  }

  @Test func `has the cluster with what workers do, and the audit`() async throws {
    try await World.with { world in
      await (try world.store.newRole("boss", level: "admin")).close()
      try await world.save(task("a"))
      _ = try await world.start()
      _ = try await world.claim()
      try await world.root.script(
        """
        insert into zm.worker_status (worker_id, connected, busy, last_seen, host, load)
        select id, true, 1, clock_timestamp(), 'there', 150 from zm.worker
        """)
      try await Desk.with(world.conninfo("boss")) { desk in
        desk.want(.cluster, .audit(limit: 100))
        let replies = await desk.replies(
          1, [.drainWorker("w", reason: "disk"), .pauseScheduler("s", reason: nil), .addScheduler("s2")])
        #expect(replies.map(\.text) == ["drained worker w", "paused scheduler s", "registered scheduler s2"])
        let cluster = await desk.answer(.cluster) {
          if case .cluster(let cluster) = $0, cluster.schedulers.count == 2 { cluster } else { nil }
        }
        let worker = cluster.workers[0]
        #expect((worker.name, worker.busy, worker.isLinked, worker.load) == ("w", 1, true, 150))
        #expect(worker.drainReason == "disk")
        #expect(worker.tasks == ["p/a"])
        #expect(cluster.schedulers.map(\.isRunning) == [true, false])
        #expect(cluster.schedulers[0].pausedBy == world.store.role("boss"))
        let audit = await desk.answer(.audit(limit: 100)) {
          if case .audit(let entries) = $0, entries.first?.object == "s2" { entries } else { nil }
        }
        #expect(
          audit.prefix(3).map { "\($0.action) \($0.kind) \($0.object)" } == [
            "create scheduler s2", "pause scheduler s", "drain worker w",
          ])
        #expect(audit[2].detail == #"{"reason": "disk"}"#)
        let back = await desk.replies(
          2,
          [
            .undrainWorker("w"), .resumeScheduler("s"), .removeScheduler("s2"),
            .addWorker(name: "x", scheduler: "s", slots: 2, labels: ["gpu"]),
            .setWorker(name: "x", slots: 3, labels: []), .removeWorker("x"), .addScheduler("a/b"),
          ])
        #expect(
          back.map(\.text) == [
            "worker w takes work again", "resumed scheduler s", "removed scheduler s2", "registered worker x",
            "changed worker x", "removed worker x",
            "refused: the name 'a/b' has a '/', which parts pipeline and task",
          ])
      }
    }
  }
}
