extension PipelineDefinition {
  /// What is wrong with a pipeline that stands at that place.
  func problems(at place: String) -> [DefinitionProblem] {
    var found: [DefinitionProblem] = []
    if tasks.isEmpty { found.append(.init(place, "pipeline '\(name.brief)' has no task")) }
    if tasks.count > Self.maxTasks {
      found.append(.init(place, "a pipeline has at most \(Self.maxTasks) tasks"))
    }
    let names = tasks.map(\.name)
    let known = Set(names)
    found += Definitions.problems(of: names, "task", at: "\(place)/tasks")
    for (index, task) in tasks.enumerated() {
      found += problems(of: task, at: "\(place)/tasks/\(index)", among: known)
    }
    if let cycle = cycle(), let index = names.firstIndex(of: cycle[0]) {
      found.append(
        .init(
          "\(place)/tasks/\(index)",
          "the links go in a circle: \(cycle.map(\.brief).joined(separator: " → "))"))
    }
    return found
  }

  private func problems(of task: TaskDefinition, at place: String, among known: Set<String>)
    -> [DefinitionProblem]
  {
    var found: [DefinitionProblem] = []
    let repeated = Set(Definitions.repeats(task.after.map(\.task)))
    for (position, link) in task.after.enumerated() {
      let linkPlace = "\(place)/after/\(position)"
      if !known.contains(link.task) {
        found.append(.init(linkPlace, "no task '\(link.task.brief)' in pipeline '\(name.brief)'"))
      } else if repeated.contains(position) {
        found.append(.init(linkPlace, "task '\(task.name.brief)' is linked to '\(link.task.brief)' twice"))
      }
      if let problem = link.when.problem {
        found.append(.init("\(linkPlace)/when", "'when': \(problem.message)"))
      }
    }
    if let problem = task.joinProblem { found.append(.init("\(place)/join", problem)) }
    if let problem = task.mapProblem { found.append(.init("\(place)/map/\(problem.key)", problem.message)) }
    switch task.work {
    case .template: found += Requirement.problems(task.labels, task.resources, at: place)
    case .inline(let program):
      let work = "\(place)/work"
      found += program.problems(at: "\(work)/program")
    }
    return found
  }

  /// The names along one cycle of links, the first again at the end; nil if there is none.
  func cycle() -> [String]? {
    var next: [String: [String]] = [:]
    for task in tasks { for link in task.after { next[link.task, default: []].append(task.name) } }
    // Depth-first with an explicit stack: a chain of thousands of tasks must not overflow ours.
    var done: Set<String> = []
    for start in tasks.map(\.name) where !done.contains(start) {
      var path = [start]
      var onPath: Set<String> = [start]
      var pending = [next[start, default: []]]
      while let top = pending.indices.last {
        guard let step = pending[top].popLast() else {
          pending.removeLast()
          let finished = path.removeLast()
          onPath.remove(finished)
          done.insert(finished)
          continue
        }
        if onPath.contains(step), let index = path.firstIndex(of: step) { return path[index...] + [step] }
        if done.contains(step) { continue }
        path.append(step)
        onPath.insert(step)
        pending.append(next[step, default: []])
      }
    }
    return nil
  }
}

extension TaskDefinition {
  /// Why its links cannot be joined as it says; nil if they can.
  fileprivate var joinProblem: String? {
    if join != .all, after.isEmpty {
      return "join '\(join)' joins nothing: no link leads to task '\(name.brief)'"
    }
    guard case .nOf(let count) = join, count > after.count else { return nil }
    return "join '\(join)' needs \(count) links, but \(after.count) lead to task '\(name.brief)'"
  }

  /// Why it gets no items, and which key of its map says so; nil if it gets some.
  fileprivate var mapProblem: (key: String, message: String)? {
    switch map?.source {
    case .task(let over, _):
      guard let link = after.first(where: { $0.task == over }) else {
        return ("over", "'over' is one of the tasks in 'after', not '\(over.brief)'")
      }
      return link.isEnabled
        ? nil : ("over", "the link from '\(over.brief)' is off, so there are no items of its result")
    case .items(let items):
      if items.isEmpty { return ("items", "'items' is empty") }
      return items.count > MapDefinition.maxItems
        ? ("items", "'items' has \(items.count) items; \(MapDefinition.maxItems) are the most") : nil
    case nil: return nil
    }
  }
}

extension Condition {
  /// Why its text would not be read again; nil if it would.
  fileprivate var problem: ConditionError? {
    do {
      _ = try Condition(description)
      return nil
    } catch {
      return error
    }
  }
}
