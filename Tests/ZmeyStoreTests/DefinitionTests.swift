import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `Definitions of templates and pipelines` {
  private var many: Definitions {
    var rich = Program(
      script: "#!/bin/sh\nprintf 'ä\\0\"$1\"'\n", attempts: 7, rerunIfLost: false, maxOutput: 4096)
    rich.average = .seconds(5)
    rich.maximum = .seconds(90)
    return Definitions(
      templates: [
        TemplateDefinition(name: "fetch", description: "gets \"it\"", program: rich),
        TemplateDefinition(name: "store", program: Program(script: "#!/bin/sh\n")),
      ],
      pipelines: [
        PipelineDefinition(
          name: "nightly", description: "every night",
          tasks: [
            TaskDefinition(name: "extract", work: .template("fetch"), arguments: ["--day", "", "'"]),
            TaskDefinition(
              name: "check", work: .inline(rich), after: [after("extract", .always, pass: .stdin)]),
            TaskDefinition(
              name: "load", work: .template("store"),
              after: [after("check", .failure), after("extract", .success, pass: .env)]),
          ]),
        PipelineDefinition(name: "small", tasks: [task("only")]),
      ])
  }

  @Test func `come back as they were applied`() async throws {
    try await World.with { world in
      try await world.apply(many)
      let all = try await world.anna.run { session in try People.export(nil, session) }
      #expect(all == many)
      let one = try await world.anna.run { session in try People.export(["small"], session) }
      #expect(one == Definitions(pipelines: [many.pipelines[1]]))
      let needs = try await world.anna.run { session in try People.export(["nightly"], session) }
      #expect(needs == Definitions(templates: many.templates, pipelines: [many.pipelines[0]]))
      #expect(await sqlState { _ = try await world.anna.run { try People.export(["none"], $0) } } == "ZM003")
    }
  }

  @Test func `applied tell what is new, changed and as it was`() async throws {
    try await World.with { world in
      let first = try await world.anna.apply(many)
      #expect(first == ["+ template fetch", "+ template store", "+ pipeline nightly", "+ pipeline small"])
      var changed = many
      changed.templates[1].program.attempts = 2
      changed.pipelines[1].tasks[0].arguments = ["x"]
      changed.pipelines.append(PipelineDefinition(name: "new", tasks: [task("a")]))
      #expect(
        try await world.anna.apply(changed) == [
          "= template fetch", "~ template store", "= pipeline nightly", "~ pipeline small", "+ pipeline new",
        ])
      // Nothing more changes, and what is not named stays.
      #expect(try await world.anna.apply(changed).allSatisfy { $0.hasPrefix("=") })
      #expect(try await world.anna.apply(Definitions()) == [])
      let views = try await world.anna.run { session in
        try (People.templates(session) + People.pipelines(session)).map {
          "\($0.name) \($0.count) \($0.version ?? 0)"
        }
      }
      #expect(views == ["fetch 7 0", "store 2 0", "new 1 1", "nightly 3 1", "small 1 2"])
    }
  }

  @Test func `are applied all or not at all`() async throws {
    try await World.with { world in
      var wrong = many
      wrong.pipelines[1].tasks.append(TaskDefinition(name: "x", work: .template("unknown")))
      let error = await databaseError { try await world.apply(wrong) }
      #expect(error?.sqlState == "ZM003")
      #expect(error?.message == #"task "small/x" needs template "unknown", which does not exist"#)
      for table in ["template", "pipeline", "pipeline_version", "task", "program", "script"] {
        let rows = try await world.root.int("select count(*) from zm.\(table)")
        #expect(rows == 0, "\(table)")
      }
      let notes = try await world.anna.texts("select action from zm.audit")
      #expect(notes == [])
    }
  }

  @Test(arguments: [
    (pipeline(task("a", after("c")), task("b", after("a")), task("c", after("b"))), "a, b, c"),
    (pipeline(task("a"), task("b", after("a"), after("c")), task("c", after("b"))), "b, c"),
    (pipeline(task("a", after("a"))), "a"),
  ])
  func `that go in a circle are refused`(_ definitions: Definitions, _ names: String) async throws {
    try await World.with { world in
      let error = await databaseError { try await world.apply(definitions) }
      #expect(error?.sqlState == "ZM004")
      #expect(error?.message.hasSuffix("go in a circle through \(names)") == true)
    }
  }

  @Test func `without a task, or linked to no task, are refused`() async throws {
    try await World.with { world in
      #expect(await sqlState { try await world.apply(pipeline()) } == "ZM004")
      #expect(await sqlState { try await world.apply(pipeline(task("a", after("b")))) } == "ZM004")
      let rows = try await world.root.int("select count(*) from zm.pipeline")
      #expect(rows == 0)
    }
  }

  @Test func `with a wrong name are refused`() async throws {
    try await World.with { world in
      let anna = world.anna
      for name in ["", " a", "a ", "a/b", "a\nb", "a\u{7f}", String(repeating: "ä", count: 101)] {
        #expect(Name.problem(name) != nil)
        let program = Program(script: "#!/bin/sh\n")
        let named = Definitions(templates: [TemplateDefinition(name: name, program: program)])
        for definitions in [named, pipeline(task(name))] {
          #expect(await databaseError { _ = try await anna.apply(definitions) }?.kind == .checkViolation)
        }
      }
    }
  }

  @Test func `have names by the same rule here and there`() async throws {
    let spaces = (0x1...0x3100).compactMap(Unicode.Scalar.init)
      .filter { $0.properties.isWhitespace || $0.properties.generalCategory == .format }
    let ends = spaces.flatMap { ["\($0)a", "a\($0)", "a\($0)b", "a\($0)\u{301}"] }
    let others = ["", "a", "a/b", "a\u{7f}", "\u{301}", "Привет", "👩‍👩‍👧", "a/\u{338}b"]
    let lengths = [100, 101].map { String(repeating: "ä", count: $0) }
    let names = ends + others + lengths
    try await StoreDatabase.with { store in
      let accepted = try await store.open().texts(
        "select n from unnest($1) with ordinality as x (n, i) where zm.is_name(n) order by i",
        [.textArray(names)])
      #expect(
        accepted.map { Array($0.utf8) } == names.filter { Name.problem($0) == nil }.map { Array($0.utf8) })
    }
  }

  @Test func `have at most 5000 tasks, in a row if need be`() async throws {
    try await World.with { world in
      let chain = (0...5000).map { task("t\($0)", after("t\(max(0, $0 - 1))")) }
      var definitions = pipeline()
      definitions.pipelines[0].tasks = [task("t0")] + chain[1...]
      let error = await databaseError { try await world.apply(definitions) }
      #expect(error?.message == "pipeline \"p\" has 5001 tasks; it needs 1 to 5000")
      #expect(error?.sqlState == "ZM004")
      definitions.pipelines[0].tasks.removeLast()
      try await world.apply(definitions)
      let run = try await world.start()
      try await world.scheduler.finishQueued(.failed)
      #expect(try await world.tally(run) == "5000 5000 1 failed")
    }
  }

  @Test func `are changed by two at once without a quarrel`() async throws {
    try await World.with { world in
      let again = try await world.store.open(as: world.store.role("anna"))
      for attempts in 1...10 {
        async let one = world.anna.apply(template(attempts: attempts))
        async let two = again.apply(template(attempts: attempts))
        let actions = try await [one[0].prefix(1), two[0].prefix(1)].sorted()
        #expect(actions == (attempts == 1 ? ["+", "="] : ["=", "~"]))
      }
    }
  }

  @Test func `leave a note of who changed them, with before and after`() async throws {
    try await World.with { world in
      try await world.apply(template())
      try await world.apply(template())
      try await world.apply(template(attempts: 2))
      let notes = try await world.anna.texts(
        """
        select format('%s %s %s %s %s>%s', who = session_user, action, kind, object,
          detail #>> '{before,program,attempts}', detail #>> '{after,program,attempts}') from zm.audit order by id
        """)
      #expect(notes == ["t create template t >1", "t change template t 1>2"])
    }
  }
}
