import ZmeyCore

extension Console {
  /// What the palette offers: everything that can be done here, and places to go to.
  var paletteItems: [Palette.Item] {
    let scopes = rooms[place].scopes + [.everywhere]
    let offered = Action.bindings.filter {
      scopes.contains($0.scope) && !Action.moving.contains($0.action) && $0.action != .palette
    }
    let actions = offered.map { binding in
      Palette.Item(
        name: binding.action.rawValue, key: world.keys.keyName(binding.action) ?? "", detail: binding.label,
        meaning: .action(binding.action))
    }
    let pipelines = (world.board?.pipelines ?? []).map { pipeline in
      Palette.Item(
        name: "runs \(world.address(pipeline.name, of: pipeline.owner))", key: "",
        detail: "the runs of a pipeline",
        meaning: .place(.runs(pipeline: pipeline.id, name: pipeline.name)))
    }
    let themes = world.themes.map { name in
      Palette.Item(name: "theme \(name)", key: "", detail: "other colours", meaning: .theme(name))
    }
    return actions + themes + [
      Palette.Item(name: "run", key: "", detail: "a run by its number: run 326000001042", meaning: .more),
      Palette.Item(name: "task", key: "", detail: "a task run by its number", meaning: .more),
    ] + pipelines
  }

  /// What a verb at the beginning of a line may be done to: `stop nightly`.
  func paletteItems(for line: String) -> [Palette.Item] {
    let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let action = Action(rawValue: words[0].lowercased()), Self.verbs.contains(action)
    else { return paletteItems }
    return (world.board?.pipelines ?? []).map { pipeline in
      Palette.Item(
        name: "\(action.rawValue) \(world.address(pipeline.name, of: pipeline.owner))", key: "", detail: "",
        meaning: .pipeline(action, pipeline.id))
    }
  }

  private static let verbs: Set<Action> = [
    .start, .startWith, .pause, .resume, .hold, .release, .stop, .kill, .rerun, .rerunFrom, .edit, .remove,
  ]

  /// What a line means that offers nothing, in words.
  private func problem(_ line: String) -> String {
    let words = line.split(separator: " ")
    switch words.first {
    case "theme":
      return "no theme '\(words.dropFirst().joined(separator: " "))': \(world.themes.joined(separator: ", "))"
    case let verb? where words.count > 1 && Action(rawValue: String(verb)).map(Self.verbs.contains) == true:
      return "no pipeline '\(words.dropFirst().joined(separator: " "))' to \(verb)"
    default: return "no command '\(line)': ? lists all"
    }
  }

  /// Goes to a pipeline on the board, and does something to it as its key would.
  private mutating func perform(_ action: Action, onPipeline id: Int32) {
    go(to: .board)
    withRoom { room, context in
      guard var board = room as? BoardRoom else { return }
      board.choose(.pipeline(id), context.world)
      room = board
    }
    perform(action)
  }

  /// Does what a line of the palette means: what it says itself, else the match that is chosen.
  mutating func run(_ palette: Palette, _ matches: [Palette.Item]) {
    let line = palette.edit.text.split(separator: " ").joined(separator: " ")
    if !line.isEmpty, paletteHistory.first != line { paletteHistory.insert(line, at: 0) }
    if paletteHistory.count > 50 { paletteHistory.removeLast() }
    let words = line.split(separator: " ")
    if words.count == 2, let number = Int64(words[1]) {
      switch words[0] {
      case "run", "go": return go(to: .run(RunID(number)))
      case "task": return go(to: .task(TaskRunID(number)))
      default: break
      }
    }
    if words.first == "filter", words.count > 1 {
      let text = words.dropFirst().joined(separator: " ")
      return withRoom { room, context in room.filter(text, in: &context) }
    }
    guard palette.choice < matches.count else {
      overlay = .palette(palette)
      return say(problem(line), isError: true)
    }
    switch matches[palette.choice].meaning {
    case .pipeline(let action, let id): perform(action, onPipeline: id)
    case .action(let action): perform(action)
    case .place(let place): go(to: place)
    case .theme(let name): effects.append(.theme(name))
    case .more:
      var next = Palette()
      next.edit = LineEdit(matches[palette.choice].name + " ")
      overlay = .palette(next)
    }
  }
}
