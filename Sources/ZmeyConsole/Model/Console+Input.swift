import ZmeyCore

extension Console {
  mutating func take(_ input: Input) {
    switch input {
    case .key(let key): press(key)
    case .paste(let text): paste(text)
    case .click(let row, let column, let isDouble): click(row, column, isDouble)
    case .wheel(let rows): turn(rows)
    case .resize(let size): self.size = size
    case .identity(let identity): world.identity = identity
    case .link(let link): world.link = link
    case .answer(let answer, let query): learn(answer, query)
    case .replies(let replies, let ticket): settle(replies, ticket)
    case .edited(let text, let problem, let kept, let ticket): edited(text, problem, kept, ticket)
    case .themed(let name, let problem):
      if let problem { say(problem, isError: true) } else { world.theme = name }
    case .note(let text, let isError): say(text, isError: isError)
    case .tick: break
    }
  }

  private mutating func learn(_ answer: Answer, _ query: Query) {
    frozen?.news += 1
    if case .totals(let totals) = answer { return world.totals = totals }
    if case .output = query {
      frozen?.output[query, default: []].append(answer)
    } else {
      world.answers[query] = answer
    }
    if frozen == nil { withRoom { room, context in room.receive(answer, to: query, in: &context) } }
  }

  private mutating func press(_ key: Key) {
    if overlay != nil { return pressOverlay(key) }
    if prompt != nil { return pressPrompt(key) }
    let scopes = rooms[place].scopes + [.everywhere]
    guard let action = world.keys.action(key, in: scopes) else { return }
    message = nil
    perform(action)
  }

  /// Pasted text is text alone: it never answers a question and never is a key.
  private mutating func paste(_ text: String) {
    if prompt != nil {
      prompt?.edit.insert(text)
      return promptChanged()
    }
    switch overlay {
    case .form(var form):
      if form.fields[form.focus].kind == .text, !form.isLeaving { form.fields[form.focus].edit.insert(text) }
      overlay = .form(form)
    case .palette(var palette):
      palette.edit.insert(text)
      palette.choice = 0
      overlay = .palette(palette)
    case .question, .help, .rejected, .note, nil: break
    }
  }

  private mutating func click(_ row: Int, _ column: Int, _ isDouble: Bool) {
    guard overlay == nil, prompt == nil else { return }
    guard let hit = frame().targets.last(where: { $0.rect.contains(row: row, column: column) }) else {
      return
    }
    switch hit.target {
    case .tab(let tab): go(to: Place(tab))
    case .action(let action): perform(action)
    case .row, .task: withRoom { room, context in room.click(hit.target, isDouble: isDouble, in: &context) }
    }
  }

  private mutating func turn(_ rows: Int) {
    guard overlay == nil, prompt == nil else { return }
    for _ in 0..<min(20, abs(rows)) {
      _ = withRoom { room, context in room.handle(rows > 0 ? .down : .up, in: &context) }
    }
  }

  // The prompt in the last row ------------------------------------------------------------------------

  private mutating func pressPrompt(_ key: Key) {
    guard let prompt else { return }
    switch key {
    case .special(.enter): endPrompt()
    case .special(.escape), .control("c"):
      withRoom { room, context in room.filter(prompt.before, in: &context) }
      endPrompt()
    case .special(.backspace) where prompt.edit.text.isEmpty: endPrompt()
    default: if self.prompt?.edit.handle(key) == true { promptChanged() }
    }
  }

  private mutating func endPrompt() {
    prompt = nil
    withRoom { room, context in room.filterIsTyped(false, in: &context) }
  }

  private mutating func promptChanged() {
    guard let text = prompt?.edit.text else { return }
    withRoom { room, context in room.filter(text, in: &context) }
  }
}
