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
      isUndoOffered = false
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
    guard let undo = undos.last else { return say("nothing to undo") }
    guard isUndoOffered else {
      // It may be long ago, and of things that are not on the screen.
      effects.append(.forgetTyping)
      return overlay = .question(Question("Take back: \(undo.label)?", undo.commands, isUndo: true))
    }
    takeBack(undo.commands)
  }

  /// Carries out what takes something back; more may have been done since that was asked for.
  mutating func takeBack(_ commands: [Command]) {
    guard let index = undos.lastIndex(where: { $0.commands == commands }) else { return }
    let undo = undos.remove(at: index)
    isUndoOffered = false
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
    notice(summary.made)
    if var form, let refusal = summary.refusals.first {
      form.problem = (nil, refusal)
      overlay = .form(form)
      return
    }
    isUndoOffered = false
    if let undo = undo?.of(replies) {
      undos.append(undo)
      if undos.count > 50 { undos.removeFirst() }
      isUndoOffered = true
      let key = world.keys.keyName(.undo)
      return say(
        summary.rest(behind: undo.label) + (key.map { " - \($0) undoes" } ?? ""),
        isError: !summary.refusals.isEmpty)
    }
    guard !summary.text.isEmpty else { return }
    let key = summary.run.flatMap { _ in world.keys.keyName(.newRun) }
    say(summary.text + (key.map { " - \($0) goes there" } ?? ""), isError: !summary.refusals.isEmpty)
  }

  /// Takes notice of what was made, to go there.
  mutating func notice(_ made: Reply.Made?) {
    switch made {
    case .run(let run): newRun = run
    case .pipeline(let name):
      guard var board = rooms[.board] as? BoardRoom else { return }
      board.sought = name
      rooms[.board] = board
    case nil: break
    }
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
