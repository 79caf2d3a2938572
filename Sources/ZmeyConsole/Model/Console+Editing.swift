import ZmeyCore

extension Console {
  /// Reads a definition and opens it in the editor: as YAML, or of a template its script alone.
  mutating func read(_ kind: DefinitionKind, _ name: String, isScript: Bool) {
    effects.append(.send([.read(kind, name: name)], ticket: ticket(.read(name, isScript: isScript))))
  }

  mutating func read(_ replies: [Reply], _ name: String, isScript: Bool) {
    guard case .definition(let definitions, let yaml)? = replies.first else { return sayRefusal(replies) }
    if isScript, let template = definitions.templates.first(where: { $0.name == name }) {
      edit(
        Editing(
          original: template.program.script, base: yaml, suffix: "script", purpose: .script(template)))
    } else {
      edit(Editing(original: yaml, base: yaml, suffix: "yaml", purpose: .definitions))
    }
  }

  mutating func readTask(_ replies: [Reply], _ pipeline: String, _ task: String) {
    guard case .definition(let definitions, let yaml)? = replies.first else { return sayRefusal(replies) }
    guard let definition = definitions.pipelines.first(where: { $0.name == pipeline }),
      let found = definition.tasks.first(where: { $0.name == task })
    else { return say("task \(task) is not there any more", isError: true) }
    switch found.work {
    case .template(let name): read(.template, name, isScript: true)
    case .inline(let program):
      edit(
        Editing(
          original: program.script, base: yaml, suffix: "script", purpose: .taskScript(definition, task: task)
        ))
    }
  }

  private mutating func sayRefusal(_ replies: [Reply]) {
    say(Summary(replies).refusals.first ?? "that could not be read", isError: true)
  }

  /// Opens a text in the editor, the cursor in that line.
  mutating func edit(_ editing: Editing, line: Int = 1) {
    effects.append(
      .edit(editing.original, suffix: editing.suffix, line: line, ticket: ticket(.editing(editing))))
  }

  /// Takes what the editor left.
  mutating func edited(_ text: String?, _ problem: String?, _ path: String?, _ ticket: Int) {
    guard case .editing(let editing)? = purposes.removeValue(forKey: ticket) else { return }
    if let problem { say(problem, isError: true) }
    guard let text, text != editing.original else {
      if let before = editing.before { return overlay = .rejected(before) }
      if var form = editing.form {
        form.problem = (nil, problem ?? "nothing was written in the editor")
        return overlay = .form(form)
      }
      return problem == nil ? say("nothing was changed") : ()
    }
    if let old = editing.before?.path { effects.append(.discard(old)) }
    apply(
      Rejected(text: text, base: editing.base, suffix: editing.suffix, purpose: editing.purpose, path: path))
  }

  mutating func apply(_ text: Rejected) {
    var text = text
    if text.text.allSatisfy(\.isWhitespace) {
      text.message =
        text.purpose == .definitions
        ? "the text is empty" : "the script is empty: a task that shall do nothing is turned off"
      return overlay = .rejected(text)
    }
    guard let command = text.purpose.command(text.text, base: text.base) else { return }
    effects.append(.send([command], ticket: ticket(.applying(text))))
  }

  mutating func applied(_ replies: [Reply], _ text: Rejected) {
    var text = text
    (text.problems, text.message, text.newer, text.isReady) = ([], nil, nil, false)
    switch replies.first {
    case .wrong(let problems): text.problems = problems
    case .refused(let message, let hint):
      text.message = [message, hint].compactMap { $0 }.joined(separator: ". ")
    case .stale(let message, let definitions, let yaml):
      text.message = "\(message). Your text is kept"
      text.newer = Rejected.Newer(definitions: definitions, yaml: yaml)
    case .done(let line, let made):
      notice(made)
      return finish(text, line)
    case .unchanged(let line): return finish(text, line)
    case .definition, nil: return
    }
    overlay = .rejected(text)
  }

  private mutating func finish(_ text: Rejected, _ line: String) {
    if let path = text.path { effects.append(.discard(path)) }
    say(line)
  }

  /// Opens a text that was not taken again, where it is wrong. Where somebody else made a newer version, that is shown
  /// first, and the text stands against it from then on.
  mutating func editAgain(_ text: Rejected) {
    var text = text
    if let newer = text.newer {
      guard let over = text.purpose.over(newer) else {
        text.message = "what it belongs to is not there any more"
        text.newer = nil
        return overlay = .rejected(text)
      }
      effects.append(.page(Array(over.text.utf8)))
      (text.base, text.purpose, text.newer) = (newer.yaml, over.purpose, nil)
      (text.isReady, text.message) = (true, "your text takes the place of the version that was shown")
    }
    let editing = Editing(
      original: text.text, base: text.base, suffix: text.suffix, purpose: text.purpose, before: text)
    edit(editing, line: text.problems.first?.line ?? 1)
  }
}
