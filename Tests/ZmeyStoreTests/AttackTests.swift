import Foundation
import Postgres
import Processes
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// What Bert tries in plain psql to get at what is Anna's: `Rights/attacks.sql`. Everything of hers holds a word that he
/// cannot know; no attack may print it, and none may change a row that is not his.
@Suite struct `An attack` {
  private struct Attack {
    let name: String
    let sql: String
    var isOracle: Bool { name.hasPrefix("oracle: ") }
  }

  /// The word in everything of Anna's.
  private static let canary = "canary7c1f"
  private static let attacks = {
    let path = String("\(#filePath)".dropLast("AttackTests.swift".count)) + "Rights/attacks.sql"
    let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n--- ").dropFirst().map { part in
      let lines = part.split(separator: "\n", maxSplits: 1)
      return Attack(name: String(lines[0]), sql: lines.count > 1 ? String(lines[1]) : "")
    }
  }()

  @Test func `of the list gets at nothing and changes nothing of another's`() async throws {
    #expect(Self.attacks.count >= 60)
    try await World.with { world in
      let ids = try await fill(world)
      _ = try await world.store.newRole("bert", level: "user")
      try await world.root.script("analyze")
      var before = try await everything(world)
      for attack in Self.attacks {
        if attack.isOracle {
          try await ask(attack, ids, world)
        } else {
          let output = try await psql(attack.sql, ids, world)
          #expect(!output.contains(Self.canary), "\(attack.name)")
          #expect(!output.contains("root:x:0"), "\(attack.name)")
        }
        let after = try await everything(world)
        let lost = before.subtracting(after)
        #expect(lost.isEmpty, "\(attack.name) changed \(lost.sorted().prefix(3))")
        let foreign = after.subtracting(before).filter { $0.hasPrefix("!") }
        #expect(foreign.isEmpty, "\(attack.name) made \(foreign.sorted().prefix(3))")
        before = after
      }
      #expect(try await world.root.run { try People.verifyAudit($0) } == [])
    }
  }

  /// Whether a right guess prints what a wrong one prints.
  private func ask(_ attack: Attack, _ ids: [String: String], _ world: World) async throws {
    var answers: [String] = []
    for (guess, number) in [(Self.canary, ids["run"] ?? ""), ("sparrow7c1", "327999999999")] {
      let variables = ids.merging(["guess": guess, "number": number]) { _, new in new }
      answers.append(
        try await psql("begin; \(attack.sql); rollback;", variables, world)
          .replacing(guess, with: "GUESS").replacing(number, with: "NUMBER"))
    }
    #expect(answers[0] == answers[1], "\(attack.name)")
  }

  /// Everything of Anna's, with the word wherever she may write one; numbers of what she has, for psql.
  private func fill(_ world: World) async throws -> [String: String] {
    let word = Self.canary
    let program = ZmeyCore.Program(script: "#!/bin/sh\n# \(word)\n")
    let definitions = Definitions(
      templates: [TemplateDefinition(name: word, program: program)],
      pipelines: [
        PipelineDefinition(
          name: word,
          tasks: [
            TaskDefinition(name: word, work: .inline(program), arguments: [word]),
            TaskDefinition(name: "b", work: .template(word), after: [after(word)]),
          ]), PipelineDefinition(name: "p", tasks: [TaskDefinition(name: "a", work: .inline(program))]),
      ],
      events: [EventDefinition(name: "e", rule: .every(.seconds(3600)), start: ["p"])])
    try await world.apply(definitions)
    try await world.apply(Definitions(templates: [TemplateDefinition(name: "t", program: program)]))
    try await world.anna.run {
      try People.setSecret(
        word, sealed: Array(word.utf8), recipients: [[UInt8](repeating: 1, count: 32)], $0)
    }
    _ = try await world.anna.run { try Submission.open(template: "t", key: "key", $0) }
    _ = try await world.anna.run { try Submission.open(template: "t", key: word, $0) }
    let run = try await world.anna.run {
      try People.start(pipeline: word, task: nil, arguments: [word], $0)
    }
    let fence = try #require(try await world.scheduler.claim(1).first).fence
    try await world.scheduler.perform {
      $0.chunks = [.init(fence: fence, number: 0, stream: .standardError, bytes: Array(word.utf8))]
    }
    try await world.scheduler.finish([fence], result: Array(word.utf8))
    _ = try await world.start()
    try await world.root.run { try People.setResource("gpu", amount: 1, $0) }
    return [
      "run": "\(run)", "task_run": "\(fence.taskRun)", "anna": world.store.role("anna"),
      "bert": world.store.role("bert"), "db": world.store.database.name,
    ]
  }

  /// Every row that is not Bert's, as `table digest`; one that may not come into being begins with `!`.
  private func everything(_ world: World) async throws -> Set<String> {
    let tables = try await world.root.texts(
      """
      select c.oid::regclass::text from pg_class c
      where c.relnamespace = 'zm'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      """)
    let bert = world.store.role("bert")
    let rows = tables.map { table in
      """
      select case when j ? 'owner_id' or '\(table)' in ('zm.scheduler', 'zm.worker', 'zm.resource', 'zm.app_user')
        then '!' else '' end || '\(table) ' || md5(j::text) as row
      from (select to_jsonb(x) as j from \(table) x) x
      where coalesce(j ->> 'owner_id', '') <> (select id::text from zm.app_user where rolname = '\(bert)')
        and coalesce(j ->> 'who', '') <> '\(bert)'
      """
    }.joined(separator: " union all ")
    return Set(
      try await world.root.texts(
        """
        \(rows)
        union all select '!role ' || rolname || to_jsonb(r)::text from pg_authid r where rolname <> '\(bert)' and rolname !~ '^test_'
        union all select '!role ' || to_jsonb(r)::text from pg_authid r where rolname ~ '^\(world.store.database.name)_'
        union all select '!member ' || to_jsonb(m)::text from pg_auth_members m where member = '\(bert)'::regrole
        union all select '!function ' || concat_ws(' ', md5(p.prosrc), p.proowner, p.proacl, p.oid::regprocedure)
          from pg_proc p where pronamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
        union all select '!object ' || concat_ws(' ', oid::regclass, relowner, relkind, relrowsecurity)
          from pg_class where relowner = '\(bert)'::regrole or relnamespace = 'zm'::regnamespace
        union all select '!large object ' || oid from pg_largeobject_metadata
        union all select '!schema ' || nspname from pg_namespace where nspname !~ '^pg_(toast_)?temp'
        union all select '!policy ' || to_jsonb(p)::text from pg_policy p
        """))
  }

  private func psql(_ sql: String, _ variables: [String: String], _ world: World) async throws -> String {
    let conninfo = world.store.database.conninfo(user: world.store.role("bert"))
    let program = Processes.Program(
      path: "/usr/bin/psql",
      arguments: ["psql", "-X", conninfo] + variables.flatMap { ["-v", "\($0.key)=\($0.value)"] },
      environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PAGER": ""])
    let end = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try runToEnd(program, input: Array("set statement_timeout = '20s';\n\(sql)\n".utf8))
          })
      }
    }
    return String(decoding: end.standardOutput + end.standardError, as: UTF8.self)
  }
}
