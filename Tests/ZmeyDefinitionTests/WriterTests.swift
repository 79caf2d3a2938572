import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Writing definitions")
struct WriterTests {
  @Test func `the example of the design is written without its defaults`() throws {
    let text = """
      templates:
        - name: fetch
          script: |
            #!/bin/sh
            echo 42
          average: 5s
          maximum: 1m
          attempts: 3
      pipelines:
        - name: nightly
          tasks:
            - name: extract
              template: fetch
              args: [--day, monday]
            - name: load
              template: store
              after:
                - task: extract
                  pass: argument

      """
    #expect(DefinitionWriter.write(try read(ReaderTests.example)) == text)
    #expect(DefinitionWriter.write(try read(text)) == text)
  }

  @Test func `everything that differs from its default is written`() {
    let program = Program(
      script: "#!/bin/sh", average: Timespan("90s"), grace: Timespan("0s"), attempts: 2,
      retry: RetryPolicy(
        delay: .seconds(10), backoff: 2, maxDelay: .seconds(300), jitter: 0.1, exitCodes: [75, 3]),
      rerunIfLost: false, maxOutput: 256 << 20, environment: ["b": "1", "A": "x\ny\n", "no": "me"], nice: -5,
      limits: Limits(openFiles: 1024, memory: 512 << 20, cpu: .seconds(60), processes: 64), user: "nobody")
    let definitions = Definitions(
      templates: [TemplateDefinition(name: "t", description: "no", program: program)],
      pipelines: [
        PipelineDefinition(
          name: "p", description: "two tasks",
          tasks: [
            TaskDefinition(name: "a", work: .inline(Program(script: "x", maxOutput: 1025))),
            TaskDefinition(
              name: "b", work: .template("t"), arguments: ["one\ntwo", ""], maximum: .seconds(5),
              environment: ["A": "1"],
              after: [LinkDefinition(task: "a"), LinkDefinition(task: "10:30", when: .failure, pass: .env)]),
          ])
      ])
    let text = """
      templates:
        - name: t
          description: "no"
          script: "#!/bin/sh"
          average: 1m30s
          grace: 0s
          attempts: 2
          retry:
            delay: 10s
            backoff: 2
            max_delay: 5m
            jitter: 0.1
            exit_codes: [75, 3]
          rerun_if_lost: false
          max_output: 256MiB
          env:
            A: |
              x
              y
            b: "1"
            "no": me
          nice: -5
          limits:
            open_files: 1024
            memory: 512MiB
            cpu: 1m
            processes: 64
          user: nobody
      pipelines:
        - name: p
          description: two tasks
          tasks:
            - name: a
              script: x
              max_output: 1025
            - name: b
              template: t
              maximum: 5s
              env:
                A: "1"
              args:
                - |-
                  one
                  two
                - ""
              after:
                - a
                - task: "10:30"
                  when: failure
                  pass: env

      """
    #expect(DefinitionWriter.write(definitions) == text)
  }

  @Test func `a retry and limits that say nothing are not written`() {
    let program = Program(script: "x", attempts: 2, retry: RetryPolicy(), limits: Limits())
    let definitions = Definitions(templates: [TemplateDefinition(name: "t", program: program)])
    #expect(
      DefinitionWriter.write(definitions) == "templates:\n  - name: t\n    script: x\n    attempts: 2\n")
  }

  @Test func `empty definitions are an empty text`() {
    #expect(DefinitionWriter.write(Definitions()).isEmpty)
  }

  @Test(arguments: [
    ("a\n", "|\n  a"), ("a\nb", "|-\n  a\n  b"), ("a\n\n", "|+\n  a\n"), (" a\nb\n", "|2\n   a\n  b"),
    ("\n a", "|2-\n\n   a"), ("\ta\n", "|2\n  \ta"), ("a\r\nb", #""a\r\nb""#), ("\n\n", #""\n\n""#),
    ("a\u{85}\n", #""a\u0085\n""#), ("a\u{2028}\n", #""a\u2028\n""#), ("\u{FEFF}a\n", #""\uFEFFa\n""#),
  ])
  func `texts with lines are literal blocks if YAML can hold them`(text: String, yaml: String) {
    #expect(YAMLScalar.block(text, indent: 0) == yaml)
  }

  @Test(arguments: [
    "a", "--day", "-x", "monday", "two words", "/usr/bin", "a=b", "Привет", "x86_64", "v1.2.3", "nobody",
  ])
  func `harmless texts are written bare`(text: String) {
    #expect(YAMLScalar.inline(text) == text)
  }

  @Test(arguments: [
    "", " a", "a ", "-", "--", "---", "...", "- a", "?", ": a", "a: b", "a:", "a #b", "#a", "[a", "{a", "*a",
    "&a",
    "!a", "|", ">", "%a", "@a", "`a", "~", "null", "Null", "true", "NO", "on", "y", "1", "-1", "+1", ".5",
    "1e3",
    "0x1F", "10:30", "2027-01-01", ".inf", "<<", "=", "a,b", "a]", "'a'", "12ab", "-.inf",
  ])
  func `texts that YAML could mistake are quoted`(text: String) {
    #expect(YAMLScalar.inline(text) == "\"\(text)\"")
  }
}
