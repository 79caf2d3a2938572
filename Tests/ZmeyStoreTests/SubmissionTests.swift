import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A submission` {
  private static let first = chunk(1, "a\tb\n\nc")
  private static let second = Submission.Chunk(number: 2, content: .count(2))

  private static func chunk(_ number: Int32, _ lines: String) -> Submission.Chunk {
    Submission.Chunk(number: number, content: .lines(Array(lines.utf8)))
  }

  private func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      try await world.apply(template())
      try await body(world)
    }
  }

  /// The arguments of a run's task runs in their order.
  private func arguments(of run: RunID, _ world: World) async throws -> [String] {
    try await world.root.texts(
      """
      select coalesce(array_to_string(s.args, '|'), '') from zm.task_run t
      left join zm.task_spec s on s.task_run_id = t.id where t.run_id = $1 order by t.id
      """, [.int8(run.rawValue)])
  }

  @Test func `becomes task runs in the order of its lines, and ends once it is closed`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      try await world.anna.send([Self.first, Self.second], "k")
      #expect(try await arguments(of: run, world) == ["a|b", "", "c", "", ""])
      try await world.scheduler.finishQueued()
      // All that came has ended, and more may come.
      #expect(try await world.tally(run) == "5 5 0 running")
      let record = try await world.anna.run { session in try People.run(run, session) }
      #expect(record?.isEnded == false)
      #expect(record?.finishedAt == nil)
      try await world.anna.close("k", 2)
      #expect(try await world.tally(run) == "5 5 0 succeeded")
    }
  }

  @Test func `is queued with its priority as it comes`() async throws {
    try await with { world in
      _ = try await world.submit(1)
      _ = try await world.anna.run { try Submission.open(template: "t", key: "k", priority: 7, $0) }
      try await world.anna.send([Self.chunk(1, "first")], "k")
      #expect(try await world.scheduler.claim(1).map(\.arguments) == [["first"]])
      #expect(try await world.root.int("select priority::bigint from zm_api.submission") == 7)
    }
  }

  @Test func `sent again is the same run, and starts nothing twice`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      try await world.anna.send([Self.first], "k")
      let again = try await world.anna.open("k")
      #expect((again.run, again.isClosed, again.chunks) == (run, false, 1))
      try await world.anna.send([Self.first, Self.second], "k")
      try await world.anna.close("k", 2)
      // Also after its end.
      try await world.scheduler.finishQueued()
      #expect(try await world.anna.open("k").isClosed)
      try await world.anna.send([Self.first], "k")
      try await world.anna.send([Self.second], "k")
      try await world.anna.close("k", 2)
      #expect(try await arguments(of: run, world).count == 5)
      #expect(try await world.tally(run) == "5 5 0 succeeded")
    }
  }

  @Test func `of something else under its key is refused, and changes nothing`() async throws {
    try await with { world in
      var others = template()
      others.templates[0].name = "u"
      try await world.apply(others)
      let run = try await world.anna.open("k").run
      try await world.anna.send([Self.first], "k")
      let refusals: [@Sendable (borrowing Session) throws -> Void] = [
        { _ = try Submission.open(template: "u", key: "k", $0) },
        { _ = try Submission.open(template: "t", key: "k", priority: 1, $0) },
        { try Submission.send([Self.chunk(1, "a\tb\n\nd")], key: "k", $0) },
        { try Submission.send([Self.second, Self.chunk(1, "")], key: "k", $0) },
        { try Submission.send([Self.chunk(3, "gap")], key: "k", $0) },
        { try Submission.close(key: "k", chunks: 2, $0) },
      ]
      for (index, refusal) in refusals.enumerated() {
        let error = await databaseError { try await world.anna.transaction(refusal) }
        #expect(error?.sqlState == "ZM005", "\(index)")
        #expect(error?.hint != nil, "\(index)")
      }
      try await world.anna.close("k", 1)
      #expect(await sqlState { try await world.anna.send([Self.second], "k") } == "ZM005")
      #expect(try await arguments(of: run, world).count == 3)
    }
  }

  @Test func `keeps the program that its template had when it began`() async throws {
    try await with { world in
      _ = try await world.anna.open("k")
      try await world.apply(template(attempts: 9))
      try await world.anna.send([Self.first], "k")
      #expect(try await world.root.int("select count(*) from zm.task_run where max_attempts = 1") == 3)
    }
  }

  @Test func `by two sessions at once is one`() async throws {
    try await with { world in
      let role = world.store.role("anna")
      let sessions = try await [world.store.open(as: role), world.store.open(as: role)]
      let chunks = (1...40).map { Self.chunk(Int32($0), "\($0)") }
      let runs = try await withThrowingTaskGroup { group in
        for session in sessions {
          group.addTask {
            let run = try await session.open("k").run
            for start in stride(from: 0, to: chunks.count, by: 4) {
              try await session.send(Array(chunks[start..<start + 4]), "k")
            }
            try await session.close("k", 40)
            return run
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(runs).count == 1)
      #expect(try await arguments(of: runs[0], world) == (1...40).map { "\($0)" })
      #expect(
        try await world.root.int("select count(*) from zm.audit where action in ('submit', 'close')") == 2)
    }
  }

  @Test func `of another user may have the same key`() async throws {
    try await with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      _ = try await bert.apply(template())
      let (hers, his) = (try await world.anna.open("k").run, try await bert.open("k").run)
      #expect(hers != his)
      try await world.anna.send([Self.first], "k")
      try await bert.send([Self.chunk(1, "x\ny")], "k")
      #expect(try await arguments(of: hers, world).count == 3)
      #expect(try await arguments(of: his, world).count == 2)
      #expect(try await bert.texts("select key || ' ' || chunks from zm_api.submission") == ["k 1"])
      #expect(try await bert.run { try Submission.key(of: hers, $0) } == nil)
    }
  }

  @Test func `that is stopped ends with what it has, and takes nothing more`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      try await world.anna.send([Self.first], "k")
      try await world.scheduler.finishQueued()
      let again = await sqlState {
        _ = try await world.anna.run { try People.rerun(run.rawValue, .alone, isLatest: false, $0) }
      }
      #expect(again == "ZM005")
      #expect(try await world.anna.control(.stop, run) == ["submission_stopped 1"])
      #expect(try await world.tally(run) == "3 3 0 stopped")
      for step in [
        { try await world.anna.send([Self.second], "k") }, { try await world.anna.close("k", 1) },
        { _ = try await world.anna.open("k") },
      ] {
        #expect(await sqlState(step) == "ZM005")
      }
      #expect(try await world.anna.control(.stop, run) == [])
    }
  }

  @Test func `that never brought anything is ended by a stop`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      #expect(try await world.anna.control(.kill, run) == ["submission_stopped 1"])
      let record = try await world.anna.run { session in try People.run(run, session) }
      #expect(record?.state == "stopped")
      #expect(record?.isEnded == true)
      #expect(record?.finishedAt != nil)
    }
  }

  @Test func `is stopped by its owner or an admin alone`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      let bert = try await world.store.newRole("bert", level: "user")
      #expect(await sqlState { _ = try await bert.control(.stop, run) } == "ZM003")
      #expect(try await world.tally(run) == "0 0 0 running")
      let boss = try await world.store.newRole("boss", level: "admin")
      #expect(try await boss.control(.stop, run) == ["submission_stopped 1"])
    }
  }

  @Test func `is held while its run is paused`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      try await world.anna.send([Self.first], "k")
      #expect(try await world.anna.control(.pause, run) == ["held 3", "submission_held 1"])
      try await world.anna.send([Self.second], "k")
      #expect(try await world.scheduler.claim(9).count == 0)
      #expect(try await world.anna.control(.resume, run) == ["queued 5", "submission_released 1"])
      #expect(try await world.scheduler.claim(9).count == 5)
      try await world.anna.send([Self.chunk(3, "free")], "k")
      #expect(try await world.scheduler.claim(9).count == 1)
    }
  }

  @Test func `has bounds`() async throws {
    try await with { world in
      let keys = ["", "a\nb", "\u{7f}", String(repeating: "ä", count: 201)]
      for key in keys { #expect(await sqlState { _ = try await world.anna.open(key) } == "ZM004", "\(key)") }
      _ = try await world.anna.open(String(repeating: "ä", count: 200))
      for priority in [-1001, 1001] {
        let refused = await sqlState {
          _ = try await world.anna.run {
            try Submission.open(template: "t", key: "p", priority: Int32(priority), $0)
          }
        }
        #expect(refused == "ZM004")
      }
      _ = try await world.anna.open("k")
      #expect(await sqlState { try await world.anna.close("k", 0) } == "ZM004")
      let long = Self.chunk(1, String(repeating: "\n", count: 1000))
      #expect(await sqlState { try await world.anna.send([long], "k") } == "ZM004")
      for bad in [
        Submission.Chunk(number: 0, content: .count(1)), Submission.Chunk(number: 1, content: .count(1001)),
        Submission.Chunk(number: 1, content: .lines(Array(repeating: 10, count: 4_194_305))),
        Self.chunk(1, String(repeating: "\t", count: 300_000)),
      ] {
        #expect(await sqlState { try await world.anna.send([bad], "k") } == "23514")
      }
      for bad: [UInt8] in [[97, 0], [0xff]] {
        let chunk = Submission.Chunk(number: 1, content: .lines(bad))
        #expect(await sqlState { try await world.anna.send([chunk], "k") } == "22021")
      }
      #expect(await sqlState { try await world.anna.send([Self.first], "other") } == "ZM003")
      #expect(await sqlState { _ = try await world.anna.open(template: "none", "k2") } == "ZM003")
    }
  }

  @Test func `does not go on for longer than a look at its run reaches`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      // As if it had begun three days ago.
      try await world.root.script(
        """
        update zm.run set id = id - 3000000000 where id = \(run); update zm.submission set run_id = run_id - 3000000000
        """)
      let error = await databaseError { try await world.anna.send([Self.first], "k") }
      #expect(error?.message == #"submission "k" began more than two days ago"#)
    }
  }

  @Test func `lets nothing lie about that is not taken in`() async throws {
    try await with { world in
      _ = try await world.anna.open("k")
      let lazy = await databaseError {
        try await world.anna.script("insert into zm.intake (key, number, count) values ('k', 1, 1)")
      }
      #expect(lazy?.message == #"chunk 1 of submission "k" was not taken in"#)
      #expect(try await world.root.int("select count(*) from zm.intake") == 0)
      for sql in [
        "insert into zm.intake (who, key, number, count) values ('bert', 'k', 1, 1)",
        "insert into zm.intake (key, number, count) values ('k', 1, 1) returning id",
        "select * from zm.intake",
        "delete from zm.intake",
      ] {
        #expect(await sqlState { try await world.anna.script(sql) } == "42501", "\(sql)")
      }
      let viewer = try await world.store.newRole("viewer", level: "viewer")
      let insert = "insert into zm.intake (key, number, count) values ('k', 1, 1)"
      #expect(await sqlState { try await viewer.script(insert) } == "42501")
    }
  }

  @Test func `leaves a note of its beginning and its end`() async throws {
    try await with { world in
      let run = try await world.anna.open("k").run
      try await world.anna.send([Self.first], "k")
      try await world.anna.close("k", 1)
      let notes = try await world.anna.texts(
        "select concat_ws(' ', action, kind, object, detail) from zm.audit where detail ? 'key' order by id")
      #expect(
        notes == [
          #"submit template t {"key": "k", "run": \#(run)}"#, #"close run \#(run) {"key": "k", "count": 3}"#,
        ])
    }
  }
}

extension Connection {
  fileprivate func open(template: String = "t", _ key: String) async throws -> Submission {
    try await run { session in try Submission.open(template: template, key: key, session) }
  }

  fileprivate func send(_ chunks: [Submission.Chunk], _ key: String) async throws {
    try await transaction { session in try Submission.send(chunks, key: key, session) }
  }

  fileprivate func close(_ key: String, _ chunks: Int32) async throws {
    try await run { session in try Submission.close(key: key, chunks: chunks, session) }
  }

  /// `effect count` of each effect, by their names.
  fileprivate func control(_ verb: ControlVerb, _ run: RunID) async throws -> [String] {
    try await self.run { session in
      try People.control(verb, [run.rawValue], session).map { "\($0.effect) \($0.count)" }.sorted()
    }
  }
}
