import Testing
import ZmeyCore

@Suite("Problems of joins, maps, requirements and events")
struct EventProblemTests {
  private func problems(_ tasks: TaskDefinition...) -> [String] {
    Definitions(pipelines: [PipelineDefinition(name: "p", tasks: tasks)]).problems().map {
      "\($0.place.dropFirst("/pipelines/0/tasks".count)): \($0.message)"
    }
  }

  /// Where the program of a task stands in it.
  private let inline = ["work", "program"].joined(separator: "/")
  private let first = TaskDefinition(name: "a", work: .template("x"))

  private func second(
    join: Join = .all, map: MapDefinition? = nil, _ link: LinkDefinition? = LinkDefinition(task: "a")
  ) -> TaskDefinition {
    TaskDefinition(name: "b", work: .template("x"), map: map, join: join, after: link.map { [$0] } ?? [])
  }

  @Test func `a join needs its links`() {
    #expect(problems(first, second(join: .nOf(1))).isEmpty)
    #expect(problems(first, second(join: .oneFailed)).isEmpty)
    #expect(
      problems(first, second(join: .nOf(2))) == [
        "/1/join: join 'n_of 2' needs 2 links, but 1 lead to task 'b'"
      ])
    #expect(
      problems(first, second(join: .any, nil)) == [
        "/1/join: join 'any' joins nothing: no link leads to task 'b'"
      ])
    #expect(
      problems(first, second(join: .nOf(2), nil)) == [
        "/1/join: join 'n_of 2' joins nothing: no link leads to task 'b'"
      ])
  }

  @Test func `a map needs what it runs over`() {
    #expect(problems(first, second(map: MapDefinition(.task("a", .lines)))).isEmpty)
    #expect(problems(first, second(map: MapDefinition(.items(["x"])))).isEmpty)
    #expect(
      problems(first, second(map: MapDefinition(.task("c", .lines)))) == [
        "/1/map/over: 'over' is one of the tasks in 'after', not 'c'"
      ])
    #expect(
      problems(
        first, second(map: MapDefinition(.task("a", .lines)), LinkDefinition(task: "a", isEnabled: false)))
        == ["/1/map/over: the link from 'a' is off, so there are no items of its result"])
    #expect(problems(first, second(map: MapDefinition(.items([])))) == ["/1/map/items: 'items' is empty"])
    let many = MapDefinition(.items(Array(repeating: "x", count: 100_001)))
    #expect(
      problems(first, second(map: many)) == ["/1/map/items: 'items' has 100001 items; 100000 are the most"])
  }

  @Test func `a condition that could not be written is a problem`() {
    let deep = (0..<20).reduce(Condition.failure) { condition, _ in .not(condition) }
    #expect(
      problems(first, second(LinkDefinition(task: "a", when: deep))) == [
        "/1/after/0/when: 'when': the condition nests deeper than 20 levels"
      ])
    #expect(
      problems(first, second(LinkDefinition(task: "a", when: .exitCode(.equal, 300)))) == [
        "/1/after/0/when: 'when': expected an exit code, a whole number from 0 to 255, not '300'"
      ])
  }

  @Test func `labels and resources have names and amounts`() {
    let rule = "has 1 to 63 of a-z, 0-9, '_', '.' and '-', a letter or a digit first, not"
    let program = Program(
      script: "x", labels: ["gpu", "Gpu", "gpu"], resources: ["a/b~": 1, "big": 1_000_001, "none": 0])
    #expect(
      problems(TaskDefinition(name: "a", work: .inline(program))) == [
        "/0/\(inline)/labels/1: a label \(rule) 'Gpu'",
        "/0/\(inline)/labels/2: label 'gpu' comes twice",
        "/0/\(inline)/resources/a~1b~0: a resource \(rule) 'a/b~'",
        "/0/\(inline)/resources/big: the amount of 'big' is 1 to 1000000, not 1000001",
        "/0/\(inline)/resources/none: the amount of 'none' is 1 to 1000000, not 0",
      ])
    #expect(
      problems(TaskDefinition(name: "a", work: .template("x"), labels: ["é"], resources: ["": 1])) == [
        "/0/labels/0: a label \(rule) 'é'", "/0/resources/: a resource \(rule) ''",
      ])
    let templates = Definitions(templates: [
      TemplateDefinition(name: "t", program: Program(script: "", labels: [""]))
    ])
    #expect(templates.problems().map(\.place) == ["/templates/0/program/labels/0"])
  }

  @Test(arguments: [
    ("a", true), ("0", true), ("a_.-b9", true), ("-a", false), ("a/b", false), ("a\u{301}", false),
  ])
  func `a label has a name`(name: String, isName: Bool) {
    #expect(Requirement.isName(name) == isName)
    #expect(Requirement.isName(String(repeating: "a", count: 63)))
    #expect(!Requirement.isName(String(repeating: "a", count: 64)))
  }

  private func problems(of events: EventDefinition...) -> [String] {
    let pipeline = PipelineDefinition(name: "p", tasks: [first])
    return Definitions(pipelines: [pipeline], events: events).problems().map {
      "\($0.place.dropFirst("/events".count)): \($0.message)"
    }
  }

  private func event(
    _ rule: EventDefinition.Rule = .cron("0 3 * * *"), start: [String] = ["p"],
    change: (inout EventDefinition) -> Void = { _ in }
  ) -> EventDefinition {
    var event = EventDefinition(name: "e", rule: rule, start: start)
    change(&event)
    return event
  }

  @Test func `an event has a name of its own`() {
    #expect(problems(of: event()).isEmpty)
    #expect(problems(of: event(), event()) == ["/1: event 'e' comes twice"])
    #expect(problems(of: event { $0.name = "" }) == ["/0: a name is empty"])
  }

  @Test func `an event starts what there is`() {
    #expect(problems(of: event(start: ["p", "p/a", "other", "other/x"])).isEmpty)
    #expect(problems(of: event(start: [])) == ["/0: event 'e' starts nothing; it needs a 'start'"])
    #expect(
      problems(of: event(start: ["p/x", "p", "p", "a/b/c", "/a", ""])) == [
        "/0/start/0: no task 'x' in pipeline 'p'", "/0/start/2: event 'e' starts 'p' twice",
        "/0/start/3: an event starts PIPELINE or PIPELINE/TASK, not 'a/b/c'",
        "/0/start/4: an event starts PIPELINE or PIPELINE/TASK, not '/a'",
        "/0/start/5: an event starts PIPELINE or PIPELINE/TASK, not ''",
      ])
    #expect(
      problems(of: event(start: (0...100).map { "p\($0)" })) == [
        "/0/start: an event starts at most 100 pipelines and tasks"
      ])
  }

  @Test func `an event's times make sense together`() {
    #expect(
      problems(
        of: event {
          $0.starting = "2027-01-01T00:00:01"
          $0.until = "2027-01-01T00:00"
        }) == ["/0/until: 'until' is before 'starting', 2027-01-01T00:00:01"])
    #expect(
      problems(
        of: event {
          $0.starting = "2027-01-01T00:00:00"
          $0.until = "2027-01-01T00:00"
        }
      ).isEmpty)
    #expect(
      problems(of: event { $0.jitter = .seconds(86_400) }) == ["/0/jitter: 'jitter' is less than a day"])
    #expect(
      problems(of: event(.every(.seconds(60))) { $0.jitter = .seconds(60) }) == [
        "/0/jitter: 'jitter' is less than 'every', 1m"
      ])
    #expect(
      problems(of: event { $0.maxCatchUp = 3 }) == [
        "/0/max_catch_up: 'max_catch_up' goes with 'misfire: all'"
      ])
    #expect(
      problems(
        of: event {
          $0.maxCatchUp = 3
          $0.misfire = .all
        }
      ).isEmpty)
    #expect(
      problems(of: event(.every(.seconds(0)))) == [
        "/0/jitter: 'jitter' is less than 'every', 0s",
        "/0/rule/every: 'every' is whole seconds from 1s to 366d, not 0s",
      ])
    #expect(problems(of: event(.at([]))) == ["/0/rule/at: 'at' is empty"])
    #expect(problems(of: event(.times([], days: []))) == ["/0/rule/times: 'times' is empty"])
  }

  @Test func `a long or wild name is cut and escaped in messages`() {
    let name = "\u{1B}[2J" + String(repeating: "x", count: 1_000_000)
    let message = "no task '\\u{1B}[2J" + String(repeating: "x", count: 96) + "…' in pipeline 'p'"
    #expect(problems(second(LinkDefinition(task: name))) == ["/0/after/0: \(message)"])
  }
}
