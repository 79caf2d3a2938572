import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite struct `Pages of concepts` {
  @Test func `zmey(7) has the states in their order`() throws {
    let names = try ManualPage("zmey.7").section("States").items("Sy")
    #expect(names == TaskRunState.allCases.map(\.name))
  }

  @Test(arguments: [
    ("The document", ObjectKind.document, false), ("A template", .template, true),
    ("A pipeline", .pipeline, false),
    ("A task", .task, true), ("A link", .link, false),
    ("Retry", .retry, false), ("Limits", .limits, false),
  ])
  func `zmey-pipelines(5) has every key and no other`(
    section: String, kind: ObjectKind, isProgram: Bool
  ) throws {
    let page = try ManualPage("zmey-pipelines.5")
    let keys = page.section(section).items("Cm") + (isProgram ? page.section("A program").items("Cm") : [])
    #expect(Set(keys) == Set(kind.keys))
    #expect(keys.count == kind.keys.count)
  }

  @Test func `zmey-pipelines(5) has every condition and every way to hand on a result`() throws {
    let values = try ManualPage("zmey-pipelines.5").section("A link").items("Sy")
    let conditions = ["success", "failure", "always"]
    #expect(values == conditions + LinkDefinition.Pass.allCases.map(\.rawValue))
  }

  @Test func `the example of zmey-pipelines(5) is read`() throws {
    let example = try ManualPage("zmey-pipelines.5").section("EXAMPLES").display
    let definitions = try DefinitionReader.read(example, file: "example") { _ in "" }
    #expect(definitions.templates.map(\.name) == ["fetch"])
    #expect(definitions.pipelines.first?.tasks.map(\.name) == ["east", "west", "report", "tidy", "alarm"])
  }
}
