extension EventDefinition {
  /// Why a number to make up for says nothing.
  public static let catchUpProblem = "'max_catch_up' goes with 'misfire: all'"

  /// What is wrong with an event that stands at that place.
  ///
  /// - Parameter tasks: gives the names of a pipeline's tasks; nil if the pipeline is not known.
  func problems(at place: String, tasks: (_ pipeline: String) -> Set<String>?) -> [DefinitionProblem] {
    var found: [DefinitionProblem] = []
    if start.isEmpty {
      found.append(.init(place, "event '\(name.brief)' starts nothing; it needs a 'start'"))
    }
    if start.count > Self.maxTargets {
      found.append(.init("\(place)/start", "an event starts at most \(Self.maxTargets) pipelines and tasks"))
    }
    let repeated = Set(Definitions.repeats(start))
    for (index, target) in start.enumerated() {
      if let problem = Self.problem(of: target, tasks: tasks) {
        found.append(.init("\(place)/start/\(index)", problem))
      } else if repeated.contains(index) {
        found.append(.init("\(place)/start/\(index)", "event '\(name.brief)' starts '\(target.brief)' twice"))
      }
    }
    if let starting, let until, Self.moment(until) < Self.moment(starting) {
      found.append(.init("\(place)/until", "'until' is before 'starting', \(starting.brief)"))
    }
    if jitter >= Self.jitterBound { found.append(.init("\(place)/jitter", "'jitter' is less than a day")) }
    if case .every(let interval) = rule, jitter >= interval {
      found.append(.init("\(place)/jitter", "'jitter' is less than 'every', \(interval)"))
    }
    if maxCatchUp != Self.defaultCatchUp, misfire != .all {
      found.append(.init("\(place)/max_catch_up", Self.catchUpProblem))
    }
    return found + ruleProblems(at: "\(place)/rule")
  }

  private func ruleProblems(at place: String) -> [DefinitionProblem] {
    switch rule {
    case .every(let interval) where !Self.isInterval(interval):
      [.init("\(place)/every", "'every' is whole seconds from 1s to 366d, not \(interval)")]
    case .at(let moments) where moments.isEmpty: [.init("\(place)/at", "'at' is empty")]
    case .times(let times, _) where times.isEmpty: [.init("\(place)/times", "'times' is empty")]
    case .every, .cron, .at, .times: []
    }
  }

  private static func problem(of target: String, tasks: (String) -> Set<String>?) -> String? {
    let parts = target.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, parts.allSatisfy({ Name.problem($0) == nil }) else {
      return "an event starts PIPELINE or PIPELINE/TASK, not '\(target.brief)'"
    }
    guard parts.count == 2, let known = tasks(parts[0]), !known.contains(parts[1]) else { return nil }
    return "no task '\(parts[1].brief)' in pipeline '\(parts[0])'"
  }

  /// A moment as a text that sorts by time: with seconds.
  private static func moment(_ text: String) -> String { text.utf8.count == 16 ? text + ":00" : text }
}
