import Foundation
import Glibc
import TestKit
import Testing
import ZmeyStore

/// The schema in a database of one's own, and everything that goes wrong before any work begins.
@Suite("A database")
struct DatabaseTests {
  @Test func `init and migrate may be run again, and by two at once`() async throws {
    let database = try await TestServer.shared.freshDatabase().conninfo()
    async let one = zmctl(database, "init")
    async let other = zmctl(database, "init")
    for outcome in try await [one, other] { #expect(outcome.code == 0, "\(outcome.error)") }
    #expect(try await zmctl(database, "init").output.contains("as before"))
    #expect(try await zmctl(database, "migrate").output.contains("as before"))
    #expect(try await SQL.count("select from zm.migration", in: database) == Migrator.currentVersion)
    #expect(try await zmctl(database, "status").code == 0)
  }

  @Test func `a database without schema, or with another one, is refused and told what to do`() async throws {
    let database = try await TestServer.shared.freshDatabase().conninfo()
    for verb in ["status", "migrate"] { expectRefusal(try await zmctl(database, verb), 3, "zmctl init") }
    #expect(try await zmctl(database, "init").code == 0)
    try await SQL.run("insert into zm.migration (version, name) values (999, 'later')", in: database)
    for verb in ["status", "migrate", "init"] {
      expectRefusal(try await zmctl(database, verb), 3, "version 999")
    }
    try await SQL.run("delete from zm.migration where version > 1", in: database)
    expectRefusal(try await zmctl(database, "list"), 3, "zmctl migrate")
  }

  @Test func `what is exported is applied without a change`() async throws {
    let database = try await initialized()
    let yaml = """
      templates:
        - {name: "a b", description: "x: y", average: 90s, maximum: 1h, attempts: 3, script: "#!/bin/sh\\n\\techo 'ä' \\n\\n"}
        - {name: plain, script: "#!/bin/sh", max_output: 1MiB, rerun_if_lost: false}
      pipelines:
        - name: "no"
          description: "yes"
          tasks:
            - {name: "1", template: "a b", args: ["", "~", "a\\tb", "null"]}
            - {name: "2", script: "#!/bin/sh\\nexit", after: [{task: "1", when: always, pass: env}]}
            - {name: "3", template: plain, join: all, after: [{task: "2", when: failure}, {task: "1", pass: stdin}]}
      """
    #expect(
      try await zmctl(database, "apply", "-", input: yaml).output
        == "+ template a b\n+ template plain\n+ pipeline no\n3 new.\n")
    let export = try await zmctl(database, "export")
    #expect(export.code == 0)
    let applied = try await zmctl(database, "apply", "-", input: export.output)
    #expect(applied.output == "3 as they were.\n")
    #expect(try await zmctl(database, "export").output == export.output)
  }

  /// What is given, how the tool ends, and words of its line.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let code: Int32
    let words: String
    var input = ""

    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test func `bad input ends with one line and changes nothing`() async throws {
    let database = try await initialized()
    #expect(
      try await zmctl(
        database, "apply", "-",
        input:
          "templates: [{name: t, script: '#!/bin/sh'}]\npipelines: [{name: p, tasks: [{name: k, template: t}]}]"
      ).code == 0)
    let before = try await footprint(database)
    for mistake in Self.mistakes {
      let outcome = try await zmctl(database, mistake.arguments, input: mistake.input)
      expectRefusal(outcome, mistake.code, mistake.words, "\(mistake)")
    }
    #expect(try await footprint(database) == before)
  }

  static let mistakes = [
    Mistake(arguments: ["list", "--colour"], code: 2, words: "--colour"),
    Mistake(arguments: ["lits"], code: 2, words: "lits"),
    Mistake(arguments: ["list", "--state", "sleepy"], code: 2, words: "sleepy"),
    Mistake(arguments: ["show", "seven"], code: 2, words: "seven"),
    Mistake(arguments: ["show", "7"], code: 3, words: "no task run 7"),
    Mistake(arguments: ["result", "7"], code: 3, words: "no task run 7"),
    Mistake(arguments: ["logs", "7"], code: 3, words: "no task run 7"),
    Mistake(arguments: ["wait", "7"], code: 3, words: "no run or task run 7"),
    Mistake(arguments: ["start", "nonesuch"], code: 3, words: "no pipeline \"nonesuch\""),
    Mistake(arguments: ["start", "p/nonesuch"], code: 3, words: "no task \"nonesuch\" in pipeline \"p\""),
    Mistake(arguments: ["start", ""], code: 3, words: "no pipeline"),
    Mistake(arguments: ["submit", "nonesuch"], code: 3, words: "no template \"nonesuch\""),
    Mistake(arguments: ["submit", "t", "--count", "0"], code: 2, words: "--count takes 1 to 1000000"),
    Mistake(arguments: ["submit", "t", "--count", "1000001"], code: 2, words: "--count takes 1 to 1000000"),
    Mistake(
      arguments: ["submit", "t", "--args-from", "/nonexistent"], code: 2, words: "cannot read '/nonexistent'"),
    Mistake(arguments: ["submit", "t", "--args-from", "-"], code: 2, words: "no line"),
    Mistake(
      arguments: ["submit", "t", "--args-from", "-"], code: 2, words: "standard input:2: a NUL",
      input: "\na\0b\n"),
    Mistake(
      arguments: ["submit", "t", "--args-from", "-"], code: 2, words: "standard input:1: arguments of more",
      input: String(repeating: "\t", count: 300_000)),
    Mistake(arguments: ["submit", "t", "--args-from", "/"], code: 2, words: "cannot read '/'"),
    Mistake(arguments: ["submit", "t", "--key", ""], code: 2, words: "a key has 1 to 200 characters"),
    Mistake(
      arguments: ["submit", "t", "--priority", "-1001"], code: 2, words: "--priority takes -1000 to 1000"),
    Mistake(arguments: ["submit", "nonesuch", "--key", "k"], code: 3, words: "no template \"nonesuch\""),
    Mistake(
      arguments: ["submit", "t", "--args-from", "-", "--count", "2"], code: 2, words: "exclude", input: "a\n"),
    Mistake(arguments: ["exec", "--wait"], code: 2, words: "no command"),
    Mistake(arguments: ["export", "nonesuch"], code: 3, words: "no pipeline \"nonesuch\""),
    Mistake(arguments: ["apply", "/nonexistent"], code: 2, words: "cannot read '/nonexistent'"),
    Mistake(
      arguments: ["apply", "-"], code: 2, words: "standard input:2:3: a template has no key \"colour\"",
      input: "templates: [{name: t, script: changed,\n  colour: red}]"),
    Mistake(
      arguments: ["apply", "-"], code: 2, words: "standard input:2:9: the links go in a circle",
      input: "pipelines: [{name: new, tasks: [\n {name: a, after: [{task: a}], script: x}]}]"),
    Mistake(
      arguments: ["apply", "-"], code: 2, words: "no template \"nonesuch\"",
      input:
        "templates: [{name: t, script: changed}]\npipelines: [{name: q, tasks: [{name: k, template: nonesuch}]}]"
    ),
    Mistake(arguments: ["template", "add", "a/b", "--script", "-"], code: 2, words: "/", input: "#!/bin/sh"),
    Mistake(
      arguments: ["template", "add", "n", "--script", "-", "--maximum", "soon"], code: 2, words: "soon"),
    Mistake(
      arguments: ["template", "add", "n", "--script", "-"], code: 2, words: "NUL", input: "#!/bin/sh\0"),
    Mistake(
      arguments: ["worker", "add", "w", "--scheduler", "nonesuch", "--slots", "1"], code: 3, words: "nonesuch"
    ),
    Mistake(arguments: ["worker", "set", "w", "--slots", "1"], code: 3, words: "no worker \"w\""),
    Mistake(arguments: ["worker", "remove", "w"], code: 3, words: "no worker \"w\""),
    Mistake(arguments: ["scheduler", "remove", "s"], code: 3, words: "no scheduler \"s\""),
    Mistake(arguments: ["scheduler", "add", ""], code: 2, words: "name"),
    Mistake(arguments: ["up", "--workers", "0"], code: 2, words: "--workers takes 1 to 500"),
    Mistake(arguments: ["up", "--dir", "/tmp/a'b"], code: 2, words: "choose another with --dir"),
  ]

  @Test func `a database that is not there is told apart from everything else`() async throws {
    for conninfo in ["host=/nonexistent dbname=x", "host=127.0.0.1 port=1 connect_timeout=2"] {
      expectRefusal(try await zmctl(conninfo, "status"), 4, "cannot reach the database")
    }
    let outcome = try await Shell.run(
      "zmctl", ["list"], variables: ["HOME": "/nonexistent", "ZM_DB": "host=/nonexistent"])
    expectRefusal(outcome, 4, "cannot reach the database")
  }

  @Test(arguments: [
    ("zmworker", ["-la", "x"], 2, "-sa"),
    ("zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "--colour"], 2, "--colour"),
    ("zmworker", ["-la", "a/b", "-sa", "127.0.0.1:1"], 2, "has a '/'"),
    (
      "zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "--allow-root", "--task-user", "u"], 2,
      "exclude each other"
    ),
    (
      "zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "--task-user", "no-such-user"], 2,
      "no user 'no-such-user'"
    ),
    ("zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "--task-user", "root"], 2, "start it with --allow-root"),
    ("zmworker", ["-la", "x", "-sa", "nowhere"], 2, "it must be like 127.0.0.1:4444"),
    ("zmworker", ["-la", "x", "-sa", "db1:4444"], 2, "without --credential FILE"),
    (
      "zmworker", ["-la", "x", "-sa", "db1:4444", "--credential", "/nonexistent"] + Shell.taskUser, 2,
      "there is no such file"
    ),
    (
      "zmworker", ["-la", "x", "-sa", "db1:4444", "--credential", "/etc/passwd"] + Shell.taskUser, 2,
      "chmod 600 /etc/passwd"
    ),
    (
      "zmworker", ["-la", "x", "-sa", "db1:4444", "--credential", "/dev/null"] + Shell.taskUser, 2,
      "it is no file"
    ),
    (
      "zmworker", ["-la", "x", "-sa", "127.0.0.1:1", "-dt", "/proc/nonexistent"] + Shell.taskUser, 1,
      "cannot make the folder"
    ),
    ("zmscheduler", ["-la", "0.0.0.0:4444", "-db", "host=/nonexistent"], 2, "loopback only"),
    ("zmscheduler", ["-la", "127.example.com:4444", "-db", "host=/nonexistent"], 2, "loopback only"),
    ("zmscheduler", ["-la", "127.0.0.1:0", "-db", "host=/nonexistent"], 4, "cannot reach the database"),
  ])
  func `a daemon that cannot begin says why in a line`(
    name: String, flags: [String], code: Int32, words: String
  ) async throws {
    let outcome = try await Shell.run(name, flags)
    #expect(outcome.code == code)
    #expect(outcome.output == "")
    let lines = outcome.error.split(separator: "\n").filter { $0.hasPrefix(name) }
    #expect(lines.count == 1 && lines[0].contains(words), "\(outcome.error)")
  }

  @Test func `the lines of a configuration may end as on Windows`() async throws {
    let path = "/tmp/zmey-configuration-\(UInt32.random(in: 0 ... .max))"
    try "# A worker.\r\nlocal-address = a/b\r\nscheduler-address = 127.0.0.1:1\r\n".write(
      toFile: path, atomically: false, encoding: .utf8)
    defer { unlink(path) }
    let outcome = try await Shell.run("zmworker", ["--config", path])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("the name 'a/b' has a '/'"), "\(outcome.error)")
  }

  @Test
  func `people see and start what is their own; viewers see all and start nothing; strangers see nothing`()
    async throws
  {
    let database = try await TestServer.shared.freshDatabase()
    let owner = database.conninfo()
    try #require(try await zmctl(owner, "init").code == 0)
    let roles = ["user", "viewer", "stranger"].map { "\($0)_of_\(database.name)" }
    for role in roles { try await SQL.run("create role \(role) login", in: owner) }
    try await SQL.run("select zm.enrol('\(roles[0])', 'user'), zm.enrol('\(roles[1])', 'viewer')", in: owner)
    let (user, viewer) = (database.conninfo(user: roles[0]), database.conninfo(user: roles[1]))
    let yaml = "templates: [{name: t, script: '#!/bin/sh'}]"
    #expect(try await zmctl(user, "apply", "-", input: yaml).output == "+ template t\n1 new.\n")
    #expect(try await zmctl(user, "submit", "t").code == 0)
    expectRefusal(try await zmctl(owner, "submit", "t"), 3, "no template \"t\"")
    #expect(try await zmctl(viewer, "list", "--json").json([TaskRun].self).count == 1)
    #expect(try await zmctl(owner, "list", "--json").json([TaskRun].self).count == 1)
    expectRefusal(try await zmctl(viewer, "submit", "t"), 3, "does not allow this role")
    expectRefusal(try await zmctl(user, "scheduler", "add", "s"), 3, "only an admin")
    expectRefusal(try await zmctl(database.conninfo(user: roles[2]), "list"), 3, "does not allow this role")
  }

  // MARK: Tools

  private func zmctl(_ conninfo: String, _ arguments: String..., input: String = "") async throws
    -> Shell.Outcome
  {
    try await zmctl(conninfo, arguments, input: input)
  }

  private func zmctl(_ conninfo: String, _ arguments: [String], input: String = "") async throws
    -> Shell.Outcome
  {
    try await Shell.run("zmctl", arguments, input: input, variables: ["ZM_DB": conninfo])
  }

  private func initialized() async throws -> String {
    let database = try await TestServer.shared.freshDatabase().conninfo()
    try #require(try await zmctl(database, "init").code == 0)
    return database
  }

  /// How much there is of everything that people can change.
  private func footprint(_ conninfo: String) async throws -> [Int64] {
    var counts: [Int64] = []
    for table in [
      "audit", "template", "program", "pipeline_version", "run", "task_run", "queue", "worker", "scheduler",
    ] {
      counts.append(try await SQL.count("select from zm.\(table)", in: conninfo))
    }
    return counts
  }

  private func expectRefusal(
    _ outcome: Shell.Outcome, _ code: Int32, _ words: String, _ what: Comment? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.code == code, what, sourceLocation: location)
    #expect(outcome.output == "", what, sourceLocation: location)
    #expect(outcome.error.contains(words), what, sourceLocation: location)
    #expect(
      outcome.error.hasPrefix("zmctl: ") && outcome.error.split(separator: "\n").count == 1, what,
      sourceLocation: location)
  }
}
