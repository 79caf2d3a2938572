/// What is wrong with definitions that are well formed but make no sense, and where.
public struct DefinitionProblem: Hashable, Sendable {
  /// The place, for a reader who has the text's line numbers.
  public enum Place: Hashable, Sendable {
    /// The template at that index.
    case template(Int)
    /// The pipeline at that index.
    case pipeline(Int)
    /// A task by the indices of its pipeline and itself.
    case task(pipeline: Int, task: Int)
    /// A link by the indices of its pipeline, the task it leads to, and itself.
    case link(pipeline: Int, task: Int, link: Int)
  }

  /// Where it is.
  public let place: Place
  /// One sentence that says what is wrong.
  public let message: String
}

extension Definitions {
  /// Everything that is wrong, in the order of the text: names that come twice or are no names,
  /// pipelines without a task or with too many,
  /// links to unknown tasks, links that come twice, cycles (with their path).
  ///
  /// Whether a template exists is known to the database alone.
  public func problems() -> [DefinitionProblem] {
    var found: [DefinitionProblem] = []
    for index in Self.repeats(templates.map(\.name)) {
      found.append(.init(place: .template(index), message: "template '\(templates[index].name)' comes twice"))
    }
    for (index, template) in templates.enumerated() {
      if let problem = Name.problem(template.name) {
        found.append(.init(place: .template(index), message: problem))
      }
    }
    for index in Self.repeats(pipelines.map(\.name)) {
      found.append(.init(place: .pipeline(index), message: "pipeline '\(pipelines[index].name)' comes twice"))
    }
    for (index, pipeline) in pipelines.enumerated() {
      if let problem = Name.problem(pipeline.name) {
        found.append(.init(place: .pipeline(index), message: problem))
      }
      found += pipeline.problems(at: index)
    }
    return found
  }

  /// The indices of names that an earlier index has already.
  static func repeats(_ names: [String]) -> [Int] {
    var seen: Set<String> = []
    return names.indices.filter { !seen.insert(names[$0]).inserted }
  }
}

extension PipelineDefinition {
  func problems(at pipeline: Int) -> [DefinitionProblem] {
    var found: [DefinitionProblem] = []
    if tasks.isEmpty {
      found.append(.init(place: .pipeline(pipeline), message: "pipeline '\(name)' has no task"))
    }
    if tasks.count > Self.maxTasks {
      found.append(
        .init(place: .pipeline(pipeline), message: "a pipeline has at most \(Self.maxTasks) tasks"))
    }
    let names = tasks.map(\.name)
    let known = Set(names)
    for index in Definitions.repeats(names) {
      found.append(
        .init(place: .task(pipeline: pipeline, task: index), message: "task '\(names[index])' comes twice"))
    }
    for (index, task) in tasks.enumerated() {
      if let problem = Name.problem(task.name) {
        found.append(.init(place: .task(pipeline: pipeline, task: index), message: problem))
      }
      let repeated = Set(Definitions.repeats(task.after.map(\.task)))
      for (position, link) in task.after.enumerated() {
        let place = DefinitionProblem.Place.link(pipeline: pipeline, task: index, link: position)
        if !known.contains(link.task) {
          found.append(.init(place: place, message: "no task '\(link.task)' in pipeline '\(name)'"))
        } else if repeated.contains(position) {
          found.append(.init(place: place, message: "task '\(task.name)' is linked to '\(link.task)' twice"))
        }
      }
    }
    if let cycle = cycle(), let index = names.firstIndex(of: cycle[0]) {
      found.append(
        .init(
          place: .task(pipeline: pipeline, task: index),
          message: "the links go in a circle: \(cycle.joined(separator: " → "))"))
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
