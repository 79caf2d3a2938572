import Foundation
import Testing
import ZmeyCore

@Suite("Definitions as JSON")
struct DefinitionJSONTests {
  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private func check<Value: Codable & Equatable>(_ value: Value, _ text: String) throws {
    #expect(try json([value]) == "[\(text)]")
    #expect(try JSONDecoder().decode([Value].self, from: Data("[\(text)]".utf8)) == [value])
  }

  @Test(
    arguments: [
      ("all", .all), ("any", .any), ("all_done", .allDone), ("none_failed", .noneFailed),
      ("one_failed", .oneFailed),
      ("n_of 1", .nOf(1)), ("n_of 1000", .nOf(1000)),
    ] as [(String, Join)])
  func `a join is a text`(text: String, join: Join) throws {
    #expect(Join(text) == join)
    try check(join, "\"\(text)\"")
  }

  @Test(arguments: [
    "", "All", "n_of", "n_of 0", "n_of 1001", "n_of  2", "n_of 02", "n_of +2", "n_of 2 ", "n_of x", "none",
  ])
  func `what is no join is refused`(text: String) {
    #expect(Join(text) == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Join].self, from: Data("[\"\(text)\"]".utf8))
    }
  }

  @Test func `every word of a join is named`() {
    let joins: [Join] = [.all, .any, .allDone, .noneFailed, .oneFailed, .nOf(2)]
    #expect(joins.map { $0.description.prefix { $0 != " " } } == Join.words.map { $0[...] })
  }

  @Test func `what a task adds has its keys`() throws {
    try check(
      TaskDefinition(
        name: "t", work: .template("x"), labels: ["gpu"], resources: ["licence": 2], priority: -5,
        isEnabled: false,
        map: MapDefinition(.task("a", .json), limit: 10), join: .nOf(2),
        after: [LinkDefinition(task: "a", when: .exitCode(.equal, 3), pass: .argument, isEnabled: false)]),
      """
      {"after":[{"enabled":false,"pass":"argument","task":"a","when":["exit_code","==",3]}],"args":[],\
      "enabled":false,"join":"n_of 2","labels":["gpu"],"map":{"as":"json","limit":10,"over":"a"},"name":"t",\
      "priority":-5,"resources":{"licence":2},"work":{"template":"x"}}
      """)
    try check(MapDefinition(.items(["a", ""])), #"{"items":["a",""]}"#)
    try check(MapDefinition(.task("a", .lines)), #"{"over":"a"}"#)
    try check(
      Program(script: "s", labels: ["a"], resources: ["b": 1]),
      """
      {"attempts":1,"labels":["a"],"max_output":16777216,"rerun_if_lost":true,"resources":{"b":1},"script":"s"}
      """)
  }

  @Test func `defaults have no key`() throws {
    try check(
      TaskDefinition(name: "t", work: .template("x"), after: [LinkDefinition(task: "a")]),
      """
      {"after":[{"pass":"none","task":"a","when":"success"}],"args":[],"join":"all","name":"t","work":{"template":"x"}}
      """)
    try check(PipelineDefinition(name: "p", tasks: []), #"{"description":"","name":"p","tasks":[]}"#)
    try check(
      PipelineDefinition(name: "p", limit: 5, tasks: []),
      #"{"description":"","limit":5,"name":"p","tasks":[]}"#)
    try check(Definitions(), #"{"pipelines":[],"templates":[]}"#)
    #expect(try JSONDecoder().decode(Definitions.self, from: Data("{}".utf8)) == Definitions())
  }

  @Test func `an event has its keys`() throws {
    try check(
      EventDefinition(name: "e", rule: .cron("0 3 * * *"), start: ["p"]),
      """
      {"description":"","misfire":"once","name":"e","overlap":"skip","rule":{"cron":"0 3 * * *"},"start":["p"],\
      "timezone":"UTC"}
      """)
    try check(
      EventDefinition(
        name: "e", description: "d", rule: .every(.seconds(90)), timezone: "Europe/Berlin",
        starting: "2027-01-01T00:00", until: "2028-01-01T00:00", jitter: .seconds(5), misfire: .all,
        maxCatchUp: 3,
        overlap: .queue, isEnabled: false, start: ["p", "p/t"], arguments: ["x"]),
      """
      {"args":["x"],"description":"d","enabled":false,"jitter":5000,"max_catch_up":3,"misfire":"all","name":"e",\
      "overlap":"queue","rule":{"every":90000},"start":["p","p/t"],"starting":"2027-01-01T00:00",\
      "timezone":"Europe/Berlin","until":"2028-01-01T00:00"}
      """)
    try check(EventDefinition.Rule.at(["2027-01-01T12:00"]), #"{"at":["2027-01-01T12:00"]}"#)
    try check(EventDefinition.Rule.times(["12:15"], days: []), #"{"times":["12:15"]}"#)
    try check(EventDefinition.Rule.times(["12:15"], days: ["mon"]), #"{"days":["mon"],"times":["12:15"]}"#)
    let events = Definitions(events: [EventDefinition(name: "e", rule: .at(["x"]), start: ["p"])])
    #expect(try JSONDecoder().decode(Definitions.self, from: JSONEncoder().encode(events)) == events)
  }
}
