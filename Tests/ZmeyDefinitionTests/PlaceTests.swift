import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Places of definitions")
struct PlaceTests {
  private static let work = "work" + "/"
  private static let one = """
    templates:
      - name: fetch
        script: x
        env: {A: b}
        labels: gpu
    pipelines:
      - name: p
        tasks:
          - {name: a, template: fetch}
          - name: b
            script: |
              x
            resources:
              gpu: 1
            after: a
    """
  private static let two = """
    events:
      - cron: 0 3 * * *
        name: e
        start: [p, p/a]
    pipelines:
    - name: q
      tasks:
      - name: c
        template: x
        after:
        - task: d
          when: failure and
            not success
        - d2
      - {name: d, template: x}
      - {name: d2, template: x}
    """

  private func place(_ pointer: String) throws -> String {
    let located = try DefinitionReader.locate([("one", Self.one), ("two", Self.two)]) { _, _ in "" }
    let error = located.error(at: pointer, "so")
    #expect(error.message == "so")
    return "\(error.file):\(error.line):\(error.column)"
  }

  @Test(arguments: [
    ("/templates/0", "one:2:11"), ("/templates/0/name", "one:2:11"),
    ("/templates/0/program/script", "one:3:13"),
    ("/templates/0/program/env", "one:4:5"), ("/templates/0/program/env/A", "one:4:14"),
    ("/templates/0/program/labels/0", "one:5:13"), ("/templates/0/program/user", "one:2:11"),
    ("/pipelines/0", "one:7:11"), ("/pipelines/0/tasks/0/\(work)template", "one:9:29"),
    ("/pipelines/0/tasks/1", "one:10:15"), ("/pipelines/0/tasks/1/\(work)program/script", "one:11:17"),
    ("/pipelines/0/tasks/1/\(work)program/resources/gpu", "one:14:16"),
    ("/pipelines/0/tasks/1/after/0", "one:15:16"),
    ("/pipelines/0/tasks/1/after/0/when", "one:15:16"), ("/pipelines/0/tasks/1/join", "one:10:15"),
    ("/pipelines/1", "two:6:9"), ("/pipelines/1/tasks/0/after/0", "two:11:13"),
    ("/pipelines/1/tasks/0/after/0/when", "two:12:13"), ("/pipelines/1/tasks/0/after/0/pass", "two:11:13"),
    ("/pipelines/1/tasks/0/after/1", "two:14:7"), ("/pipelines/1/tasks/2", "two:16:12"),
    ("/events/0", "two:3:11"),
    ("/events/0/rule", "two:3:11"), ("/events/0/rule/cron", "two:2:11"), ("/events/0/start/1", "two:4:16"),
    ("", "one:1:1"), ("/nothing/7", "one:1:1"), ("/pipelines/9", "one:1:1"),
  ])
  func `a pointer into the definitions finds the text, or what is nearest around it`(
    pointer: String, place: String
  ) throws {
    #expect(try self.place(pointer) == place)
  }

  @Test func `a key is found as JSON pointers write it`() throws {
    let text = "pipelines: [{name: p, tasks: [{name: a, script: x, env: {A: b}, args: [\"~1\"]}]}]"
    let located = try DefinitionReader.locate([("f", text)]) { _, _ in "" }
    #expect(located.error(at: "/pipelines/0/tasks/0/\(Self.work)program/env/A", "").column == 61)
    #expect(PlaceTree(Element(.mapping([]), at: Place(file: 0, line: 1, column: 1)))["/a~1b"]?.line == 1)
  }

  @Test func `problems of the database are told in the order of the texts`() throws {
    let located = try DefinitionReader.locate([("one", Self.one), ("two", Self.two)]) { _, _ in "" }
    let errors = located.errors([
      DefinitionProblem(place: "/events/0/start/0", message: "no pipeline"),
      DefinitionProblem(place: "/pipelines/0/tasks/0/\(Self.work)template", message: "no template"),
      DefinitionProblem(place: "/templates/0/program/user", message: "b"),
      DefinitionProblem(place: "/templates/0", message: "a"),
    ])
    #expect(
      errors.description == """
        one:2:11: a
        one:2:11: b
        one:9:29: no template
        two:4:13: no pipeline
        """)
  }
}
