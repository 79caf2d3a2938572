/// What is wrong with definitions that are well formed but make no sense, and where.
public struct DefinitionProblem: Hashable, Sendable {
  /// Where it is: a JSON pointer into the definitions, such as `/pipelines/0/tasks/2/after/1/when`.
  public let place: String
  /// One sentence that says what is wrong.
  public let message: String

  /// A problem at that place.
  public init(place: String, message: String) {
    self.place = place
    self.message = message
  }

  init(_ place: String, _ message: String) { self.init(place: place, message: message) }
}

extension Definitions {
  /// Everything that is wrong: names that come twice or are no names, pipelines without a task or with too many,
  /// links to unknown tasks, links that come twice, cycles (with their path), joins and maps that their links cannot
  /// feed, labels and resources, events that start nothing or nothing there is.
  ///
  /// Whether a template exists, or a pipeline that is not among the definitions, is known to the database alone.
  public func problems() -> [DefinitionProblem] {
    Self.problems(of: templates.map(\.name), "template", at: "/templates")
      + templates.enumerated().flatMap { index, template in
        template.program.problems(at: "/templates/\(index)/program")
      }
      + Self.problems(of: pipelines.map(\.name), "pipeline", at: "/pipelines")
      + pipelines.enumerated().flatMap { index, pipeline in pipeline.problems(at: "/pipelines/\(index)") }
      + Self.problems(of: events.map(\.name), "event", at: "/events") + eventProblems()
  }

  /// Names that come twice or are none.
  static func problems(of names: [String], _ noun: String, at place: String) -> [DefinitionProblem] {
    repeats(names).map { DefinitionProblem("\(place)/\($0)", "\(noun) '\(names[$0].brief)' comes twice") }
      + names.enumerated().compactMap { index, name in
        Name.problem(name).map { DefinitionProblem("\(place)/\(index)", $0) }
      }
  }

  /// The indices of names that an earlier index has already.
  static func repeats(_ names: [String]) -> [Int] {
    var seen: Set<String> = []
    return names.indices.filter { !seen.insert(names[$0]).inserted }
  }

  private func eventProblems() -> [DefinitionProblem] {
    let tasks = Dictionary(pipelines.map { ($0.name, Set($0.tasks.map(\.name))) }) { $0.union($1) }
    return events.enumerated().flatMap { index, event in
      event.problems(at: "/events/\(index)") { pipeline in tasks[pipeline] }
    }
  }
}
