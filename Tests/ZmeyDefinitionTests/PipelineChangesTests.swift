import Testing
import ZmeyCore
import ZmeyDefinition

@Suite struct `Changes of a pipeline` {
  private func pipeline(_ tasks: String..., args: [String] = []) -> PipelineDefinition {
    PipelineDefinition(
      name: "p", tasks: tasks.map { TaskDefinition(name: $0, work: .template("t"), arguments: args) })
  }

  @Test func `are told by tasks`() {
    var after = pipeline("b", "c", "d")
    after.tasks[0].arguments = ["x"]
    let changes = PipelineChanges(from: pipeline("a", "b", "c"), to: after)
    #expect(changes.added == ["d"] && changes.changed == ["b"] && changes.removed == ["a"])
    #expect(changes.summary() == "+ d, ~ b, - a")
  }

  @Test func `say when the pipeline itself is another: its description, the order of its tasks`() {
    var described = pipeline("a", "b")
    described.description = "new"
    #expect(PipelineChanges(from: pipeline("a", "b"), to: described).summary() == "the pipeline itself")
    #expect(PipelineChanges(from: pipeline("a", "b"), to: pipeline("b", "a")).isItselfChanged)
    #expect(!PipelineChanges(from: pipeline("a", "b"), to: pipeline("c", "a", "b")).isItselfChanged)
  }

  @Test func `of many tasks are counted`() {
    let changes = PipelineChanges(from: pipeline("a", "b", "c"), to: pipeline("a", "b", "c", args: ["x"]))
    #expect(changes.summary(limit: 2) == "~ a, ~ b, 1 more")
    #expect(PipelineChanges(from: pipeline("a"), to: pipeline("a")).summary() == "")
  }
}
