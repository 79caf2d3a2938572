import Foundation
import TestKit
import Testing

/// What apply, diff, validate and export say of definitions.
@Suite("Plans")
struct PlanTests {
  private static let start = """
    templates:
      - {name: fetch, script: "#!/bin/sh"}
    pipelines:
      - name: nightly
        tasks:
          - {name: extract, template: fetch}
          - {name: load, template: fetch, after: [extract]}
    events:
      - {name: night, cron: "0 3 * * *", start: [nightly]}

    """
  private static let later = """
    templates:
      - {name: fetch, script: "#!/bin/sh\\necho"}
    pipelines:
      - name: nightly
        tasks:
          - {name: extract, template: fetch}
          - {name: store, template: fetch, after: [extract]}

    """

  struct Change: Decodable, Equatable {
    struct Tasks: Decodable, Equatable {
      let added: [String]
      let changed: [String]
      let removed: [String]
    }
    let action: String
    let kind: String
    let name: String
    let tasks: Tasks?
    let diff: String?
  }

  @Test func `apply tells what is new, what changed and how, and what stays only if asked`() async throws {
    let database = try await FreshDatabase()
    #expect(
      try await database.must("apply", "-", input: Self.start).output
        == "+ template fetch\n+ pipeline nightly\n+ event night\n3 new.\n")
    #expect(try await database.must("apply", "-", input: Self.start).output == "3 as they were.\n")
    #expect(
      try await database.must("apply", "--verbose", "-", input: Self.start).output
        == "= template fetch\n= pipeline nightly\n= event night\n3 as they were.\n")
    #expect(
      try await database.must("apply", "-", input: Self.later).output
        == "~ template fetch\n~ pipeline nightly (+ store, - load)\n2 changed.\n")
    #expect(try await database.must("apply", "-").output == "Nothing is defined there.\n")
  }

  @Test func `apply removes what no file names if it is told to`() async throws {
    let database = try await FreshDatabase()
    try await database.must("apply", "-", input: Self.start)
    let outcome = try await database.must("apply", "--prune", "-", input: Self.later)
    #expect(
      outcome.output
        == "~ template fetch\n~ pipeline nightly (+ store, - load)\n- event night\n2 changed, 1 removed.\n")
    #expect(try await database.must("event", "list", "--json").output == "[\n\n]\n")
    #expect(try await database.must("apply", "--prune", "-").output.hasSuffix("2 removed.\n"))
    #expect(try await database.must("export").output == "")
  }

  @Test func `the JSON of apply has all, in the order of the plan`() async throws {
    let database = try await FreshDatabase()
    try await database.must("apply", "-", input: Self.start)
    let changes = try await database.must("apply", "-", "--json", input: Self.later).json([Change].self)
    #expect(
      changes == [
        Change(action: "~", kind: "template", name: "fetch", tasks: nil, diff: nil),
        Change(
          action: "~", kind: "pipeline", name: "nightly",
          tasks: .init(added: ["store"], changed: [], removed: ["load"]), diff: nil),
      ])
  }

  @Test func `everything that is wrong in the database comes at once with its place, and nothing is changed`()
    async throws
  {
    let database = try await FreshDatabase()
    let path = "/tmp/zmey-plan-\(UInt32.random(in: 0 ... .max)).yaml"
    let text = """
      templates:
        - {name: t, script: "#!/bin/sh"}
      pipelines:
        - name: p
          tasks:
            - {name: a, template: t}
            - {name: b, template: nonesuch}
            - name: c
              template: other
      events:
        - name: e
          every: 1h
          start: [p, gone]

      """
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    defer { unlink(path) }
    for verb in ["apply", "diff"] {
      let outcome = try await database.zmctl(verb, path)
      #expect(outcome.code == 2)
      #expect(outcome.output == "")
      #expect(
        outcome.error == """
          zmctl: \(path):7:29: no template "nonesuch"
          zmctl: \(path):9:19: no template "other"
          zmctl: \(path):13:16: no pipeline "gone"

          """)
    }
    #expect(try await database.count("select from zm.template") == 0)
  }

  @Test func `diff shows the lines that apply would change, and changes nothing`() async throws {
    let database = try await FreshDatabase()
    try await database.must("apply", "-", input: Self.start)
    let same = try await database.zmctl("diff", "-", input: Self.start)
    #expect(same.code == 0 && same.output == "3 as they were.\n")
    let before = try await database.must("export").output
    let outcome = try await database.zmctl("diff", "--prune", "-", input: Self.later)
    #expect(outcome.code == 1)
    #expect(outcome.error == "")
    #expect(
      outcome.output == """
        ~ template fetch
        @@ -1,3 +1,5 @@
         templates:
           - name: fetch
        -    script: "#!/bin/sh"
        +    script: |-
        +      #!/bin/sh
        +      echo
        ~ pipeline nightly (+ store, - load)
        @@ -3,7 +3,7 @@
             tasks:
               - name: extract
                 template: fetch
        -      - name: load
        +      - name: store
                 template: fetch
                 after:
                   - extract
        - event night
        @@ -1,4 +0,0 @@
        -events:
        -  - name: night
        -    cron: "0 3 * * *"
        -    start: [nightly]
        2 changed, 1 removed.

        """)
    #expect(try await database.must("export").output == before)
    #expect(try await database.count("select from zm.audit where action in ('change', 'remove')") == 0)
    let changes = try await database.zmctl("diff", "-", "--json", input: Self.later)
    #expect(changes.code == 1)
    #expect(try changes.json([Change].self).last?.diff?.contains("-      - name: load\n") == true)
  }

  @Test func `diff compares versions of a pipeline`() async throws {
    struct Document: Decodable {
      let pipeline: String
      let from: Int
      let to: Int
      let diff: String
    }
    let database = try await FreshDatabase()
    try await database.must("apply", "-", input: Self.start)
    try await database.refuses(3, "no version 0", "diff", "--pipeline", "nightly")
    try await database.must("apply", "-", input: Self.later)
    try await database.must("task", "set", "nightly/store", "--off")
    let last = try await database.zmctl("diff", "--pipeline", "nightly")
    #expect(last.code == 1)
    #expect(last.output.hasPrefix("--- nightly, version 2\n+++ nightly, version 3\n@@ "))
    #expect(last.output.contains("\n+        enabled: false\n"))
    let first = try await database.zmctl("diff", "--pipeline", "nightly", "--to", "2", "--json")
    let document = try first.json(Document.self)
    #expect(document.from == 1 && document.to == 2 && document.diff.contains("\n-      - name: load\n"))
    let none = try await database.must("diff", "--pipeline", "nightly", "--from", "3", "--to", "3")
    #expect(none.output == "")
    try await database.refuses(3, "no version 7", "diff", "--pipeline", "nightly", "--to", "7")
    try await database.refuses(3, "no pipeline \"gone\"", "diff", "--pipeline", "gone")
    try await database.refuses(2, "exclude", "diff", "--pipeline", "nightly", "-")
    try await database.refuses(2, "say what", "diff")
    try await database.refuses(2, "need --pipeline", "diff", "-", "--from", "1")
  }

  @Test func `validate tells every finding, to people in lines and to programs in one document`() async throws
  {
    struct Document: Decodable {
      struct Finding: Decodable {
        let file: String
        let line: Int
        let column: Int
        let message: String
      }
      let findings: [Finding]
      let templates: [String]
      let pipelines: [String]
      let events: [String]
    }
    let wrong = "templates:\n  - {name: t, script: x, colour: red}\n  - {name: u}\n"
    let outcome = try await Shell.run("zmctl", ["validate", "-"], input: wrong)
    #expect(outcome.code == 2)
    #expect(
      outcome.error.split(separator: "\n").map { $0.prefix(27) } == [
        "zmctl: standard input:2:26:", "zmctl: standard input:3:5: ",
      ])
    let document = try await Shell.run("zmctl", ["validate", "--json", "-"], input: wrong)
    #expect(document.code == 2 && document.error == "")
    let findings = try document.json(Document.self).findings
    #expect(findings.map(\.line) == [2, 3] && findings.map(\.column) == [26, 5])
    #expect(findings.allSatisfy { $0.file == "standard input" && !$0.message.isEmpty })
    let fine = try await Shell.run("zmctl", ["validate", "--json", "-"], input: Self.start)
    #expect(fine.code == 0)
    let names = try fine.json(Document.self)
    #expect(names.findings.isEmpty)
    #expect([names.templates, names.pipelines, names.events] == [["fetch"], ["nightly"], ["night"]])
    #expect(
      try await Shell.run("zmctl", ["validate", "-"], input: Self.start).output
        == "Fine: 1 templates, 1 pipelines, 1 events.\n")
  }

  @Test func `a plan has colours on a terminal, unless nobody wants them`() async throws {
    let database = try await FreshDatabase()
    let path = "/tmp/zmey-plan-\(UInt32.random(in: 0 ... .max)).yaml"
    try "templates: [{name: t, script: x}]".write(toFile: path, atomically: false, encoding: .utf8)
    defer { unlink(path) }
    func onTerminal(_ variables: [String: String]) async throws -> String {
      let variables = variables.merging(["ZM_DB": database.conninfo, "TERM": "xterm"]) { new, _ in new }
      let command = "'\(Shell.programs)/zmctl' diff \(path)"
      return try await Shell.run("/usr/bin/script", ["-qec", command, "/dev/null"], variables: variables)
        .output
    }
    #expect(try await onTerminal([:]).hasPrefix("\u{1b}[32m+ template t\u{1b}[0m\r\n"))
    #expect(try await onTerminal(["NO_COLOR": "1"]).hasPrefix("+ template t\r\n"))
    #expect(try await onTerminal(["TERM": "dumb"]).hasPrefix("+ template t\r\n"))
  }
}
