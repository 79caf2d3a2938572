import Testing
import ZmeyCore

@Suite("Problems of definitions")
struct DefinitionProblemTests {
  /// A pipeline `p` of tasks given as `name: tasks before it`.
  private func pipeline(_ tasks: KeyValuePairs<String, [String]>) -> PipelineDefinition {
    PipelineDefinition(
      name: "p",
      tasks: tasks.map { name, before in
        TaskDefinition(name: name, work: .template("t"), after: before.map { LinkDefinition(task: $0) })
      })
  }

  private func problems(_ tasks: KeyValuePairs<String, [String]>) -> [String] {
    Definitions(pipelines: [pipeline(tasks)]).problems().map { "\($0.place): \($0.message)" }
  }

  private func task(_ index: Int, _ message: String) -> String {
    "/pipelines/0/tasks/\(index): \(message)"
  }

  private func link(_ task: Int, _ index: Int, _ message: String) -> String {
    "/pipelines/0/tasks/\(task)/after/\(index): \(message)"
  }

  @Test func `sound definitions have none`() {
    #expect(problems(["a": [], "b": ["a"], "c": ["a"], "d": ["b", "c", "a"]]).isEmpty)
    #expect(Definitions().problems().isEmpty)
  }

  @Test func `a name that comes twice is a problem of the later one`() {
    let template = TemplateDefinition(name: "t", program: Program(script: ""))
    let definitions = Definitions(
      templates: [template, template, template], pipelines: [pipeline(["a": []]), pipeline(["a": []])])
    #expect(definitions.problems().map(\.place) == ["/templates/1", "/templates/2", "/pipelines/1"])
    #expect(problems(["a": [], "b": [], "a": []]) == [task(2, "task 'a' comes twice")])
  }

  @Test func `what is no name is a problem at its place`() {
    let definitions = Definitions(
      templates: [TemplateDefinition(name: "", program: Program(script: ""))],
      pipelines: [PipelineDefinition(name: "a/b", tasks: [TaskDefinition(name: " ", work: .template("t"))])])
    #expect(
      definitions.problems().map(\.place) == ["/templates/0", "/pipelines/0", "/pipelines/0/tasks/0"])
  }

  @Test func `a pipeline without a task is a problem`() {
    #expect(
      Definitions(pipelines: [pipeline([:])]).problems().map(\.message) == ["pipeline 'p' has no task"])
  }

  @Test func `a pipeline of more than 5000 tasks is a problem`() {
    let tasks = (1...5001).map { TaskDefinition(name: "t\($0)", work: .template("t")) }
    func problems(_ tasks: [TaskDefinition]) -> [DefinitionProblem] {
      Definitions(pipelines: [PipelineDefinition(name: "p", tasks: tasks)]).problems()
    }
    #expect(problems(tasks.dropLast()).isEmpty)
    #expect(problems(tasks).map(\.place) == ["/pipelines/0"])
    #expect(problems(tasks).map(\.message) == ["a pipeline has at most 5000 tasks"])
  }

  @Test func `links to unknown tasks and repeated links are problems`() {
    #expect(
      problems(["a": ["x"], "b": ["a", "x", "a"]]) == [
        link(0, 0, "no task 'x' in pipeline 'p'"), link(1, 1, "no task 'x' in pipeline 'p'"),
        link(1, 2, "task 'b' is linked to 'a' twice"),
      ])
  }

  @Test func `a cycle is told with its path`() {
    #expect(
      problems(["start": [], "a": ["start", "c"], "b": ["a"], "c": ["b"], "end": ["c"]])
        == [task(1, "the links go in a circle: a → b → c → a")])
    #expect(problems(["a": ["a"]]) == [task(0, "the links go in a circle: a → a")])
    #expect(problems(["a": ["b"], "b": ["a"]]) == [task(0, "the links go in a circle: a → b → a")])
  }

  @Test(arguments: [false, true])
  func `a chain of five thousand tasks does not overflow the stack`(isCircle: Bool) {
    var tasks = (0..<5000).map { index in
      TaskDefinition(
        name: "t\(index)", work: .template("t"),
        after: index == 0 ? [] : [LinkDefinition(task: "t\(index - 1)")])
    }
    if isCircle { tasks[0].after = [LinkDefinition(task: "t4999")] }
    let problems = Definitions(pipelines: [PipelineDefinition(name: "p", tasks: tasks)]).problems()
    #expect(problems.count == (isCircle ? 1 : 0))
    #expect(problems.allSatisfy { $0.message.hasSuffix("t4998 → t4999 → t0") })
  }

  @Test func `many ways through a graph take no time`() {
    // Thirty diamonds in a row have 2³⁰ paths.
    var tasks = [TaskDefinition(name: "j0", work: .template("t"))]
    for index in 1...30 {
      for side in ["l", "r"] {
        tasks.append(
          TaskDefinition(
            name: "\(side)\(index)", work: .template("t"), after: [LinkDefinition(task: "j\(index - 1)")]))
      }
      let sides = [LinkDefinition(task: "l\(index)"), LinkDefinition(task: "r\(index)")]
      tasks.append(TaskDefinition(name: "j\(index)", work: .template("t"), after: sides))
    }
    #expect(Definitions(pipelines: [PipelineDefinition(name: "p", tasks: tasks)]).problems().isEmpty)
  }
}
