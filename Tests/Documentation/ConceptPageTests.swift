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
    ("Retry", .retry, false), ("Limits", .limits, false), ("A map", .map, false), ("Events", .event, false),
  ])
  func `zmey-pipelines(5) has every key and no other`(
    section: String, kind: ObjectKind, isProgram: Bool
  ) throws {
    let page = try ManualPage("zmey-pipelines.5")
    let keys = page.section(section).items("Cm") + (isProgram ? page.section("A program").items("Cm") : [])
    #expect(Set(keys) == Set(kind.keys))
    #expect(keys.count == kind.keys.count)
  }

  @Test func `zmey-pipelines(5) has every way in which a task ends and every way to hand on a result`() throws
  {
    let values = try ManualPage("zmey-pipelines.5").section("A link").items("Sy")
    #expect(values == ["success", "failure", "always"] + LinkDefinition.Pass.allCases.map(\.rawValue))
  }

  @Test func `zmey-pipelines(5) has every join`() throws {
    #expect(try ManualPage("zmey-pipelines.5").section("Joins").items("Sy") == Join.words)
  }

  @Test func `zmey-pipelines(5) has every part of a condition`() throws {
    let page = try ManualPage("zmey-pipelines.5").section("Conditions")
    for comparison in Condition.Comparison.allCases { #expect(page.says(".Ql \(comparison.rawValue)")) }
    for test in Condition.TextTest.allCases where test != .different {
      #expect(page.says(".It Ql result \(test.rawValue) "))
    }
    #expect(page.says("\(Condition.maxLength) characters") && page.says("\(Condition.maxDepth) levels"))
    #expect(
      page.says("\(RegexRules.maxLength) characters") && page.says("\(JSONPathRules.maxLength) characters"))
  }

  @Test func `zmey-pipelines(5) has every value of an event`() throws {
    let page = try ManualPage("zmey-pipelines.5").section("Events")
    let values =
      EventDefinition.Misfire.allCases.map(\.rawValue) + EventDefinition.Overlap.allCases.map(\.rawValue)
    for value in values { #expect(page.says(".Ql \(value)")) }
  }

  @Test func `the example of zmey-pipelines(5) is read`() throws {
    let example = try ManualPage("zmey-pipelines.5").section("EXAMPLES").display
    let definitions = try DefinitionReader.read(example, file: "example") { _ in "" }
    #expect(definitions.templates.map(\.name) == ["fetch"])
    #expect(
      definitions.pipelines.first?.tasks.map(\.name) == [
        "east", "west", "report", "tidy", "alarm", "numbers",
      ])
    #expect(definitions.events.map(\.name) == ["nightly"])
  }
}
