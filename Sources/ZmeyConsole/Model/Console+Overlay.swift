import ZmeyCore

extension Console {
  mutating func pressOverlay(_ key: Key) {
    switch overlay {
    case .question(let question): answer(question, key)
    case .form(let form): press(form, key)
    case .palette(let palette): press(palette, key)
    case .help(let help): press(help, key)
    case .rejected(let text): press(text, key)
    case .note: overlay = nil
    case nil: break
    }
  }

  private mutating func answer(_ question: Question, _ key: Key) {
    guard let word = question.word else {
      overlay = nil
      if key == .character("y") {
        if question.isUndo { takeBack(question.commands) } else { send(question.commands) }
      } else {
        say("not done")
        // What was typed along with it was not meant for what is there now.
        effects.append(.forgetTyping)
      }
      return
    }
    var question = question
    var edit = LineEdit(question.typed)
    switch key {
    case .special(.escape), .control("c"):
      overlay = nil
      say("not done")
    case .special(.enter):
      overlay = nil
      if question.typed == word { send(question.commands) } else { say("not done: '\(word)' was not typed") }
    default:
      _ = edit.handle(key)
      question.typed = edit.text
      overlay = .question(question)
    }
  }

  private mutating func press(_ form: Form, _ key: Key) {
    var form = form
    if form.isLeaving {
      form.isLeaving = false
      overlay = key == .character("y") ? nil : .form(form)
      return overlay == nil ? say("the form was thrown away") : effects.append(.forgetTyping)
    }
    switch key {
    case .special(.escape), .control("c"):
      form.isLeaving = form.isDirty
      overlay = form.isDirty ? .form(form) : nil
      if form.isDirty { effects.append(.forgetTyping) }
    case .special(.enter):
      if let reason = world.readOnlyReason {
        form.problem = (nil, "read only: \(reason)")
        return overlay = .form(form)
      }
      switch form.finish(form.values) {
      case .commands(let commands, let undo):
        overlay = nil
        send(commands, undo, form: form)
      case .edit(let text, let line):
        overlay = nil
        edit(
          Editing(original: text, base: nil, suffix: "yaml", purpose: .definitions, form: form), line: line)
      case .wrong(let field, let message):
        form.problem = (field, message)
        if let index = form.fields.firstIndex(where: { $0.key == field }) { form.focus = index }
        overlay = .form(form)
      }
    default:
      if form.handle(key) { form.problem = nil }
      overlay = .form(form)
    }
  }

  private mutating func press(_ palette: Palette, _ key: Key) {
    var palette = palette
    let matches = palette.matches(paletteItems(for: palette.edit.text))
    switch key {
    case .special(.escape), .control("c"): return overlay = nil
    case .special(.backspace) where palette.edit.text.isEmpty: return overlay = nil
    case .special(.enter):
      overlay = nil
      return run(palette, matches)
    case .special(.tab):
      guard palette.choice < matches.count else { return }
      palette.edit = LineEdit(matches[palette.choice].name)
      palette.choice = 0
    case .special(.down): palette.choice = min(palette.choice + 1, max(0, matches.count - 1))
    case .special(.up):
      if palette.choice > 0 {
        palette.choice -= 1
      } else {
        let next = palette.past.map { $0 + 1 } ?? 0
        guard next < paletteHistory.count else { return }
        palette.past = next
        palette.edit = LineEdit(paletteHistory[next])
      }
    default:
      guard palette.edit.handle(key) else { return }
      palette.choice = 0
      palette.past = nil
    }
    overlay = .palette(palette)
  }

  private mutating func press(_ help: Help, _ key: Key) {
    var help = help
    let count = help.rows(world.keys, here: rooms[place].scopes).count
    let page = max(1, size.rows - 8)
    switch key {
    case .special(.escape), .special(.enter), .control("c"): return overlay = nil
    case .character("q") where help.edit.text.isEmpty: return overlay = nil
    case .character("?") where help.edit.text.isEmpty: return overlay = nil
    case .special(.down): help.top += 1
    case .special(.up): help.top -= 1
    case .special(.pageDown): help.top += page
    case .special(.pageUp): help.top -= page
    case .character("/") where help.edit.text.isEmpty: return
    default:
      guard help.edit.handle(key) else { return }
      help.top = 0
    }
    help.top = max(0, min(help.top, count - page))
    overlay = .help(help)
  }

  private mutating func press(_ text: Rejected, _ key: Key) {
    switch key {
    case .character("e"), .special(.enter):
      overlay = nil
      editAgain(text)
    case .character("a") where text.isReady:
      overlay = nil
      apply(text)
    case .special(.escape), .control("c"), .character("q"):
      overlay = nil
      say(text.path.map { "nothing was changed: the text is kept in \($0)" } ?? "the change was thrown away")
    default: break
    }
  }
}
