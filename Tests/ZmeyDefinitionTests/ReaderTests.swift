import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Reading definitions")
struct ReaderTests {
  static let example = """
    templates:
      - name: fetch
        script: |            # or  script_file: path beside this file
          #!/bin/sh
          echo 42
        average: 5s
        maximum: 1m
        attempts: 3
    pipelines:
      - name: nightly
        tasks:
          - name: extract
            template: fetch   # or an inline  script:
            args: [--day, monday]
          - name: load
            template: store
            join: all
            after:
              - task: extract
                when: success         # success | failure | always | a condition
                pass: argument        # none | argument | stdin | env
    """

  static let exampleValue = Definitions(
    templates: [
      TemplateDefinition(
        name: "fetch",
        program: Program(
          script: "#!/bin/sh\necho 42\n", average: Timespan("5s"), maximum: Timespan("1m"), attempts: 3))
    ],
    pipelines: [
      PipelineDefinition(
        name: "nightly",
        tasks: [
          TaskDefinition(name: "extract", work: .template("fetch"), arguments: ["--day", "monday"]),
          TaskDefinition(
            name: "load", work: .template("store"),
            after: [LinkDefinition(task: "extract", when: .success, pass: .argument)]),
        ])
    ])

  @Test func `the example of the design is read`() throws {
    #expect(try read(Self.example) == Self.exampleValue)
  }

  @Test(arguments: [
    "", "# only a comment\n", "---\n", "{}", "templates:\npipelines:\n", "\u{FEFF}templates: []\n",
  ])
  func `a document without content is empty definitions`(text: String) throws {
    #expect(try read(text) == Definitions())
  }

  @Test func `a byte order mark does not move the first key`() throws {
    #expect(try read("\u{FEFF}" + Self.example) == Self.exampleValue)
    #expect(errors("\u{FEFF}nope: 1\n") == ["1:1: the document has no key \"nope\""])
  }

  @Test func `lines may end as on Windows`() throws {
    #expect(try read(Self.example.split(separator: "\n").joined(separator: "\r\n")) == Self.exampleValue)
  }

  @Test func `scalars stay the texts that they look like`() throws {
    let text = task("script: 'true'", "args: [no, 10:30, 007, 1.0, null, ~, true, 0x1F, 2027-01-01]")
    #expect(
      try read(text).pipelines[0].tasks[0].arguments
        == ["no", "10:30", "007", "1.0", "null", "~", "true", "0x1F", "2027-01-01"])
  }

  @Test(arguments: [
    ("args: one", ["one"]), ("args: ''", [""]), ("args:", []), ("args: []", []),
    ("args: |\n          a\n", ["a\n"]),
  ])
  func `args may be one scalar`(line: String, arguments: [String]) throws {
    #expect(try read(task("script: x", line)).pipelines[0].tasks[0].arguments == arguments)
  }

  @Test(arguments: ["after: a", "after: [a]", "after: [{task: a}]", "after:\n          - task: a\n"])
  func `a link may be just a name`(line: String) throws {
    let text = task("template: x", line) + "      - {name: a, template: x}\n"
    #expect(try read(text).pipelines[0].tasks[0].after == [LinkDefinition(task: "a")])
  }

  @Test(arguments: [
    #""\uFEFFa""#, #""\ufeffa""#, #""\U0000FEFFa""#, #"[b, "\uFEFFa"]"#,
  ])
  func `an escaped byte order mark stays where it begins a text`(yaml: String) throws {
    let arguments = try read(task("script: x", "args: \(yaml)")).pipelines[0].tasks[0].arguments
    #expect(arguments.last.map { Array($0.utf8) } == [0xEF, 0xBB, 0xBF, 0x61])
  }

  @Test func `every key of a program is read`() throws {
    let text = task(
      "script: x", "average: 1.5", "maximum: 1h30m", "attempts: 100", "rerun_if_lost: false",
      "max_output: 512KiB")
    let program = Program(
      script: "x", average: Timespan(milliseconds: 1500), maximum: Timespan("90m"), attempts: 100,
      rerunIfLost: false, maxOutput: 512 << 10)
    #expect(try read(text).pipelines[0].tasks[0].work == .inline(program))
  }

  @Test func `the process that a program becomes is described`() throws {
    let text = task(
      "script: x", "grace: 1h", "env: {A: 007, no: '', _b: \"x\\ny\"}", "nice: -20",
      "secrets: {PASSWORD: 'db password', 3: 007, y: key}",
      "limits: {open_files: 16, memory: 16TiB, cpu: 366d, processes: 1000000}", "user: machine$")
    let program = Program(
      script: "x", grace: .seconds(3600), environment: ["A": "007", "no": "", "_b": "x\ny"],
      secrets: ["PASSWORD": "db password", "3": "007", "y": "key"], nice: -20,
      limits: Limits(openFiles: 16, memory: 16 << 40, cpu: Timespan("366d"), processes: 1_000_000),
      user: "machine$")
    #expect(try read(text).pipelines[0].tasks[0] == TaskDefinition(name: "t", work: .inline(program)))
  }

  @Test(
    arguments: [
      ("{delay: 10s}", RetryPolicy(delay: .seconds(10))),
      ("{delay: 1h, max_delay: 5d}", RetryPolicy(delay: .seconds(3600), maxDelay: .seconds(432_000))),
      ("{backoff: 1.125, jitter: 1}", RetryPolicy(backoff: 1.125, jitter: 1)),
      ("{exit_codes: 75}", RetryPolicy(exitCodes: [75])),
      ("{exit_codes: [255, 1]}", RetryPolicy(exitCodes: [255, 1])),
      ("{delay: 0s, backoff: 1.0}", nil),
    ] as [(String, RetryPolicy?)])
  func `a policy says when a program is tried again`(yaml: String, policy: RetryPolicy?) throws {
    let program = Program(script: "x", attempts: 2, retry: policy)
    #expect(
      try read(task("script: x", "attempts: 2", "retry: \(yaml)")).pipelines[0].tasks[0].work
        == .inline(program))
  }

  @Test func `a task may say more than its template`() throws {
    let text = task("template: x", "maximum: 5m", "env: {A: b}")
    #expect(
      try read(text).pipelines[0].tasks == [
        TaskDefinition(name: "t", work: .template("x"), maximum: .seconds(300), environment: ["A": "b"])
      ])
  }

  @Test(arguments: ["env:", "env: {}", "secrets:", "secrets: {}"])
  func `environment and secrets may be empty`(line: String) throws {
    #expect(try read(task("script: x", line)).pipelines[0].tasks[0].work == .inline(Program(script: "x")))
  }

  @Test(
    arguments: [("1024", 1024), ("1KiB", 1024), ("16MiB", 16 << 20), ("256MiB", 256 << 20)]
      as [(String, Int64)])
  func `output limits have units`(text: String, bytes: Int64) throws {
    let definitions = try read(task("script: x", "max_output: \(text)"))
    #expect(definitions.pipelines[0].tasks[0].work == .inline(Program(script: "x", maxOutput: bytes)))
  }

  @Test func `a script file is loaded by its path as written`() throws {
    let text = "templates: [{name: a, script_file: ../b c.sh}]"
    #expect(try read(text, scripts: ["../b c.sh": "#!x\n"]).templates[0].program.script == "#!x\n")
  }

  @Test func `several files are read as one`() throws {
    let files = [
      (name: "a.yaml", text: "templates: [{name: a, script_file: s}]"),
      (name: "b.yaml", text: "templates: [{name: b, script_file: s}]"),
    ]
    let definitions = try DefinitionReader.read(files) { path, file in "\(file)/\(path)" }
    #expect(definitions.templates.map(\.name) == ["a", "b"])
    #expect(definitions.templates.map(\.program.script) == ["a.yaml/s", "b.yaml/s"])
  }

  @Test func `a name that two files use is an error in the second`() {
    let files = [
      (name: "a.yaml", text: "templates: [{name: a, script: x}]"),
      (name: "b.yaml", text: "\ntemplates: [{name: a, script: x}]"), (name: "c.yaml", text: "- x"),
    ]
    let error = #expect(throws: DefinitionErrors.self) {
      try DefinitionReader.read(files) { path, _ in throw NoSuchFile(path: path) }
    }
    #expect(
      error?.description == """
        b.yaml:2:20: template 'a' comes twice
        c.yaml:1:1: the document is a mapping (templates, pipelines, events…), not a list
        """)
  }

  @Test func `a pipeline of five thousand tasks is read, one more is refused`() throws {
    var text = "pipelines:\n  - name: p\n    tasks:\n      - {name: t0, template: x}\n"
    for index in 1..<5000 { text += "      - {name: t\(index), template: x, after: t\(index - 1)}\n" }
    #expect(try read(text).pipelines[0].tasks.count == 5000)
    text += "      - {name: last, template: x}\n"
    #expect(throws: DefinitionErrors.self) { try read(text) }
  }
}
