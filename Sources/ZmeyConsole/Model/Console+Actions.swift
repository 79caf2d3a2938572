import ZmeyCore

extension Console {
  /// Does an action: here, or in the room that is shown.
  mutating func perform(_ action: Action) {
    switch action {
    case .board, .runs, .events, .templates, .workers, .audit:
      if let tab = Tab.allCases.first(where: { "\($0)" == action.rawValue }) { go(to: Place(tab)) }
    case .palette: overlay = .palette(Palette())
    case .help: overlay = .help(Help())
    case .filter, .find:
      prompt = Prompt(action: action, edit: LineEdit(), before: rooms[place].filterText)
      withRoom { room, context in room.filterIsTyped(true, in: &context) }
    case .times: world.isAbsoluteTime.toggle()
    case .freeze: if frozen == nil { frozen = Frozen(world: world) } else { thaw() }
    case .undo: undoLast()
    case .repeatLast:
      if let lastAction { perform(lastAction) } else { say("nothing to repeat") }
    case .refresh: effects.append(isLost ? .reconnect : .refresh)
    case .redraw: effects.append(.redraw)
    case .mouse:
      isMouseOn.toggle()
      effects.append(.mouse(isMouseOn))
      say(isMouseOn ? "the mouse is noticed" : "the mouse is the terminal's")
    case .suspend: effects.append(.suspend)
    case .quit: effects.append(.quit)
    case .close: if !back() { effects.append(.quit) }
    case .back: _ = back()
    case .historyBack: historyBack()
    case .newRun:
      if let newRun { go(to: .run(newRun)) } else { say("no run was begun from here yet") }
    case .historyForward:
      if let next = forward.popLast() { places.append(next) }
    default: performInRoom(action)
    }
  }

  var isLost: Bool { if case .lost = world.link { true } else { false } }

  private mutating func performInRoom(_ action: Action) {
    if action.changes {
      if let reason = world.readOnlyReason { return say("read only: \(reason)", isError: true) }
      if frozen != nil { return say("the screen is frozen: F lets it go on", isError: true) }
      lastAction = action
    }
    if !withRoom({ room, context in room.handle(action, in: &context) }), let label = action.label {
      say("nothing here to \(label)")
    }
  }

  /// Lets a frozen screen go on: the room learns what came meanwhile.
  private mutating func thaw() {
    guard let late = frozen?.output else { return }
    frozen = nil
    for query in rooms[place].wants(world) {
      for answer in [world.answers[query]].compactMap({ $0 }) + late[query, default: []] {
        withRoom { room, context in room.receive(answer, to: query, in: &context) }
      }
    }
  }

  /// Closes one level; false if there is none to close.
  private mutating func back() -> Bool {
    if frozen != nil {
      thaw()
      return true
    }
    if withRoom({ room, context in room.back(in: &context) }) { return true }
    guard places.count > 1 else { return false }
    // Escape leads out of a view, never through all that was visited.
    let isDetail = { (place: Place) in
      switch place {
      case .run, .task: true
      case .runs(let pipeline, _): pipeline != nil
      case .board, .events, .templates, .workers, .audit: false
      }
    }
    if isDetail(place) {
      places.removeLast()
    } else {
      let wasElsewhere = place != .board
      places = [.board]
      return wasElsewhere
    }
    return true
  }

  private mutating func historyBack() {
    guard places.count > 1, let last = places.popLast() else { return }
    forward.append(last)
  }

  private mutating func undoLast() {
    if let reason = world.readOnlyReason { return say("read only: \(reason)", isError: true) }
    guard let undo = undos.popLast() else { return say("nothing to undo") }
    send(undo.commands)
    say("undone: \(undo.label)")
  }

  // What came of commands ---------------------------------------------------------------------------------

  mutating func settle(_ replies: [Reply], _ ticket: Int) {
    guard let purpose = purposes.removeValue(forKey: ticket) else { return }
    switch purpose {
    case .change(let undo, let form): changed(replies, undo, form)
    case .read(let name, let isScript): read(replies, name, isScript: isScript)
    case .readTask(let pipeline, let task): readTask(replies, pipeline, task)
    case .applying(let text): applied(replies, text)
    case .editing: break
    }
  }

  private mutating func changed(_ replies: [Reply], _ undo: Undo?, _ form: Form?) {
    let summary = Summary(replies)
    if let run = summary.run { newRun = run }
    if var form, let refusal = summary.refusals.first {
      form.problem = (nil, refusal)
      overlay = .form(form)
      return
    }
    if let undo, summary.refusals.isEmpty {
      undos.append(undo)
      if undos.count > 50 { undos.removeFirst() }
      let key = world.keys.keyName(.undo)
      return say(undo.label + (key.map { " - \($0) undoes" } ?? ""))
    }
    guard !summary.text.isEmpty else { return }
    let key = summary.run.flatMap { _ in world.keys.keyName(.newRun) }
    say(summary.text + (key.map { " - \($0) goes there" } ?? ""), isError: !summary.refusals.isEmpty)
  }

  private mutating func read(_ replies: [Reply], _ name: String, isScript: Bool) {
    guard case .definition(let definitions, let yaml)? = replies.first else { return sayRefusal(replies) }
    if isScript, let template = definitions.templates.first(where: { $0.name == name }) {
      edit(template.program.script, base: yaml, suffix: "script", line: 1, .script(template))
    } else {
      edit(yaml, base: yaml, suffix: "yaml", line: 1, .definitions)
    }
  }

  private mutating func readTask(_ replies: [Reply], _ pipeline: String, _ task: String) {
    guard case .definition(let definitions, let yaml)? = replies.first else { return sayRefusal(replies) }
    guard let definition = definitions.pipelines.first(where: { $0.name == pipeline }),
      let found = definition.tasks.first(where: { $0.name == task })
    else { return say("task \(task) is not there any more", isError: true) }
    switch found.work {
    case .template(let name): read(.template, name, isScript: true)
    case .inline(let program):
      edit(program.script, base: yaml, suffix: "script", line: 1, .taskScript(definition, task: task))
    }
  }

  /// Reads a definition and opens it in the editor: as YAML, or of a template its script alone.
  mutating func read(_ kind: DefinitionKind, _ name: String, isScript: Bool) {
    effects.append(.send([.read(kind, name: name)], ticket: ticket(.read(name, isScript: isScript))))
  }

  private mutating func sayRefusal(_ replies: [Reply]) {
    say(Summary(replies).refusals.first ?? "that could not be read", isError: true)
  }

  // The editor --------------------------------------------------------------------------------------------

  mutating func edited(_ text: String?, _ problem: String?, _ ticket: Int) {
    guard
      case .editing(let base, let original, let suffix, let purpose, let before)? = purposes.removeValue(
        forKey: ticket)
    else { return }
    if let problem { say(problem, isError: true) }
    guard let text, text != original else {
      if let before { return overlay = .rejected(before) }
      return problem == nil ? say("nothing was changed") : ()
    }
    apply(Rejected(text: text, base: base, suffix: suffix, problems: [], message: nil, purpose: purpose))
  }

  private mutating func apply(_ text: Rejected) {
    let command: Command
    switch text.purpose {
    case .definitions: command = .applyText(text.text, base: text.base)
    case .script(var template):
      template.program.script = text.text
      command = .apply(Definitions(templates: [template]), base: text.base)
    case .taskScript(var pipeline, let task):
      guard let index = pipeline.tasks.firstIndex(where: { $0.name == task }),
        case .inline(var program) = pipeline.tasks[index].work
      else { return }
      program.script = text.text
      pipeline.tasks[index].work = .inline(program)
      command = .apply(Definitions(pipelines: [pipeline]), base: text.base)
    }
    effects.append(.send([command], ticket: ticket(.applying(text))))
  }

  private mutating func applied(_ replies: [Reply], _ text: Rejected) {
    var rejected = (problems: [Reply.Problem](), message: String?.none)
    switch replies.first {
    case .wrong(let problems): rejected.problems = problems
    case .refused(let message, let hint):
      rejected.message = [message, hint].compactMap { $0 }.joined(separator: ". ")
    case .done(let line, _): return say(line)
    case .definition, nil: return
    }
    overlay = .rejected(
      Rejected(
        text: text.text, base: text.base, suffix: text.suffix, problems: rejected.problems,
        message: rejected.message, purpose: text.purpose))
  }

  /// Opens a text that was not taken again, where it is wrong.
  mutating func editAgain(_ text: Rejected) {
    let line = text.problems.first?.line ?? 1
    let ticket = ticket(
      .editing(base: text.base, original: text.text, suffix: text.suffix, text.purpose, text))
    effects.append(.edit(text.text, suffix: text.suffix, line: line, ticket: ticket))
  }
}

/// What came of several commands, in a line.
private struct Summary {
  var text = ""
  var refusals: [String] = []
  /// The run that began last.
  var run: RunID?

  init(_ replies: [Reply]) {
    var done: [String] = []
    for outcome in replies {
      switch outcome {
      case .done(let line, let run):
        done.append(line)
        self.run = run ?? self.run
      case .refused(let message, let hint):
        refusals.append([message, hint].compactMap { $0 }.joined(separator: ". "))
      case .wrong(let problems):
        refusals.append(problems.first.map { "line \($0.line): \($0.message)" } ?? "")
      case .definition: break
      }
    }
    var parts: [String] = []
    if done.count == 1 {
      parts.append(done[0])
    } else if done.count > 1 {
      parts.append("\(done.count) done: \(done[0]) …")
    }
    if refusals.count == 1 { parts.append(refusals[0]) }
    if refusals.count > 1 { parts.append("\(refusals.count) not done: \(refusals[0])") }
    text = parts.joined(separator: ", ")
  }
}

extension Action {
  /// Whether it changes something beyond the screen.
  var changes: Bool {
    switch self {
    case .start, .startWith, .pause, .resume, .hold, .release, .stop, .kill, .rerun, .rerunFrom, .enable,
      .disable,
      .edit, .editAll, .new, .link, .remove, .fire, .drain, .undrain:
      true
    default: false
    }
  }

  /// What it does, in few words.
  var label: String? { Self.bindings.first { $0.action == self }?.label }
}
