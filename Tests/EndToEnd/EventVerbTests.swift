import Testing

/// Events from the command line; what makes them fire is tested elsewhere.
@Suite("Verbs of events")
struct EventVerbTests {
  private static let yaml = "pipelines: [{name: p, tasks: [{name: a, script: x}, {name: b, script: x}]}]"

  private func filled() async throws -> FreshDatabase {
    let database = try await FreshDatabase()
    try await database.must("apply", "-", input: Self.yaml)
    return database
  }

  struct Event: Decodable {
    let name: String
    let owner: String
    let enabled: Bool
    let nextDue: String?
    let lastOutcome: String?
    let definition: Definition

    struct Definition: Decodable {
      let timezone: String
      let start: [String]
      let misfire: String
    }
  }

  struct Due: Decodable {
    let due: String
    let local: String
  }

  struct Fire: Decodable {
    let event: String
    let dueAt: String
    let outcome: String
    let runs: [Int64]
  }

  @Test func `an event is added, replaced, shown and removed`() async throws {
    let database = try await filled()
    #expect(
      try await database.must(
        "event", "add", "night", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--start", "p",
        "--start", "p/b", "--arg", "--full", "--misfire", "all", "--max-catch-up", "3", "--off"
      ).output == "+ event night\n")
    let shown = try await database.must("event", "show", "night")
    #expect(shown.output.contains("cron: \"30 2 * * *\"\n"), "\(shown.output)")
    #expect(try await database.must("apply", "-", input: shown.output).output == "1 as they were.\n")
    let events = try await database.must("event", "list", "--json").json([Event].self)
    #expect(events.map(\.name) == ["night"] && events.map(\.enabled) == [false])
    #expect(events[0].definition.start == ["p", "p/b"] && events[0].definition.misfire == "all")
    #expect(
      try await database.must("event", "add", "night", "--times", "12:15", "--day", "mon", "--start", "p")
        .output == "~ event night\n")
    let table = try await database.must("event", "list").output
    #expect(table.contains("12:15 on mon") && table.contains("UTC"), "\(table)")
    #expect(try await database.must("event", "set", "night", "--off").output == "turned off event night\n")
    #expect(try await database.must("event", "show", "night").output.contains("enabled: false\n"))
    #expect(try await database.must("event", "remove", "night").output == "removed event night\n")
    for verb in ["show", "remove", "next", "history", "fire"] {
      try await database.refuses(3, "no event \"night\"", "event", verb, "night")
    }
    try await database.refuses(3, "no event \"night\"", "event", "set", "night", "--on")
  }

  @Test(arguments: [
    (["--start", "p"], "say when"), (["--cron", "0 3 * * *"], "--start"),
    (["--cron", "0 3 * * *", "--every", "1h", "--start", "p"], "exclude"),
    (["--day", "mon", "--every", "1h", "--start", "p"], "--day needs --times"),
    (["--every", "1h", "--start", "gone"], "no pipeline \"gone\""),
    (["--every", "1h", "--start", "p/gone"], "no task"),
    (["--every", "10ms", "--start", "p"], "every"), (["--cron", "0 3 *", "--start", "p"], "field"),
    (["--at", "tomorrow", "--start", "p"], "tomorrow"),
    (["--every", "1h", "--start", "p", "--misfire", "never"], "never"),
  ])
  func `what is no event is refused in a line`(flags: [String], words: String) async throws {
    let database = try await filled()
    let outcome = try await database.zmctl(["event", "add", "e"] + flags)
    #expect(outcome.code == 2, "\(outcome.error)")
    #expect(
      outcome.error.split(separator: "\n").count == 1 && outcome.error.contains(words), "\(outcome.error)")
    #expect(try await database.count("select from zm.event") == 0)
  }

  @Test
  func
    `next tells local times with their offset: what a clock skips comes after the gap, what it shows twice once`()
    async throws
  {
    let database = try await filled()
    try await database.must(
      "event", "add", "night", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--start", "p")
    let arguments = ["event", "next", "night", "--from", "2027-03-26T12:00", "--count", "3"]
    let spring = try await database.zmctl(arguments)
    #expect(
      spring.output == """
        2027-03-27T02:30:00+01:00
        2027-03-28T03:00:00+02:00
        2027-03-29T02:30:00+02:00

        """, "\(spring.error)")
    let document = try await database.zmctl(arguments + ["--json"]).json([Due].self)
    #expect(document.map(\.due)[1] == "2027-03-28T01:00:00.000Z")
    #expect(document.map(\.local)[1] == "2027-03-28T03:00:00+02:00")
    // Without a database, and in UTC.
    let nowhere = ["ZM_DB": "host=/nonexistent"]
    let autumn = try await Shell.run(
      "zmctl",
      [
        "event", "next", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--from", "2027-10-31",
        "--count", "2",
      ], variables: nowhere)
    #expect(autumn.output == "2027-10-31T02:30:00+02:00\n2027-11-01T02:30:00+01:00\n", "\(autumn.error)")
    let past = try await Shell.run(
      "zmctl", ["event", "next", "--at", "2020-01-01T00:00"], variables: nowhere)
    #expect(past.code == 0 && past.output == "It is never due any more.\n")
    try await database.refuses(2, "say which", "event", "next")
    try await database.refuses(2, "say which", "event", "next", "night", "--every", "1h")
    try await database.refuses(2, "Nowhere", "event", "next", "--every", "1h", "--timezone", "Nowhere/City")
    try await database.refuses(2, "minute", "event", "next", "--cron", "61 * * * *")
    try await database.refuses(2, "--count takes", "event", "next", "--every", "1h", "--count", "0")
    #expect(
      try await Shell.run("zmctl", ["event", "next", "night"], variables: nowhere).code == 4)
  }

  @Test func `fire starts what an event starts, and history has it`() async throws {
    let database = try await filled()
    try await database.must("event", "add", "e", "--every", "1h", "--start", "p", "--start", "p/b")
    let empty = try await database.must("event", "history", "e", "--json")
    #expect(try empty.json([Fire].self).isEmpty)
    let runs = try await database.must("event", "fire", "e").output.split(separator: "\n").compactMap {
      Int64($0)
    }
    #expect(runs.count == 2)
    let again = try await database.must("event", "fire", "e", "--json").json([Run].self)
    #expect(again.map(\.total) == [2, 1])
    let fires = try await database.must("event", "history", "e", "--json").json([Fire].self)
    #expect(fires.map(\.runs) == [again.map(\.id), runs] && fires.allSatisfy { $0.outcome == "started" })
    #expect(
      try await database.must("event", "history", "e", "--limit", "1").output.split(separator: "\n").count
        == 2)
    #expect(try await database.must("event", "list", "--json").json([Event].self)[0].lastOutcome == "started")
  }
}
