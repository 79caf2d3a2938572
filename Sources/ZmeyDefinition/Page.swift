import ZmeyCore

/// A text that grows line by line.
struct Page {
  private(set) var text = ""
  private var indent = 0
  /// Whether the next line begins an item of a list.
  private var isItem = false

  mutating func line(_ line: String) {
    let margin =
      isItem ? String(repeating: " ", count: indent - 2) + "- " : String(repeating: " ", count: indent)
    text += margin + line + "\n"
    isItem = false
  }

  mutating func add(_ template: TemplateDefinition) {
    item {
      $0.field("name", template.name)
      $0.field("description", template.description, unless: "")
      $0.add(template.program)
    }
  }

  mutating func add(_ pipeline: PipelineDefinition) {
    item {
      $0.field("name", pipeline.name)
      $0.field("description", pipeline.description, unless: "")
      if let limit = pipeline.limit { $0.line("limit: \(limit)") }
      $0.line("tasks:")
      for task in pipeline.tasks { $0.add(task) }
    }
  }

  private mutating func add(_ task: TaskDefinition) {
    item {
      $0.field("name", task.name)
      switch task.work {
      case .template(let name):
        $0.field("template", name)
        if let maximum = task.maximum { $0.line("maximum: \(maximum)") }
        $0.add(task.environment)
        $0.list("labels", task.labels)
        $0.add(task.resources)
      case .inline(let program): $0.add(program)
      }
      $0.list("args", task.arguments)
      if task.priority != 0 { $0.line("priority: \(task.priority)") }
      if !task.isEnabled { $0.line("enabled: false") }
      if let map = task.map { $0.add(map) }
      $0.field("join", task.join.description, unless: Join.all.description)
      if !task.after.isEmpty { $0.line("after:") }
      for link in task.after { $0.add(link) }
    }
  }

  private mutating func add(_ map: MapDefinition) {
    mapping("map", unless: false) {
      switch map.source {
      case .task(let task, let form):
        $0.field("over", task)
        $0.field("as", form.rawValue, unless: MapDefinition.Form.lines.rawValue)
      case .items(let items): $0.list("items", items)
      }
      if map.limit != MapDefinition.defaultLimit { $0.line("limit: \(map.limit)") }
    }
  }

  /// Texts under a key: in one line if there is room, else each in a line of its own.
  mutating func list(_ key: String, _ texts: [String]) {
    guard !texts.isEmpty else { return }
    let flow = "\(key): [" + texts.map(YAMLScalar.inline).joined(separator: ", ") + "]"
    if indent + flow.count <= 100, !texts.contains(where: { $0.unicodeScalars.contains("\n") }) {
      line(flow)
    } else {
      line("\(key):")
      for text in texts { item { $0.line(YAMLScalar.block(text, indent: $0.indent - 2)) } }
    }
  }

  private mutating func add(_ link: LinkDefinition) {
    item {
      guard link != LinkDefinition(task: link.task) else { return $0.line(YAMLScalar.inline(link.task)) }
      $0.field("task", link.task)
      if link.when != .success { $0.line("when: \(YAMLScalar.phrase(link.when.description))") }
      $0.field("pass", link.pass.rawValue, unless: LinkDefinition.Pass.none.rawValue)
      if !link.isEnabled { $0.line("enabled: false") }
    }
  }

  mutating func field(_ key: String, _ value: String, unless usual: String? = nil) {
    if value != usual { line("\(key): \(YAMLScalar.block(value, indent: indent))") }
  }

  /// A mapping under a key, two columns in.
  mutating func mapping(_ key: String, unless isUsual: Bool, _ body: (inout Page) -> Void) {
    guard !isUsual else { return }
    line("\(key):")
    indent += 2
    body(&self)
    indent -= 2
  }

  /// An item of a list, two columns in from the line above it.
  mutating func item(_ body: (inout Page) -> Void) {
    indent += 4
    isItem = true
    body(&self)
    indent -= 4
  }
}
