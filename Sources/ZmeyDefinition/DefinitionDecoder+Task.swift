import ZmeyCore

extension DefinitionDecoder {
  /// A task with the places of its parts.
  mutating func task(_ element: Element) -> (definition: TaskDefinition, tree: PlaceTree)? {
    guard let fields = fields(element, of: .task) else { return nil }
    var tree = PlaceTree(element)
    let name = required(fields, "name")
    tree.place = name?.place
    let arguments = texts(fields, "args").map(\.string)
    let links = (list(fields, "after", orOneText: true) ?? []).compactMap { link($0) }
    tree.set(links.map(\.tree), at: "after")
    var definition = TaskDefinition(
      name: name?.string ?? "", work: work(fields, &tree), arguments: arguments,
      priority: number(fields, "priority", in: TaskDefinition.priorityRange) ?? 0,
      isEnabled: boolean(fields, "enabled") ?? true, map: map(fields),
      join: value(
        fields, "join", is: "one of \(Join.words.joined(separator: ", ")) 2 (a number from 1 to 1000)"
      ) {
        Join($0)
      } ?? .all, after: links.map(\.definition))
    if case .template = definition.work {
      definition.maximum = maximum(fields)
      definition.environment = environment(fields)
      definition.labels = labels(fields, &tree)
      definition.resources = resources(fields)
    }
    return (definition, tree)
  }

  private mutating func work(_ fields: Fields, _ tree: inout PlaceTree) -> TaskDefinition.Work {
    let source = oneOf(["template"] + ObjectKind.script, in: fields)
    guard source == "template" else {
      return .inline(program(source.map { script(fields, $0) } ?? "", fields, &tree))
    }
    for key in ObjectKind.program where !ObjectKind.beside.contains(key) {
      guard let entry = fields[key] else { continue }
      report(entry.place, "'\(key)' goes with a script; here the template says it")
    }
    return .template(text(fields, "template")?.string ?? "")
  }

  private mutating func link(_ element: Element) -> (definition: LinkDefinition, tree: PlaceTree)? {
    if case .text = element.content {
      return text(element, named: "after").map { (LinkDefinition(task: $0.string), PlaceTree($0.place)) }
    }
    guard let fields = fields(element, of: .link) else { return nil }
    let when = condition(fields) ?? .success
    let pass: LinkDefinition.Pass = choice(fields, "pass") ?? .none
    let isEnabled = boolean(fields, "enabled") ?? true
    guard let task = required(fields, "task") else { return nil }
    let definition = LinkDefinition(task: task.string, when: when, pass: pass, isEnabled: isEnabled)
    return (definition, PlaceTree(element, at: task.place))
  }

  private mutating func condition(_ fields: Fields) -> Condition? {
    guard let text = text(fields, "when") else { return nil }
    do {
      return try Condition(text.string)
    } catch {
      report(text, column: error.column, "'when': \(error.message)")
      return nil
    }
  }

  private mutating func map(_ fields: Fields) -> MapDefinition? {
    guard let map = settings(fields, "map", of: .map), !map.isEmpty else { return nil }
    let limit = number(map, "limit", in: MapDefinition.limitRange) ?? MapDefinition.defaultLimit
    let form: MapDefinition.Form? = choice(map, "as")
    guard let source = oneOf(["over", "items"], in: map) else { return nil }
    if source == "over" {
      return text(map, "over").map { MapDefinition(.task($0.string, form ?? .lines), limit: limit) }
    }
    if let entry = map["as"] { report(entry.place, "'as' goes with 'over'") }
    guard let entry = map["items"], let items = list(map, "items") else { return nil }
    if items.isEmpty { report(entry.place, "'items' is empty") }
    if items.count > MapDefinition.maxItems {
      report(entry.place, "'items' has \(items.count) items; \(MapDefinition.maxItems) are the most")
    }
    return MapDefinition(.items(items.compactMap { text($0, named: "items")?.string }), limit: limit)
  }
}
