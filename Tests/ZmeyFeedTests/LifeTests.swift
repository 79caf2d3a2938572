import Postgres
import TestKit
import Testing
import ZmeyConsole
import ZmeyCore
import ZmeyStore

@testable import ZmeyFeed

@Suite(.timeLimit(.minutes(2))) struct `A feed` {
  @Test func `asks nothing while nothing changes`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board, .cluster)
        _ = await desk.board()
        // The feed's connections say themselves when they were asked last. What was told before it looked may come late.
        let isAsked = { () async throws -> Bool in
          try await world.root.run { session in
            try session.query(
              Statement(
                "asked",
                """
                select bool_or(clock_timestamp() - query_start < interval '1 s') from pg_stat_activity
                where datname = current_database() and application_name like 'desk%'
                """)
            ).first { row in try row.bool(0) } ?? true
          }
        }
        while try await isAsked() { try await Task.sleep(for: .milliseconds(20)) }
        let looks = desk.looks
        try await Task.sleep(for: .seconds(1))
        #expect(try await !isAsked())
        #expect(desk.looks == looks)
      }
    }
  }

  @Test func `looks seldom however much changes, and misses nothing`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        _ = await desk.board()
        let (looks, start) = (desk.looks, ContinuousClock.now)
        for _ in 0..<150 { _ = try await world.start() }
        let last = try await world.start()
        _ = await desk.board { $0.pipelines[0].run?.id == last }
        let most = Int((ContinuousClock.now - start) / .milliseconds(40)) + 2
        #expect(desk.looks - looks <= most)
      }
    }
  }

  @Test func `tells nothing twice, but to who wants it anew`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.templates)
        let count = { desk.all.count { if case .answer(_, to: .templates) = $0 { true } else { false } } }
        _ = await desk.answer(.templates) { _ in true }
        desk.ask(.refresh)
        await desk.settle()
        #expect(count() == 1)
        desk.want(.board)
        _ = await desk.board()
        desk.want(.templates)
        await desk.settle()
        _ = await desk.first { _ in count() == 2 ? true : nil }
      }
    }
  }

  @Test func `comes back when the database does, with all that is wanted`() async throws {
    let server = try await TestServer()
    try await server.start()
    let database = try await server.freshDatabase()
    let root = try await Connection.open(database.conninfo(), applicationName: "tests")
    _ = try await Migrator.migrate(root)
    try await root.run { session in try Migrator.enrol(nil, level: "admin", session) }
    await root.close()
    try await Desk.with(database.conninfo()) { desk in
      desk.want(.board)
      _ = await desk.board()
      await server.stop(.kill)
      let attempt = await desk.first { input -> Int? in
        if case .link(.lost(_, _, let attempt, _)) = input, attempt > 1 { attempt } else { nil }
      }
      #expect(attempt == 2)
      #expect(await desk.reply(.fireEvent("e")).text == "refused: not done: the database is lost")
      try await server.start()
      desk.ask(.reconnect)
      let again = try await Connection.open(database.conninfo(), applicationName: "tests")
      _ = try await again.run { session in
        try People.apply(Definitions(pipelines: [PipelineDefinition(name: "p", tasks: [task("a")])]), session)
      }
      await again.close()
      _ = await desk.board { $0.pipelines.map(\.name) == ["p"] }
      let links = desk.all.compactMap { if case .link(let link) = $0 { link } else { nil } }
      #expect(links.first == .live)
      #expect(links.last == .live)
    }
    await server.stop()
  }

  @Test func `does not know whether a command was done when the database is lost with it`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      try await Desk.with(world.conninfo()) { desk in
        desk.want(.board)
        _ = await desk.board()
        // Whoever holds the pipeline's row keeps a pause of it waiting.
        try await world.root.run { session in
          try session.script("begin; select from zm.pipeline for update")
          desk.ask(.send([.controlPipeline(.pause, "p"), .fireEvent("e")], ticket: 9))
          let end = Statement(
            "end",
            """
            select pg_terminate_backend(pid)::text from pg_stat_activity
            where datname = current_database() and application_name = 'desk' and wait_event_type = 'Lock'
            """)
          while try session.query(end).count == 0 {
            try session.script("select pg_sleep(0.01), pg_stat_clear_snapshot()")
          }
        }
        let replies =
          await desk.replies(10, [])
          + desk.first {
            if case .replies(let replies, ticket: 9) = $0 { replies } else { nil }
          }
        #expect(
          replies.map(\.text) == [
            "refused: the database was lost; whether it was done is unknown (The audit says what was done.)",
            "refused: not done: the database is lost",
          ])
      }
    }
  }

  @Test func `refuses whom the database does not know, and a schema that is another's`() async throws {
    try await World.with { world in
      let stranger = try await world.store.newRole("stranger")
      await stranger.close()
      let role = world.store.role("stranger")
      await #expect(throws: FeedError.noUser(role)) {
        _ = try await Feed.connect(
          world.conninfo("stranger"), applicationName: "desk", on: ThreadExecutor(name: "feed", for: .tasks))
      }
      try await world.root.script("insert into zm.migration (version, name) values (1000, 'x')")
      await #expect(throws: StoreError.newerSchema(1000)) {
        _ = try await Feed.connect(
          world.conninfo(), applicationName: "desk", on: ThreadExecutor(name: "feed", for: .tasks))
      }
    }
  }
}
