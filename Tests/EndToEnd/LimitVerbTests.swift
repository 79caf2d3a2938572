import Testing

/// Resources, users and labels, and why something does not run.
@Suite("Verbs of limits")
struct LimitVerbTests {
  struct Resource: Decodable, Equatable {
    let name: String
    let amount: Int
    let used: Int
  }

  struct User: Decodable {
    let name: String
    let maxRunning: Int?
    let running: Int
    let queued: Int
  }

  struct Reason: Decodable {
    let kind: String
    let message: String
    let taskRunId: Int64
    let name: String
  }

  @Test func `resources are set, listed and removed`() async throws {
    let database = try await FreshDatabase()
    #expect(try await database.must("resource", "set", "gpu", "2").output == "set resource gpu\n")
    try await database.must("resource", "set", "gpu", "4")
    #expect(
      try await database.must("resource", "list", "--json").json([Resource].self)
        == [Resource(name: "gpu", amount: 4, used: 0)])
    #expect(
      try await database.must("resource", "list").output == "RESOURCE  AMOUNT  USED\ngpu       4       0\n")
    try await database.refuses(2, "no resource: it is", "resource", "set", "GPU", "2")
    try await database.refuses(2, "an amount is", "resource", "set", "gpu", "1000001")
    try await database.must("resource", "remove", "gpu")
    try await database.refuses(3, "no resource \"gpu\"", "resource", "remove", "gpu")
  }

  @Test func `users are listed with their limit and their work`() async throws {
    let database = try await FreshDatabase()
    try await database.must("template", "add", "t", "--script", "-", input: "#!/bin/sh")
    try await database.must("submit", "t", "--count", "3")
    let me = try await database.must("user", "list", "--json").json([User].self)
    #expect(me.count == 1 && me[0].maxRunning == nil && me[0].running == 0 && me[0].queued == 3)
    try await database.must("user", "set", me[0].name, "--max-running", "2")
    #expect(try await database.must("user", "list", "--json").json([User].self)[0].maxRunning == 2)
    #expect(try await database.must("user", "list").output.contains("\(me[0].name)"))
    try await database.must("user", "set", me[0].name, "--max-running", "none")
    #expect(try await database.must("user", "list", "--json").json([User].self)[0].maxRunning == nil)
    try await database.refuses(2, "say what", "user", "set", me[0].name)
    try await database.refuses(2, "--max-running", "user", "set", me[0].name, "--max-running", "0")
    try await database.refuses(3, "nobody-such", "user", "set", "nobody-such", "--max-running", "1")
  }

  @Test func `workers have labels`() async throws {
    struct Labelled: Decodable {
      let slots: Int
      let labels: [String]
    }
    let database = try await FreshDatabase()
    func worker() async throws -> Labelled {
      let all = try await database.must("worker", "list", "--json").json([Labelled].self)
      return all[0]
    }
    try await database.must("scheduler", "add", "s")
    try await database.must(
      "worker", "add", "w", "--scheduler", "s", "--slots", "2", "--label", "gpu", "--label", "big")
    let added = try await worker()
    #expect(Set(added.labels) == ["gpu", "big"])
    #expect(try await database.must("worker", "list").output.split(separator: "\n")[0].hasSuffix("LABELS"))
    try await database.must("worker", "set", "w", "--slots", "3")
    #expect(try await worker().slots == 3)
    #expect(try await worker().labels.count == 2)
    try await database.must("worker", "set", "w", "--label", "small")
    #expect(try await worker().slots == 3)
    #expect(try await worker().labels == ["small"])
    try await database.must("worker", "set", "w", "--no-labels")
    #expect(try await worker().labels == [])
    try await database.refuses(2, "say what", "worker", "set", "w")
    try await database.refuses(2, "exclude", "worker", "set", "w", "--label", "a", "--no-labels")
    try await database.refuses(2, "'A b' is no label", "worker", "set", "w", "--label", "A b")
  }

  @Test func `workers are drained and schedulers paused, each with a reason, and the audit tells who`()
    async throws
  {
    struct Note: Decodable {
      struct Detail: Decodable { let reason: String? }
      let action: String
      let kind: String
      let object: String
      let detail: Detail?
    }
    let database = try await FreshDatabase()
    try await database.must("scheduler", "add", "s")
    try await database.must("worker", "add", "w", "--scheduler", "s", "--slots", "2")
    try await database.refuses(2, "at most 200 characters", "worker", "drain", "w", "--reason", "a\nb")
    try await database.refuses(3, "no worker \"x\"", "worker", "drain", "x")
    try await database.refuses(3, "no scheduler \"x\"", "scheduler", "pause", "x")
    #expect(
      try await database.must("worker", "drain", "w", "--reason", "new disk").output == "drained worker w\n")
    #expect(try await database.must("worker", "drain", "w").output == "drained worker w\n")
    #expect(try await database.must("scheduler", "pause", "s").output == "paused scheduler s\n")
    #expect(try await database.must("worker", "list").output.contains("away, drained (new disk)"))
    #expect(try await database.must("scheduler", "list").output.contains("stopped, paused"))
    #expect(try await database.must("scheduler", "list", "--json").output.contains(#""is_paused" : true"#))
    #expect(try await database.must("worker", "undrain", "w").output == "undrained worker w\n")
    #expect(try await database.must("scheduler", "resume", "s").output == "resumed scheduler s\n")
    let notes = try await database.must("audit", "--limit", "4", "--json").json([Note].self)
    #expect(
      notes.map { "\($0.action) \($0.kind) \($0.object)" } == [
        "resume scheduler s", "undrain worker w", "pause scheduler s", "drain worker w",
      ])
    #expect(notes.map { $0.detail?.reason } == [nil, nil, nil, "new disk"])
    let table = try await database.must("audit", "--limit", "1").output.split(separator: "\n")
    #expect(table.count == 2 && table[0].hasPrefix("AT") && table[1].hasSuffix("resume  scheduler  s"))
    try await database.refuses(2, "--limit takes", "audit", "--limit", "0")
  }

  @Test func `why says every reason, of a run for all that does not run`() async throws {
    let database = try await FreshDatabase()
    try await database.must(
      "apply", "-",
      input: """
        pipelines:
          - name: p
            tasks:
              - {name: a, script: "#!/bin/sh", labels: [gpu]}
              - {name: b, script: "#!/bin/sh", after: [a]}

        """)
    let run = try #require(Int64(try await database.must("start", "p").output.dropLast()))
    let taskRuns = try await database.must("list", "--run", "\(run)", "--json").json([TaskRun].self)
    let b = try #require(taskRuns.first { $0.name == "b" })
    #expect(try await database.must("why", "\(b.id)").output.hasPrefix("waits for \"a\""))
    let ofB = try await database.must("why", "\(b.id)", "--json").json([Reason].self)
    #expect(ofB.map(\.kind) == ["waits"] && ofB.map(\.taskRunId) == [b.id] && ofB.map(\.name) == ["b"])
    let reasons = try await database.must("why", "\(run)", "--json").json([Reason].self)
    #expect(Set(reasons.map(\.name)) == ["a", "b"])
    #expect(reasons.first { $0.name == "a" }?.kind == "worker")
    let lines = try await database.must("why", "\(run)").output.split(separator: "\n")
    #expect(lines.count == reasons.count && lines.contains { $0.hasPrefix("\(b.id) b: waits for") })
    try await database.must("stop", "\(run)", "--yes")
    #expect(
      try await database.must("why", "\(run)").output == "Everything of run \(run) runs or has ended.\n")
    #expect(try await database.must("why", "\(run)", "--json").output == "[\n\n]\n")
    #expect(try await database.must("why", "\(b.id)", "--json").json([Reason].self).map(\.kind) == ["ended"])
    try await database.refuses(3, "no task run 7", "why", "7")
  }
}
