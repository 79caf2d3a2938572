import ZmeyCore

extension BoardRoom {
  /// A part of what is chosen that one command reaches.
  private struct Part {
    let names: [String]
    let command: Command
    /// What takes back what it does, by what is known now.
    let back: [Command]
  }

  /// Pauses, resumes, holds or releases: pipelines by their names, so that all their runs are meant, all else by number.
  func control(_ verb: ControlVerb, _ action: Action, _ targets: [BoardTarget], in context: inout Context) {
    let reached = Self.reached(targets, live: false)
    guard !reached.isEmpty else { return sayNothingRuns(targets, in: &context) }
    var parts: [Part] = []
    var tasks: [(label: String, id: Int64)] = []
    for target in reached {
      switch target {
      case .pipeline(let pipeline):
        let address = context.world.address(pipeline.name, of: pipeline.owner)
        parts.append(
          Part(
            names: [target.label], command: .controlPipeline(verb, address),
            back: Self.back(verb, action, pipeline, address)))
      case .batch(let run):
        let id = run.id.rawValue
        parts.append(
          Part(
            names: [target.label], command: .control(verb, ids: [id]),
            back: verb.opposite.map { [.control($0, ids: [id])] } ?? []))
      case .task(_, _, let taskRun):
        if let taskRun, taskRun.isOpen(to: action) { tasks.append((target.label, taskRun.id.rawValue)) }
      }
    }
    if !tasks.isEmpty {
      let ids = tasks.map(\.id)
      parts.append(
        Part(
          names: tasks.map(\.label), command: .control(verb, ids: ids),
          back: verb.opposite.map { [.control($0, ids: ids)] } ?? []))
    }
    guard !parts.isEmpty else { return sayNothing(to: verb, reached, in: &context) }
    context.act(
      parts.map(\.command),
      undo: Undo(
        verb.past, Self.noun(reached), parts.map { Undo.Step(names: $0.names, commands: $0.back) }))
  }

  private func sayNothing(to verb: ControlVerb, _ targets: [BoardTarget], in context: inout Context) {
    guard targets.count == 1, case .task(_, _, let taskRun?) = targets[0] else {
      return context.say("nothing to \(verb) in \(Self.names(targets))", isError: true)
    }
    let state = taskRun.intention ?? taskRun.state.name
    context.say("\(targets[0].label) is \(state): nothing to \(verb)", isError: true)
  }

  /// What takes a verb back that is done to a pipeline: its own mark if that changes, else what it does to task runs.
  private static func back(
    _ verb: ControlVerb, _ action: Action, _ pipeline: Pipeline, _ address: String
  ) -> [Command] {
    guard let opposite = verb.opposite else { return [] }
    if pipeline.isPaused != (verb == .pause || verb == .hold) {
      return [.controlPipeline(opposite, address)]
    }
    let ids = pipeline.taskRuns.filter { $0.isOpen(to: action) }.map(\.id.rawValue)
    return ids.isEmpty ? [] : [.control(opposite, ids: ids)]
  }
}
