import Testing
import ZmeyCore

@Suite struct `The critical path` {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// `name state seconds`; `?` for a time that nobody knows.
    let nodes: [String]
    /// `from to`, or `from to condition`.
    let links: [String]
    /// `seconds names`; nil if there is no telling.
    let path: String?
  }

  static let cases = [
    Case(testDescription: "of nothing is empty", nodes: [], links: [], path: "0"),
    Case(testDescription: "of one task is that task", nodes: ["a running 3"], links: [], path: "3 a"),
    Case(
      testDescription: "of a chain is the chain", nodes: ["a running 1", "b waiting 2", "c waiting 3"],
      links: ["a b", "b c"], path: "6 a b c"),
    Case(
      testDescription: "of a diamond is its longer side",
      nodes: ["a queued 1", "b waiting 5", "c waiting 2", "d waiting 1"],
      links: ["a b", "a c", "b d", "c d"], path: "7 a b d"),
    Case(
      testDescription: "leaves out what has ended, whatever its time",
      nodes: ["a succeeded 9", "b running 1", "c running 2", "d waiting 1"],
      links: ["a b", "a c", "b d", "c d"], path: "3 c d"),
    Case(
      testDescription: "is nothing once all has ended", nodes: ["a succeeded ?", "b failed ?"],
      links: ["a b"],
      path: "0"),
    Case(
      testDescription: "is not known if a time is not", nodes: ["a running 1", "b waiting ?", "c waiting 1"],
      links: ["a b", "b c"], path: nil),
    Case(
      testDescription: "is not known if the time of a task beside it is not",
      nodes: ["a running 9", "b running ?"], links: [], path: nil),
    Case(
      testDescription: "does not wait for what a failure would start",
      nodes: ["a running 1", "alarm waiting ?", "anyway waiting 2"],
      links: ["a alarm failure", "alarm anyway always"], path: "2 anyway"),
    Case(
      testDescription: "waits for what a failure starts", nodes: ["a timed_out ?", "alarm queued 4"],
      links: ["a alarm failure"], path: "4 alarm"),
    Case(
      testDescription: "waits for what a result decides", nodes: ["a running 1", "b waiting 2"],
      links: ["a b result > 3 or failure"], path: "3 a b"),
    Case(
      testDescription: "takes an exit code of 0 for granted",
      nodes: ["a running 1", "b waiting 2", "c waiting 4"],
      links: ["a b exit_code == 0 and not failure", "a c exit_code in (1, 2) or exit_code > 3"], path: "3 a b"
    ),
    Case(
      testDescription: "waits for what the exit code of a failure decides",
      nodes: ["a failed ?", "b waiting 2"],
      links: ["a b failure and exit_code == 3"], path: "2 b"),
    Case(
      testDescription: "does not wait for what is about to be skipped",
      nodes: ["a failed ?", "b running 2", "c waiting ?"], links: ["a c", "b c"], path: "2 b"),
    Case(
      testDescription: "passes over links from tasks that the run does not have", nodes: ["b queued 2"],
      links: ["a b"], path: "2 b"),
  ]

  @Test(arguments: cases) func `of a run`(_ given: Case) throws {
    let nodes = try given.nodes.map { text in
      let words = text.split(separator: " ").map(String.init)
      return CriticalPath.Node(
        name: words[0], state: try #require(TaskRunState(name: words[1])),
        remaining: Int(words[2]).map { .seconds($0) })
    }
    let links = try given.links.map { text in
      let words = text.split(separator: " ", maxSplits: 2).map(String.init)
      let condition = try Condition(words.count > 2 ? words[2] : "success")
      return CriticalPath.Link(from: words[0], to: words[1], condition: condition)
    }
    let path = CriticalPath(nodes, links).map { path in
      (["\(path.remaining.wholeMilliseconds / 1000)"] + path.names).joined(separator: " ")
    }
    #expect(path == given.path)
    // The order in which tasks and links come does not matter.
    #expect(CriticalPath(nodes.reversed(), links.reversed()) == CriticalPath(nodes, links))
  }

  @Test func `goes through a join that needs not every link`() {
    let nodes = [
      CriticalPath.Node(name: "a", state: .succeeded, remaining: nil),
      .init(name: "b", state: .running, remaining: .seconds(3)),
      .init(name: "c", state: .waiting, remaining: .seconds(2)),
    ]
    let links = [
      CriticalPath.Link(from: "a", to: "c", condition: .failure, isNeeded: false),
      .init(from: "b", to: "c", isNeeded: false),
    ]
    #expect(CriticalPath(nodes, links)?.remaining == .seconds(5))
  }

  @Test func `of a ladder is found without walking every way through it`() throws {
    var nodes: [CriticalPath.Node] = []
    var links: [CriticalPath.Link] = []
    for step in 0..<400 {
      for side in ["l", "r"] {
        nodes.append(.init(name: "\(side)\(step)", state: .waiting, remaining: .seconds(1)))
        guard step > 0 else { continue }
        links += ["l", "r"].map { .init(from: "\($0)\(step - 1)", to: "\(side)\(step)") }
      }
    }
    #expect(CriticalPath(nodes, links)?.remaining == .seconds(400))
  }
}
