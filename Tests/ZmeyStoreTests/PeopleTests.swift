import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A start` {
  @Test func `of what is not there is refused with a hint`() async throws {
    try await World.with { world in
      let none = await databaseError { _ = try await world.start() }
      #expect(none?.sqlState == "ZM003")
      #expect(none?.hint == "zmctl pipeline list shows yours.")
      #expect(await sqlState { _ = try await world.submit(1) } == "ZM003")
      try await world.apply(pipeline(task("a")))
      let task = await databaseError { _ = try await world.start(task: "b") }
      #expect(task?.message == #"no task "b" in pipeline "p""#)
    }
  }

  @Test func `of a batch has its bounds`() async throws {
    try await World.with { world in
      try await world.apply(template())
      for size in ["0", "-1", "1000001", "null", "null, '[]'"] {
        #expect(
          await sqlState { try await world.anna.script("select zm_api.submit('t', \(size))") } == "ZM004")
      }
      #expect(try await world.root.int("select count(*) from zm.run") == 0)
    }
  }

  @Test func `of a batch has one task run for each list of arguments`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let lists = [["a", ""], [], ["tab\there", "é\n"]]
      let run = try await world.anna.run { session in
        try People.submit(template: "t", arguments: lists, session)
      }
      #expect(try await world.scheduler.claim(5).map(\.arguments) == lists)
      #expect(try await world.tally(run) == "3 0 0 running")
    }
  }

  @Test(arguments: [
    (["echo", "a b", ""], "echo a b"), (["/bin/echo", "a\nb\t/c"], "bin echo a b c"), (["/"], "command"),
    ([" \u{1} "], "command"), ([String(repeating: "ä", count: 200)], String(repeating: "ä", count: 100)),
  ])
  func `of a command is named by it and keeps its words`(_ command: [String], _ name: String) async throws {
    try await World.with { world in
      _ = try await world.anna.run { session in try People.execute(command, session) }
      let task = try await world.scheduler.claim(1)[0]
      #expect((task.name, task.arguments) == (name, command))
      #expect(Name.problem(task.name) == nil)
      // The same program serves all commands.
      _ = try await world.anna.run { session in try People.execute(command, session) }
      #expect(try await world.root.int("select count(*) from zm.program") == 1)
    }
  }

  @Test func `of no command is refused`() async throws {
    try await World.with { world in
      #expect(await sqlState { _ = try await world.anna.run { try People.execute([], $0) } } == "ZM004")
    }
  }

  @Test func `leaves a note of who, what and which run`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a")))
      try await world.apply(template())
      let runs = [
        try await world.start(task: "a", "x"), try await world.submit(2),
        try await world.anna.run { session in try People.execute(["ls"], session) },
      ]
      let notes = try await world.anna.texts(
        """
        select format('%s %s %s %s', who = session_user, action, object, detail ->> 'run') from zm.audit
        where detail ? 'run' order by id
        """)
      #expect(notes == ["t start p/a \(runs[0])", "t submit t \(runs[1])", "t exec ls \(runs[2])"])
    }
  }
}

@Suite struct `The cluster` {
  @Test func `is changed by an admin, each change with a note`() async throws {
    try await World.with { world in
      let admin = try await world.store.newRole("boss", level: "admin")
      try await admin.run { session in
        try People.addScheduler("n", session)
        try People.addWorker("w", scheduler: "n", slots: 4, session)
        try People.setWorker("w", slots: 8, session)
        try People.removeWorker("w", session)
        try People.removeScheduler("n", session)
      }
      let notes = try await admin.texts(
        """
        select format('%s %s %s', action, object, detail) from zm.audit where who = session_user order by id
        """)
      #expect(
        notes == [
          "create n ", #"create w {"slots": 4, "labels": [], "scheduler": "n"}"#,
          #"change w {"after": {"slots": 8, "labels": []}, "before": {"slots": 4, "labels": []}}"#,
          #"remove w {"slots": 8, "scheduler": "n"}"#, "remove n ",
        ])
    }
  }

  @Test func `is changed by nobody else`() async throws {
    try await World.with { world in
      func refusals(_ connection: Connection) async -> [String?] {
        [
          await sqlState { try await connection.run { try People.addScheduler("n", $0) } },
          await sqlState { try await connection.run { try People.removeScheduler("s", $0) } },
          await sqlState {
            try await connection.run { try People.addWorker("w", scheduler: "s", slots: 1, $0) }
          },
          await sqlState { try await connection.run { try People.setWorker("s-worker", slots: 1, $0) } },
          await sqlState { try await connection.run { try People.removeWorker("s-worker", $0) } },
        ]
      }
      #expect(await refusals(world.anna) == Array(repeating: "ZM002", count: 5))
      let viewer = try await world.store.newRole("viewer", level: "viewer")
      #expect(await refusals(viewer) == Array(repeating: "42501", count: 5))
      #expect(await refusals(world.scheduler.connection) == Array(repeating: "42501", count: 5))
    }
  }

  @Test func `refuses what makes no sense`() async throws {
    try await World.with { world in
      func refusal(_ change: @Sendable (borrowing Session) throws -> Void) async -> String? {
        await sqlState { try await world.root.run(change) }
      }
      #expect(await refusal { try People.addScheduler("s", $0) } == "ZM005")
      #expect(await refusal { try People.removeScheduler("none", $0) } == "ZM003")
      #expect(await refusal { try People.addWorker("w", scheduler: "none", slots: 1, $0) } == "ZM003")
      #expect(await refusal { try People.addWorker("w", scheduler: "s", slots: 0, $0) } == "ZM004")
      #expect(await refusal { try People.addWorker("w", scheduler: "s", slots: 10_001, $0) } == "ZM004")
      #expect(await refusal { try People.addWorker("s-worker", scheduler: "s", slots: 1, $0) } == "ZM005")
      #expect(await refusal { try People.setWorker("none", slots: 1, $0) } == "ZM003")
      #expect(await refusal { try People.setWorker("s-worker", slots: 0, $0) } == "ZM004")
      #expect(await refusal { try People.removeWorker("none", $0) } == "ZM003")
      #expect(await refusal { try People.addScheduler("a/b", $0) } == "23514")
    }
  }

  @Test func `keeps a scheduler that has workers, runs, or left work under way`() async throws {
    try await World.with { world in
      func refusal() async -> String? {
        await databaseError { try await world.root.run { try People.removeScheduler("s", $0) } }?.message
      }
      try await world.apply(template())
      _ = try await world.submit(1)
      let fence = try await world.scheduler.claim(1)[0].fence
      #expect(await refusal() == #"scheduler "s" has workers"#)
      try await world.root.run { session in try People.removeWorker("s-worker", session) }
      #expect(await refusal() == #"scheduler "s" is running"#)
      await world.scheduler.connection.close()
      while try await world.root.int("select count(*) from pg_locks where classid = 7702") > 0 {}
      // Nobody else would ever end the attempt.
      #expect(await refusal() == #"scheduler "s" has task runs under way"#)

      let next = try await world.store.open(as: world.store.role("scheduler"))
      let identity = try await next.acquire("s")
      var batch = SchedulerBatch()
      batch.lost = [.init(fences: [fence], wasDelivered: true, reason: "its worker was removed")]
      let whole = batch
      _ = try await next.run { session in try identity.perform(whole, session) }
      await next.close()
      while try await world.root.int("select count(*) from pg_locks where classid = 7702") > 0 {}
      #expect(await refusal() == nil)
    }
  }
}
