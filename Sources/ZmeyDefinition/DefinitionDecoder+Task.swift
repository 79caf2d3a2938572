import ZmeyCore

extension DefinitionDecoder {
  /// A task with the places of its name and of its links.
  mutating func task(_ element: Element) -> (definition: TaskDefinition, place: Place?, links: [Place])? {
    guard let fields = fields(element, of: .task) else { return nil }
    let name = required(fields, "name")
    let arguments = list(fields, "args", orOneText: true) ?? []
    let links = (list(fields, "after", orOneText: true) ?? []).compactMap { link($0) }
    var definition = TaskDefinition(
      name: name?.string ?? "", work: work(fields),
      arguments: arguments.compactMap { text($0, named: "args")?.string },
      join: value(fields, "join", is: "one of \(Join.words.joined(separator: ", ")) 2") { Join($0) } ?? .all,
      after: links.map(\.definition))
    if case .template = definition.work {
      definition.maximum = maximum(fields)
      definition.environment = environment(fields)
    }
    return (definition, name?.place, links.map(\.place))
  }

  private mutating func work(_ fields: Fields) -> TaskDefinition.Work {
    let source = oneOf(["template"] + ObjectKind.script, in: fields)
    guard source == "template" else {
      return .inline(program(source.map { script(fields, $0) } ?? "", fields))
    }
    for key in ObjectKind.program where !ObjectKind.beside.contains(key) {
      guard let entry = fields[key] else { continue }
      report(entry.place, "'\(key)' goes with a script; here the template says it")
    }
    return .template(text(fields, "template")?.string ?? "")
  }

  private mutating func link(_ element: Element) -> (definition: LinkDefinition, place: Place)? {
    if case .text = element.content {
      return text(element, named: "after").map { (LinkDefinition(task: $0.string), $0.place) }
    }
    guard let fields = fields(element, of: .link) else { return nil }
    let when = value(fields, "when", is: "a condition") { try? Condition($0) } ?? .success
    let pass: LinkDefinition.Pass = choice(fields, "pass") ?? .none
    guard let task = required(fields, "task") else { return nil }
    return (LinkDefinition(task: task.string, when: when, pass: pass), task.place)
  }
}
