import ZmeyCore

extension Console {
  /// What the palette offers: everything that can be done here, and places to go to.
  var paletteItems: [Palette.Item] {
    let scopes = rooms[place].scopes + [.everywhere]
    let moving: Set<Action> = [
      .up, .down, .left, .right, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last, .open, .back,
      .palette,
      .nextPane, .previousPane,
    ]
    let actions = Action.bindings.filter { scopes.contains($0.scope) && !moving.contains($0.action) }.map {
      binding in
      Palette.Item(
        name: binding.action.rawValue, key: world.keys.keyName(binding.action) ?? "", detail: binding.label,
        meaning: .action(binding.action))
    }
    let pipelines = (world.board?.pipelines ?? []).map { pipeline in
      Palette.Item(
        name: "runs \(pipeline.name)", key: "", detail: "the runs of a pipeline",
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

  /// Does what a line of the palette means: what it says itself, else the match that is chosen.
  mutating func run(_ palette: Palette, _ matches: [Palette.Item]) {
    let line = palette.edit.text.split(separator: " ").joined(separator: " ")
    if !line.isEmpty, paletteHistory.first != line { paletteHistory.insert(line, at: 0) }
    if paletteHistory.count > 50 { paletteHistory.removeLast() }
    let words = line.split(separator: " ")
    if words.count == 2, let number = Int64(words[1]) {
      switch words[0] {
      case "run": return go(to: .run(RunID(number)))
      case "task": return go(to: .task(TaskRunID(number)))
      default: break
      }
    }
    guard palette.choice < matches.count else { return say("no command '\(line)'", isError: true) }
    switch matches[palette.choice].meaning {
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
