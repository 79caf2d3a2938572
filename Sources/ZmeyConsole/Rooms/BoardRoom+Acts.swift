import ZmeyCore

extension BoardRoom {
  /// Does what changes or copies something.
  mutating func act(_ action: Action, in context: inout Context) -> Bool {
    let targets = targets(context.world)
    switch action {
    case .pause: control(.pause, action, targets, in: &context)
    case .resume: control(.resume, action, targets, in: &context)
    case .hold: control(.hold, action, targets, in: &context)
    case .release: control(.release, action, targets, in: &context)
    case .start: start(targets, in: &context)
    case .stop: end(.stop, targets, in: &context)
    case .kill: end(.kill, targets, in: &context)
    case .rerun: rerun(targets, from: false, in: &context)
    case .rerunFrom: rerun(targets, from: true, in: &context)
    case .enable: turn(true, targets, in: &context)
    case .disable: turn(false, targets, in: &context)
    case .remove: remove(targets, in: &context)
    case .startWith, .link, .new, .edit, .editAll: change(action, targets, in: &context)
    case .copy:
      if let target = targets.first { context.copy(Self.name(of: target)) }
    case .copyRow:
      let lines = targets.map { Self.json($0).line }
      if !lines.isEmpty { context.copy(lines.joined(separator: "\n")) }
    case .output, .why: lookInto(action, in: &context)
    default: return false
    }
    return true
  }

  /// Names of targets in a line: the one, or how many.
  static func names(_ targets: [BoardTarget]) -> String {
    targets.count == 1 ? targets[0].label : "\(targets.count) \(noun(targets))"
  }

  static func noun(_ targets: [BoardTarget]) -> String {
    let kinds = Set(
      targets.map { target in
        switch target {
        case .pipeline: "pipelines"
        case .batch: "batches"
        case .task: "tasks"
        }
      })
    return kinds.count == 1 ? kinds.first ?? "" : "things"
  }

  /// The commands for targets: a pipeline by its name, so that all its runs are meant; all else by number.
  private static func commands(_ verb: ControlVerb, _ targets: [BoardTarget], _ world: World) -> [Command] {
    var commands: [Command] = []
    var ids: [Int64] = []
    for target in targets {
      if case .pipeline(let pipeline) = target {
        commands.append(.controlPipeline(verb, world.address(pipeline.name, of: pipeline.owner)))
      } else if let id = target.liveID {
        ids.append(id)
      }
    }
    return commands + (ids.isEmpty ? [] : [.control(verb, ids: ids)])
  }

  /// What a verb can be done to: a pipeline always, for what will begin counts too; else what has not ended.
  static func reached(_ targets: [BoardTarget], live: Bool) -> [BoardTarget] {
    targets.filter { target in
      if case .pipeline = target, !live { return true }
      return target.liveRuns > 0
    }
  }

  func sayNothingRuns(_ targets: [BoardTarget], in context: inout Context) {
    guard !targets.isEmpty else { return }
    context.say("nothing of \(Self.names(targets)) goes on", isError: true)
  }

  /// Stops or kills, after a question.
  private func end(_ verb: ControlVerb, _ targets: [BoardTarget], in context: inout Context) {
    let reached = Self.reached(targets, live: true)
    guard !reached.isEmpty else { return sayNothingRuns(targets, in: &context) }
    let commands = Self.commands(verb, reached, context.world)
    let title = verb.rawValue.capitalizedFirst
    let isProduction = context.world.identity?.isProduction == true
    let runs = reached.reduce(0) { $0 + $1.liveRuns }
    if verb == .stop, targets.count == 1, runs == 1, !isProduction {
      return context.ask(
        Question("\(title) \(reached[0].label) (\(reached[0].loss(context.now)))?", commands))
    }
    let live = Set(reached.map(\.label))
    let lines = targets.map { target in
      let name = target.label
      let gap = String(repeating: " ", count: max(1, 24 - displayWidth(name)))
      return name + gap
        + (live.contains(name) ? target.loss(context.now) : "nothing of it goes on, will be skipped")
    }
    let warning =
      verb == .stop
      ? "TERM now, KILL after the grace of each program. Cannot be undone."
      : "KILL now, nothing can end in order. Cannot be undone."
    let name = reached.count == 1 ? reached[0].word ?? "\(runs)" : "\(reached.count)"
    context.ask(
      Question(
        "\(title) \(Self.names(reached))?", lines: lines, warning: warning, word: "\(verb.rawValue) \(name)",
        commands))
  }

  /// Parts targets into those of the caller's own, and says what cannot be done to others'.
  func own(_ targets: [BoardTarget], to doing: String, in context: inout Context) -> [BoardTarget] {
    let mine = targets.filter { context.world.isMine($0.owner) }
    if mine.isEmpty, let other = targets.first {
      context.say("\(other.label) is \(other.owner)'s: only its owner can \(doing)", isError: true)
    } else if mine.count < targets.count {
      context.say("\(targets.count - mine.count) of \(targets.count) left out: they are others'")
    }
    return mine
  }

  private func start(_ targets: [BoardTarget], in context: inout Context) {
    context.act(Self.start(targets, [], context.world))
  }

  /// What starts them; a batch goes again as it was.
  static func start(_ targets: [BoardTarget], _ arguments: [String], _ world: World) -> [Command] {
    targets.compactMap { target in
      switch target {
      case .pipeline(let pipeline):
        .start(pipeline: world.address(pipeline.name, of: pipeline.owner), task: nil, arguments: arguments)
      case .task(let pipeline, let name, _):
        .start(pipeline: world.address(pipeline.name, of: pipeline.owner), task: name, arguments: arguments)
      case .batch(let run): arguments.isEmpty ? .rerun(run.id.rawValue, .alone) : nil
      }
    }
  }

  private func rerun(_ targets: [BoardTarget], from: Bool, in context: inout Context) {
    let commands = targets.compactMap { target -> Command? in
      guard let id = target.runID else { return nil }
      if case .task = target { return .rerun(id, from ? .from : .alone) }
      return .rerun(id, from ? .failed : .alone)
    }
    guard !commands.isEmpty else {
      return context.say("\(Self.names(targets)) has not run yet", isError: true)
    }
    context.act(commands)
  }

  private func turn(_ isEnabled: Bool, _ targets: [BoardTarget], in context: inout Context) {
    let mine = own(targets, to: "turn its tasks on or off", in: &context)
    guard !mine.isEmpty else { return }
    let tasks = mine.filter { if case .task = $0 { true } else { false } }
    guard !tasks.isEmpty else {
      return context.say("choose a task first: Enter goes to the tasks of a box", isError: true)
    }
    let others = tasks.filter { Self.isEnabled($0, context.world) != isEnabled }
    let word = isEnabled ? "on" : "off"
    guard !others.isEmpty else { return context.say("\(Self.names(tasks)): \(word) already") }
    func commands(_ isEnabled: Bool) -> [Command] {
      others.compactMap { target in
        guard case .task(let pipeline, let name, _) = target else { return nil }
        return .setTask(pipeline: pipeline.name, task: name, isEnabled: isEnabled)
      }
    }
    context.act(
      commands(isEnabled),
      undo: Undo(
        "turned", behind: word, "tasks",
        zip(others, commands(!isEnabled)).map { Undo.Step(names: [$0.label], commands: [$1]) }))
  }

  /// Whether a task is on in its pipeline's version of now; nil if that is not known.
  private static func isEnabled(_ target: BoardTarget, _ world: World) -> Bool? {
    guard case .task(let pipeline, let name, _) = target else { return nil }
    return world.board?.shapes[pipeline.versionID]?.tasks.first { $0.name == name }?.isEnabled
  }

  private func remove(_ targets: [BoardTarget], in context: inout Context) {
    let mine = own(targets, to: "remove it", in: &context)
    let commands = mine.compactMap { target -> Command? in
      switch target {
      case .pipeline(let pipeline): .remove(.pipeline, name: pipeline.name)
      case .task(let pipeline, let name, _): .change(pipeline: pipeline.name, [.removeTask(name)])
      case .batch: nil
      }
    }
    guard !commands.isEmpty else {
      if !mine.isEmpty { context.say("a batch is removed by nobody: it goes with its age", isError: true) }
      return
    }
    let names = Self.names(mine)
    // What goes on, for a pipeline that is removed does not stop its runs.
    func rest(_ target: BoardTarget) -> String {
      guard case .pipeline = target, target.liveRuns > 0 else { return "" }
      return target.liveRuns == 1
        ? "its run goes on to its end" : "its \(target.liveRuns) runs go on to their end"
    }
    if commands.count == 1, mine[0].liveRuns < 2, context.world.identity?.isProduction != true {
      let what = rest(mine[0])
      return context.ask(Question("Remove \(names)\(what.isEmpty ? "" : " (\(what))")?", commands))
    }
    let lines = mine.map { target in
      let what = rest(target)
      return target.label + (what.isEmpty ? "" : ": \(what)")
    }
    let word = commands.count == 1 ? mine[0].word ?? "1" : "\(commands.count)"
    context.ask(
      Question(
        "Remove \(names)?", lines: lines + ["", "What was run stays to be seen."], word: "remove \(word)",
        commands))
  }

  private func lookInto(_ action: Action, in context: inout Context) {
    switch (task, current(items(context.world))) {
    case (let task?, .pipeline(let pipeline)?):
      if let taskRun = pipeline.taskRuns.first(where: { $0.name == task }) {
        context.open(.task(taskRun.id))
      } else {
        context.say("\(task) has not run yet")
      }
    case (_, let item?):
      if let run = item.run {
        context.open(.run(run.id))
      } else {
        context.say("\(item.name) has not run yet")
      }
    case (_, nil): break
    }
  }
}
