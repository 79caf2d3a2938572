import Testing

/// Definitions one by one: what can be seen, turned on and off, and removed.
@Suite("The catalogue")
struct CatalogueTests {
  private static let yaml = """
    templates:
      - {name: fetch, description: gets, script: "#!/bin/sh"}
      - {name: idle, script: "#!/bin/sh"}
    pipelines:
      - name: nightly
        tasks:
          - {name: extract, template: fetch}
          - {name: load, script: "#!/bin/sh", after: [{task: extract, when: always}]}

    """

  private func filled() async throws -> FreshDatabase {
    let database = try await FreshDatabase()
    try await database.must("apply", "-", input: Self.yaml)
    return database
  }

  @Test func `templates are shown as YAML that apply takes, and removed unless a task refers to them`()
    async throws
  {
    struct Template: Decodable {
      let name: String
      let description: String
    }
    let database = try await filled()
    let shown = try await database.must("template", "show", "fetch")
    #expect(
      shown.output
        == "templates:\n  - name: fetch\n    description: gets\n    script: \"#!/bin/sh\"\n")
    #expect(
      try await database.must("apply", "--verbose", "-", input: shown.output).output.hasPrefix("= template"))
    let document = try await database.must("template", "show", "fetch", "--json").json(Template.self)
    #expect(document.name == "fetch" && document.description == "gets")
    try await database.refuses(3, "no template \"gone\"", "template", "show", "gone")
    try await database.refuses(3, "no template \"gone\"", "template", "remove", "gone")
    let used = try await database.zmctl("template", "remove", "fetch")
    #expect(used.code == 3 && used.error.contains("nightly"), "\(used.error)")
    #expect(try await database.must("template", "remove", "idle").output == "removed template idle\n")
    try await database.refuses(3, "no template \"idle\"", "submit", "idle")
  }

  @Test func `pipelines have versions, which are listed and shown`() async throws {
    struct Version: Decodable {
      let version: Int
      let createdAt: String
      let createdBy: String
      let tasks: Int
    }
    let database = try await filled()
    let first = try await database.must("pipeline", "show", "nightly")
    #expect(first.output.hasPrefix("pipelines:\n  - name: nightly\n    tasks:\n      - name: extract\n"))
    try await database.must("task", "set", "nightly/load", "--off")
    let versions = try await database.must("pipeline", "versions", "nightly", "--json").json([Version].self)
    #expect(versions.map(\.version) == [2, 1] && versions.map(\.tasks) == [2, 2])
    #expect(
      try await database.must("pipeline", "versions", "nightly").output.hasPrefix("VERSION  TASKS  CREATED"))
    #expect(
      try await database.must("pipeline", "show", "nightly", "--version", "1").output == first.output)
    #expect(
      try await database.must("pipeline", "show", "nightly").output.contains("\n        enabled: false\n"))
    try await database.refuses(3, "no version 9", "pipeline", "show", "nightly", "--version", "9")
    for verb in ["show", "versions", "remove"] {
      try await database.refuses(3, "no pipeline \"gone\"", "pipeline", verb, "gone")
    }
    #expect(try await database.must("pipeline", "remove", "nightly").output == "removed pipeline nightly\n")
    try await database.refuses(3, "no pipeline \"nightly\"", "start", "nightly")
    try await database.must("template", "remove", "fetch")
  }

  @Test func `tasks and links are shown, turned off and on again`() async throws {
    struct Task: Decodable, Equatable {
      let name: String
      let enabled: Bool?
    }
    let database = try await filled()
    #expect(
      try await database.must("task", "list", "nightly").output == """
        TASK     STATE  RUNS                 AFTER
        extract  on     fetch
        load     on     a script of its own  extract (always)

        """)
    #expect(
      try await database.must("task", "set", "nightly/load", "--off").output
        == "turned off task nightly/load\n")
    #expect(
      try await database.must("link", "set", "nightly", "extract", "load", "--off").output
        == "turned off link nightly/extract → load\n")
    #expect(
      try await database.must("task", "list", "nightly").output
        .hasSuffix("load     off    a script of its own  extract (always, off)\n"))
    #expect(
      try await database.must("task", "list", "nightly", "--json").json([Task].self)
        == [Task(name: "extract", enabled: nil), Task(name: "load", enabled: false)])
    let shown = try await database.must("task", "show", "nightly/load")
    #expect(shown.output.hasPrefix("pipelines:\n  - name: nightly\n    tasks:\n      - name: load\n"))
    #expect(
      try await database.must("task", "show", "nightly/load", "--json").json(Task.self)
        == Task(name: "load", enabled: false))
    try await database.must("task", "set", "nightly/load", "--on")
    try await database.must("link", "set", "nightly", "extract", "load", "--on")
    let last = try await database.must("diff", "--pipeline", "nightly", "--from", "1")
    #expect(last.output == "")

    try await database.refuses(3, "no task \"gone\"", "task", "show", "nightly/gone")
    try await database.refuses(3, "no task \"gone\"", "task", "set", "nightly/gone", "--on")
    try await database.refuses(
      3, "no link from \"load\"", "link", "set", "nightly", "load", "extract", "--on")
    try await database.refuses(2, "nightly", "task", "show", "nightly")
    try await database.refuses(2, "--on", "task", "set", "nightly/load")
    try await database.refuses(2, "--o", "task", "set", "nightly/load", "--on", "--off")
  }

  @Test func `list says so if what it is asked for is not there`() async throws {
    let database = try await filled()
    #expect(try await database.must("list", "--pipeline", "nightly", "--json").output == "[\n\n]\n")
    try await database.refuses(3, "no pipeline \"gone\"", "list", "--pipeline", "gone")
    try await database.refuses(3, "no run 7", "list", "--run", "7")
    try await database.refuses(2, "no state 'sleepy'", "list", "--state", "sleepy")
  }
}
