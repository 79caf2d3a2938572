import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `The last run of a pipeline` {
  private func last(_ connection: Connection) async throws -> [String] {
    try await connection.texts(
      """
      select p.name || ' ' || l.run_id from zm_api.last_run l join zm_api.pipeline p on p.id = l.pipeline_id
      where l.owner_id = zm.uid() order by p.name
      """)
  }

  @Test func `is its newest one, whoever started it and in whatever part`() async throws {
    try await World.with { world in
      var definitions = pipeline(task("a"), task("b", after("a")))
      definitions.pipelines.append(PipelineDefinition(name: "q", tasks: [task("a")]))
      try await world.apply(definitions)
      #expect(try await last(world.anna) == [])
      var run = try await world.start()
      #expect(try await last(world.anna) == ["p \(run)"])
      run = try await world.start(task: "b")
      #expect(try await last(world.anna) == ["p \(run)"])
      try await world.scheduler.finishQueued()
      let first = run
      run = try await world.anna.run { try People.rerun(first.rawValue, .alone, isLatest: false, $0) }
      #expect(try await last(world.anna) == ["p \(run)"])
      // What becomes of the pipeline leaves its runs alone.
      try await world.apply(pipeline(task("c")))
      #expect(try await last(world.anna) == ["p \(run)"])
      #expect(try await world.root.int("select count(*) from zm.last_run") == 2)
    }
  }

  @Test func `is found though another start of it is under way, and none waits for the other`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a")))
      _ = try await world.start()
      let second = try await world.store.open(as: world.store.role("anna"))
      try await world.during("select zm_api.start('p')", by: second) {
        let run = try await world.start()
        #expect(try await last(world.anna) == ["p \(run)"])
      }
      let newest = try await world.root.int("select max(id) from zm.run")
      #expect(try await last(world.anna) == ["p \(newest)"])
      let noted = try await world.root.int("select run_id from zm.last_run")
      #expect(noted < newest)
      let next = try await world.start()
      #expect(try await last(world.anna) == ["p \(next)"])
      #expect(try await world.root.int("select run_id from zm.last_run") == next.rawValue)
    }
  }

  @Test func `is of a pipeline and a version, a batch of none`() async throws {
    try await World.with { world in
      var definitions = pipeline(task("a"))
      definitions.templates = template().templates
      try await world.apply(definitions)
      let (run, batch) = (try await world.start(), try await world.submit(1))
      let of = """
        select format('%s %s', p.name, v.number) from zm_api.run r join zm.pipeline_version v on v.id = r.version_id
        join zm.pipeline p on p.id = r.pipeline_id where r.id = $1
        """
      #expect(try await world.anna.texts(of, [.int8(run.rawValue)]) == ["p 1"])
      #expect(try await world.anna.texts(of, [.int8(batch.rawValue)]) == [])
    }
  }

  @Test func `and those before it are found by an index, in the newest weeks first`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a")))
      _ = try await world.start()
      try await world.root.script(
        """
        select zm.ensure_week(clock_timestamp() - k * interval '1 week') from generate_series(1, 5) k;
        insert into zm.run (id, owner_id, pipeline_id, version_id, name, total)
        select (zm.day_number(now()) - d) * 1000000000 + k, owner_id, case when k % 2 = 0 then pipeline_id else 999 end,
          version_id, 'x', 1
        from zm.run, generate_series(1, 30) d, generate_series(1, 400) k;
        analyze zm.run
        """)
      let plan = try await world.anna.texts(
        """
        explain (analyze, costs off, timing off, summary off)
        select id from zm_api.run where pipeline_id = (select min(id) from zm.pipeline) order by id desc limit 3
        """)
      #expect(plan.filter { $0.contains("Index") && $0.contains("pipeline_id_id_idx") }.count > 1, "\(plan)")
      #expect(plan.contains { $0.contains("never executed") }, "\(plan)")
      #expect(!plan.contains { $0.contains("Seq Scan on run_w") }, "\(plan)")
    }
  }
}

@Suite struct `The audit` {
  @Test func `is listed with the newest first, everyone's own and all to an admin`() async throws {
    try await World.with { world in
      let boss = try await world.store.newRole("boss", level: "admin")
      try await world.apply(template())
      _ = try await world.submit(2)
      try await boss.run { try People.addScheduler("n", $0) }
      let hers = try await world.anna.run { try People.audit(limit: 10, $0) }
      #expect(
        hers.map { "\($0.action) \($0.kind) \($0.object)" } == ["submit template t", "create template t"])
      #expect(hers.allSatisfy { $0.who == world.store.role("anna") && $0.at.hasSuffix("Z") })
      #expect(hers[0].detail?.contains(#""count": 2"#) == true)
      let all = try await boss.run { try People.audit(limit: 2, $0) }
      #expect(all.map(\.action) == ["create", "submit"])
      #expect(all[0].id > all[1].id)
    }
  }
}
