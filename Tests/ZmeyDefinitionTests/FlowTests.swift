import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Reading and writing what steers a pipeline")
struct FlowTests {
  static let text = """
    templates:
      - name: t
        script: x
        labels: [gpu, "1"]
        resources:
          licence: 2
    pipelines:
      - name: p
        limit: 5
        tasks:
          - name: a
            template: t
            labels: [ssd]
            resources:
              gpu: 1
            priority: 10
            enabled: false
            map:
              items: [a, "b c:"]
              limit: 2
          - name: b
            template: t
            map:
              over: c
              as: json
              limit: 10
            join: n_of 1
            after:
              - task: a
                when: failure and (exit_code in (1, 2) or result contains "it's \\"so\\"")
                enabled: false
              - task: c
                when: success and result > 3.5
          - name: c
            template: t
    events:
      - name: e
        description: every day
        cron: "0 3 * * *"
        timezone: Europe/Berlin
        starting: "2027-01-01T00:00"
        until: "2028-01-01T00:00:00"
        jitter: 5s
        misfire: all
        max_catch_up: 3
        overlap: queue
        enabled: false
        start: [p, p/a]
        args: [--day, monday]
      - name: f
        every: 1m30s
        start: [p]
      - name: g
        at: ["2027-01-01T12:00"]
        start: [p]
      - name: h
        times: ["12:15", "14:25:30"]
        days: [mon, fri]
        start: [p]

    """

  static let value = Definitions(
    templates: [
      TemplateDefinition(
        name: "t", program: Program(script: "x", labels: ["gpu", "1"], resources: ["licence": 2]))
    ],
    pipelines: [
      PipelineDefinition(
        name: "p", limit: 5,
        tasks: [
          TaskDefinition(
            name: "a", work: .template("t"), labels: ["ssd"], resources: ["gpu": 1], priority: 10,
            isEnabled: false,
            map: MapDefinition(.items(["a", "b c:"]), limit: 2)),
          TaskDefinition(
            name: "b", work: .template("t"), map: MapDefinition(.task("c", .json), limit: 10), join: .nOf(1),
            after: [
              LinkDefinition(
                task: "a",
                when: .and([.failure, .or([.exitCodeIn([1, 2]), .resultText(.contains, "it's \"so\"")])]),
                isEnabled: false),
              LinkDefinition(task: "c", when: .and([.success, .resultNumber(.more, 3.5)])),
            ]), TaskDefinition(name: "c", work: .template("t")),
        ])
    ],
    events: [
      EventDefinition(
        name: "e", description: "every day", rule: .cron("0 3 * * *"), timezone: "Europe/Berlin",
        starting: "2027-01-01T00:00", until: "2028-01-01T00:00:00", jitter: .seconds(5), misfire: .all,
        maxCatchUp: 3,
        overlap: .queue, isEnabled: false, start: ["p", "p/a"], arguments: ["--day", "monday"]),
      EventDefinition(name: "f", rule: .every(.seconds(90)), start: ["p"]),
      EventDefinition(name: "g", rule: .at(["2027-01-01T12:00"]), start: ["p"]),
      EventDefinition(name: "h", rule: .times(["12:15", "14:25:30"], days: ["mon", "fri"]), start: ["p"]),
    ])

  @Test func `every key is read and written`() throws {
    #expect(try read(Self.text) == Self.value)
    #expect(DefinitionWriter.write(Self.value) == Self.text)
  }

  @Test func `defaults may be written out`() throws {
    let text = """
      pipelines:
      - name: p
        tasks:
        - {name: a, template: x, labels: [], resources: {}, priority: 0, enabled: true, join: all}
        - name: b
          template: x
          labels:
          resources:
          map: {over: a, as: lines, limit: 1000}
          after: [{task: a, when: success, enabled: true, pass: none}]
      events:
      - {name: e, every: 5, timezone: UTC, jitter: 0, misfire: once, overlap: skip, enabled: true, start: p, args: []}
      """
    let definitions = try read(text)
    #expect(
      definitions
        == Definitions(
          pipelines: [
            PipelineDefinition(
              name: "p",
              tasks: [
                TaskDefinition(name: "a", work: .template("x")),
                TaskDefinition(
                  name: "b", work: .template("x"), map: MapDefinition(.task("a", .lines)),
                  after: [LinkDefinition(task: "a")]),
              ])
          ], events: [EventDefinition(name: "e", rule: .every(.seconds(5)), start: ["p"])]))
    #expect(
      DefinitionWriter.write(definitions) == """
        pipelines:
          - name: p
            tasks:
              - name: a
                template: x
              - name: b
                template: x
                map:
                  over: a
                after:
                  - a
        events:
          - name: e
            every: 5s
            start: [p]

        """)
  }

  @Test(arguments: [
    ("2027-01-01T12:00", EventDefinition.Rule.at(["2027-01-01T12:00"])),
    ("[2027-01-01T12:00]", .at(["2027-01-01T12:00"])),
  ])
  func `one moment needs no list`(yaml: String, rule: EventDefinition.Rule) throws {
    #expect(try read("events: [{name: e, at: \(yaml), start: p}]").events[0].rule == rule)
  }

  @Test(arguments: [
    ("exit_code == 3", "exit_code == 3"), ("result > 3", "success and result > 3"),
    ("\"result == 'a'\"", "success and result == \"a\""),
    ("'result == \"it''s\"'", "success and result == \"it's\""),
    (">-\n              success\n              or failure", "success or failure"),
  ])
  func `a condition is read from any kind of text`(yaml: String, condition: String) throws {
    let text =
      task("template: x", "after:\n          - task: u\n            when: \(yaml)")
      + "      - {name: u, template: x}\n"
    #expect(try read(text).pipelines[0].tasks[0].after[0].when.description == condition)
  }

  @Test(arguments: [
    "success", "(failure or success) and exit_code == 1", "success and result == \"a, [b] {c} *d &e\"",
    "success and result == \"a:b\"",
  ])
  func `a condition is written bare if it can be`(text: String) {
    #expect(YAMLScalar.phrase(text) == text)
  }

  @Test(arguments: ["result == \"a: b\"", "result == \"a #b\"", "result == \"é\"", "x:", " x", "", "\"a\""])
  func `other conditions are quoted`(text: String) {
    #expect(YAMLScalar.phrase(text).hasPrefix("\""))
  }
}
