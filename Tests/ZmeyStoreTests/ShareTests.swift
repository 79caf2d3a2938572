import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A shared pipeline` {
  /// Anna's pipelines p and q, each with a task, one run of each; and Bert.
  private func withBert(_ body: (World, Connection, RunID) async throws -> Void) async throws {
    try await World.with { world in
      var definitions = pipeline(task("a"))
      definitions.templates = template().templates
      definitions.pipelines.append(PipelineDefinition(name: "q", tasks: definitions.pipelines[0].tasks))
      try await world.apply(definitions)
      let run = try await world.start()
      _ = try await world.anna.run { try People.start(pipeline: "q", task: nil, arguments: [], $0) }
      try await body(world, try await world.store.newRole("bert", level: "user"), run)
    }
  }

  private func share(_ world: World, with name: String = "bert", _ level: String) async throws {
    let grantee = world.store.role(name)
    try await world.anna.run { try People.share("p", with: grantee, level: level, $0) }
  }

  private static let tables = [
    "zm_api.pipeline", "zm_api.run", "zm_api.task_run", "zm.task", "zm_api.pipeline_version", "zm.live_run",
    "zm_api.last_run",
  ]

  private func counts(_ connection: Connection) async throws -> [Int64] {
    var counts: [Int64] = []
    for table in Self.tables { counts.append(try await connection.int("select count(*) from \(table)")) }
    return counts
  }

  @Test func `is seen by whom it is shared with, alone and until that is taken back`() async throws {
    try await withBert { world, bert, run in
      #expect(try await counts(bert) == [0, 0, 0, 0, 0, 0, 0])
      try await share(world, "view")
      #expect(try await counts(bert) == [1, 1, 1, 1, 1, 1, 1])
      #expect(try await bert.texts("select name from zm_api.run") == ["p"])
      #expect(try await bert.int("select count(*) from zm_api.why(\(run.rawValue))") > 0)
      #expect(try await counts(world.anna) == [2, 2, 2, 2, 2, 2, 2])
      let bertha = try await world.store.newRole("bertha", level: "user")
      #expect(try await counts(bertha) == [0, 0, 0, 0, 0, 0, 0])

      let grantee = world.store.role("bert")
      try await world.anna.run { try People.unshare("p", with: grantee, $0) }
      #expect(try await counts(bert) == [0, 0, 0, 0, 0, 0, 0])
    }
  }

  @Test func `is shared with a user of any name that the database's own administrator enrolled`() async throws
  {
    try await withBert { world, _, _ in
      let carla = try await world.store.newRole("Carla", level: "user")
      try await share(world, with: "Carla", "view")
      #expect(try await carla.texts("select name from zm_api.run") == ["p"])
    }
  }

  @Test func `is shared no more when its owner is removed, nor with a user who is removed`() async throws {
    try await withBert { world, bert, _ in
      try await share(world, "operate")
      try await world.scheduler.finishQueued()
      try await world.root.run { try People.removeUser(world.store.role("bert"), $0) }
      #expect(await sqlState { try await share(world, "view") } == "ZM003")
      try await world.root.script("select zm_api.user_add('\(world.store.role("bert"))')")
      try await share(world, "operate")
      try await world.root.run { try People.removeUser(world.store.role("anna"), $0) }
      #expect(try await world.root.int("select count(*) from zm.share") == 0)
      #expect(try await bertAgain(world).texts("select name from zm_api.pipeline") == [])
    }
  }

  private func bertAgain(_ world: World) async throws -> Connection {
    try await world.store.open(as: world.store.role("bert"))
  }

  @Test func `is not shared with a user who is being taken away`() async throws {
    try await withBert { world, _, _ in
      let gate = try await world.store.open()
      try await gate.script("select pg_advisory_lock(1)")
      async let removal: Void = world.root.script(
        "begin; select zm_api.user_remove('\(world.store.role("bert"))'); select pg_advisory_lock(1); commit")
      let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
      while try await gate.int(waiting) < 1 {}
      async let outcome = sqlState { try await share(world, "view") }
      while try await gate.int(waiting) < 2 {}
      try await gate.script("select pg_advisory_unlock(1)")
      try await removal
      #expect(await outcome == "ZM003")
      #expect(try await world.root.int("select count(*) from zm.share") == 0)
    }
  }

  @Test func `is named with its owner or without`() async throws {
    try await withBert { world, bert, _ in
      func owners(_ address: String, _ connection: Connection) async throws -> [String] {
        try await connection.run { try People.owners(ofPipeline: address, $0) }
      }
      let anna = world.store.role("anna")
      #expect(try await owners("p", bert) == [])
      try await share(world, "view")
      for address in ["p", "\(anna):p"] {
        #expect(try await owners(address, bert) == [anna])
        #expect(try await owners(address, world.anna) == [anna])
      }
      #expect(try await owners("bert:p", bert) == [])
    }
  }

  @Test func `to be seen is not to be touched`() async throws {
    try await withBert { world, bert, run in
      try await share(world, "view")
      for sql in [
        "select zm_api.start('p')", "select zm_api.control_pipeline('stop', 'p')",
        "select zm_api.control('stop', '{\(run.rawValue)}')", "select zm_api.rerun(\(run.rawValue))",
        "select zm_api.task_set('p', 'a', false)", "select zm_api.remove('pipeline', 'p')",
        "select zm_api.share('p', session_user, 'operate')",
      ] {
        #expect(await sqlState { try await bert.script(sql) } == "ZM003", "\(sql)")
      }
    }
  }

  @Test func `to be operated is started, controlled and rerun as its owner's, and changed by nobody else`()
    async throws
  {
    try await withBert { world, bert, run in
      try await share(world, "operate")
      let anna = world.store.role("anna")
      let started = try await bert.run { try People.start(pipeline: "p", task: nil, arguments: [], $0) }
      #expect(
        try await bert.texts("select owner || ' by ' || created_by from zm_api.run where id = \(started)")
          == ["\(anna) by \(world.store.role("bert"))"])
      #expect(
        try await bert.run { try People.control(.hold, [run.rawValue], $0).map(\.effect) } == ["held"])
      #expect(
        try await bert.run { try People.control(.stop, pipeline: "\(anna):p", $0).map(\.effect) }
          == ["stopped"])
      _ = try await bert.run { try People.rerun(run.rawValue, .alone, isLatest: false, $0) }
      for sql in [
        "select zm_api.task_set('p', 'a', false)", "select zm_api.remove('pipeline', 'p')",
        "select zm_api.share('p', session_user, 'operate')", "select zm_api.start('q')",
      ] {
        #expect(await sqlState { try await bert.script(sql) } == "ZM003", "\(sql)")
      }
      // Anna reads what was done to hers.
      let done = try await world.anna.texts(
        "select distinct action from zm_api.audit where who = '\(world.store.role("bert"))' order by 1")
      #expect(done == ["hold", "rerun", "start", "stop"])
    }
  }

  @Test func `reaches all members of a group`() async throws {
    try await withBert { world, bert, _ in
      let group = world.store.role("night")
      try await world.root.script("create role \(group); grant \(group) to \(world.store.role("bert"))")
      try await share(world, with: "night", "view")
      #expect(try await counts(bert) == [1, 1, 1, 1, 1, 1, 1])
      try await world.root.script("revoke \(group) from \(world.store.role("bert"))")
      #expect(try await counts(bert) == [0, 0, 0, 0, 0, 0, 0])
    }
  }

  @Test func `of a name that the caller has, too, is meant by OWNER:NAME`() async throws {
    try await withBert { world, bert, _ in
      try await share(world, "operate")
      var own = pipeline(task("mine"))
      own.templates = template().templates
      _ = try await bert.apply(own)
      let (one, two) = try await bert.run { session in
        (
          try People.start(pipeline: "p", task: nil, arguments: [], session),
          try People.start(pipeline: "\(world.store.role("anna")):p", task: nil, arguments: [], session)
        )
      }
      let owners = try await bert.texts(
        "select owner from zm_api.run where id in (\(one), \(two)) order by id")
      #expect(owners == [world.store.role("bert"), world.store.role("anna")])
    }
  }

  @Test func `goes to another user or a group, and to no role of PostgreSQL or zmey`() async throws {
    try await withBert { world, _, _ in
      for name in ["pg_monitor", "zm_admin", "postgres", world.store.role("anna"), "nobody-there"] {
        #expect(
          await sqlState { try await world.anna.script("select zm_api.share('p', '\(name)', 'view')") }
            == "ZM003", "\(name)")
      }
      #expect(await sqlState { try await share(world, "own") } == "ZM004")
    }
  }
}
