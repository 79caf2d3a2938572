import FoundationEssentials
import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// Who may do what to each table, view and function: `Rights/matrix.txt` says it, and the database is asked. An object
/// without a line there, a line without an object and any other answer fail. `UPDATE_RIGHTS=1` writes the file anew:
/// read each change before you keep it.
@Suite struct `The matrix of rights` {
  /// Its columns. Anna and Bert have the same things each; Gus has nothing, but Anna's pipeline is shared with him.
  private static let people = ["viewer", "anna", "bert", "gus", "admin", "scheduler", "stranger"]

  /// What a role sees of a relation.
  private enum Sight: String {
    /// Everything there is.
    case all
    /// Part of it: for Anna and Bert nothing that the other one sees, for Gus nothing that Anna does not see.
    case own
    /// No row of those that there are.
    case none
    /// It may not even look.
    case refused = "-"
  }

  /// Everything that a person may have, by that person.
  private func fill(_ world: World, _ person: Connection, _ name: String) async throws {
    var definitions = pipeline(
      task("a"), TaskDefinition(name: "b", work: .template("t"), after: [after("a", pass: .stdin)]),
      TaskDefinition(
        name: "m", work: .template("t"), map: MapDefinition(.items(["x", "y"]))))
    definitions.templates = [
      TemplateDefinition(name: "t", program: Program(script: "#!/bin/sh\n# \(name)\n", attempts: 2))
    ]
    definitions.pipelines[0].tasks[0] = TaskDefinition(
      name: "a", work: .inline(Program(script: "#!/bin/sh\n# inline of \(name)\n")))
    definitions.events = [EventDefinition(name: "e", rule: .every(.seconds(3600)), start: ["p"])]
    _ = try await person.apply(definitions)
    try await person.run {
      try People.setSecret(name, sealed: [1], recipients: [[UInt8](repeating: 1, count: 32)], $0)
    }
    _ = try await person.run { try Submission.open(template: "t", key: "key", $0) }
    let run = try await person.run { try People.start(pipeline: "p", task: nil, arguments: ["x"], $0) }
    _ = try await person.run { try People.fireEvent("e", $0) }
    let claimed = try await world.scheduler.claim(100)
    for task in claimed where task.name == "a" {
      try await world.scheduler.perform {
        $0.chunks = [.init(fence: task.fence, number: 0, stream: .standardError, bytes: [1])]
      }
      try await world.scheduler.finish([task.fence], result: Array(name.utf8))
    }
    // One waits for its next attempt, one has taught how long it takes.
    try await world.root.script(
      """
      insert into zm.delayed select min(id), clock_timestamp() + '1 h' from zm.task_run where owner_id = (
        select id from zm.app_user where rolname = '\(world.store.role(name))') and state < 3;
      insert into zm.duration select program_id, name, '{1}' from zm.task_run where run_id = \(run)
      on conflict do nothing
      """)
  }

  /// The rows that somebody sees, each as a digest without what the clock changes; nil if looking is refused.
  private func rows(_ relation: String, _ connection: Connection) async throws -> Set<String>? {
    do {
      return Set(
        try await connection.texts(
          "select md5((to_jsonb(x) - '{elapsed_ms,silent_s}'::text[])::text) from \(relation) x"))
    } catch let error as DatabaseError where error.sqlState == "42501" {
      return nil
    }
  }

  @Test func `is what the database says`() async throws {
    try await World.with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      let gus = try await world.store.newRole("gus", level: "user")
      let people = [
        try await world.store.newRole("viewer", level: "viewer"), world.anna, bert, gus,
        try await world.store.newRole("admin", level: "admin"), world.scheduler.connection,
        try await world.store.newRole("stranger"),
      ]
      for (person, name) in [(world.anna, "anna"), (bert, "bert")] { try await fill(world, person, name) }
      let guest = world.store.role("gus")
      try await world.anna.run { try People.share("p", with: guest, level: "operate", $0) }
      let admin = world.store.role("admin")
      try await bert.run { try People.share("p", with: admin, level: "view", $0) }
      let (identity, worker) = (world.scheduler.identity, world.scheduler.worker)
      let pulse = WorkerPulse(
        worker: worker, isConnected: true, busy: 0, silence: .zero, host: nil, release: nil)
      try await world.scheduler.connection.run { try identity.heartbeat([pulse], $0) }
      try await world.root.run { try People.setResource("gpu", amount: 1, $0) }

      let roles = Self.people.map(world.store.role)
      var lines = try await relations(world, people, roles) + functions(world, roles)
      lines.sort()
      try compare(lines)
    }
  }

  /// A line for each table and view: what each role sees, then who may change it.
  private func relations(_ world: World, _ people: [Connection], _ roles: [String]) async throws -> [String] {
    let names = try await world.root.texts(
      """
      select c.oid::regclass::text from pg_class c
      where c.relnamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
      """)
    var lines: [String] = []
    for name in names {
      let all = try #require(try await rows(name, world.root))
      var seen: [Set<String>?] = []
      for person in people { seen.append(try await rows(name, person)) }
      let sights = seen.map { rows in
        rows.map { $0.count == all.count && !all.isEmpty ? Sight.all : $0.isEmpty ? .none : .own } ?? .refused
      }
      if sights[1] == .own, sights[2] == .own {
        #expect(seen[1]?.isDisjoint(with: seen[2] ?? []) == true, "Anna and Bert see the same of \(name)")
      }
      if sights[3] == .own, sights[1] == .own {
        // Where Gus is himself one of the rows, as among the users, he sees one more.
        let beyond = (seen[3] ?? []).subtracting(seen[1] ?? [])
        #expect(beyond.isEmpty || name.hasSuffix("app_user") || name.hasSuffix("person"), "\(name)")
      }
      var writers: [String] = []
      for (role, person) in zip(roles, Self.people) {
        let rights = try await world.root.texts(
          """
          select p from unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
          where has_table_privilege('\(role)', '\(name)', p)
            or (p in ('insert', 'update', 'references') and has_any_column_privilege('\(role)', '\(name)', p))
          """)
        writers += rights.map { "\($0):\(person)" }
      }
      lines.append(line(name, sights.map(\.rawValue), writers))
    }
    return lines
  }

  /// A line for each function: who may execute it.
  private func functions(_ world: World, _ roles: [String]) async throws -> [String] {
    var lines: [String] = []
    for name in try await world.root.texts(
      """
      select p.oid::regprocedure::text from pg_proc p
      where p.pronamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
      """)
    {
      let may = try await world.root.texts(
        """
        select case when has_function_privilege(r.name, '\(name)', 'execute')
          and has_schema_privilege(r.name, '\(name.prefix { $0 != "." })', 'usage') then 'x' else '-' end
        from unnest(array['\(roles.joined(separator: "','"))']) with ordinality r (name, n) order by r.n
        """)
      lines.append(line(name, may, []))
    }
    return lines
  }

  private func line(_ name: String, _ cells: [String], _ more: [String]) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    let columns = cells.map { padded($0, 8) }.joined()
    let text = padded(name, 60) + columns + more.joined(separator: " ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  private func compare(_ lines: [String]) throws {
    let path = String("\(#filePath)".dropLast("RightsMatrixTests.swift".count)) + "Rights/matrix.txt"
    let head = [
      "# What each role sees of a table or view (all, own, none of its rows; - it may not look), or whether it may",
      "# execute a function (x). Behind that, who may change it otherwise than by functions.",
      line("#", Self.people, []),
    ]
    let text = (head + lines).joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["UPDATE_RIGHTS"] != nil {
      try Data(text.utf8).write(to: URL(filePath: path))
    }
    let kept = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let declared = Set(kept.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") })
    let found = Set(lines)
    #expect(found.subtracting(declared).sorted() == [], "not declared so")
    #expect(declared.subtracting(found).sorted() == [], "declared, and not so")
  }

  /// Rows of a partition are not guarded by the policies of its table.
  @Test func `leaves nobody at a partition by itself`() async throws {
    try await StoreDatabase.with { store in
      let reachable = try await store.open().texts(
        """
        select c.oid::regclass::text from pg_class c
        where c.relispartition and c.relnamespace = 'zm'::regnamespace and c.relkind in ('r', 'p')
          and exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner)
        """)
      #expect(reachable == [])
    }
  }

  @Test func `has functions with the owner's rights only where their search path is pinned`() async throws {
    try await StoreDatabase.with { store in
      let loose = try await store.open().texts(
        """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
          and p.prosecdef and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)
        """)
      #expect(loose == [])
    }
  }
}
