public import ZmeyCore

/// Writes definitions as YAML.
///
/// The order is that of the definitions, and what has its default value is left out, so that equal
/// definitions give equal texts. What the reader accepts it reads back unchanged, to the last
/// character of every script.
public enum DefinitionWriter {
  /// The text of those definitions; empty if they are.
  public static func write(_ definitions: Definitions) -> String {
    var page = Page()
    if !definitions.templates.isEmpty { page.line("templates:") }
    for template in definitions.templates { page.add(template) }
    if !definitions.pipelines.isEmpty { page.line("pipelines:") }
    for pipeline in definitions.pipelines { page.add(pipeline) }
    return page.text
  }
}

/// A text that grows line by line.
private struct Page {
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
      case .inline(let program): $0.add(program)
      }
      $0.add(arguments: task.arguments)
      $0.field("join", task.join.rawValue, unless: TaskDefinition.Join.all.rawValue)
      if !task.after.isEmpty { $0.line("after:") }
      for link in task.after { $0.add(link) }
    }
  }

  private mutating func add(_ program: Program) {
    let usual = Program(script: "")
    field("script", program.script)
    if let average = program.average { line("average: \(average)") }
    if let maximum = program.maximum { line("maximum: \(maximum)") }
    if let grace = program.grace { line("grace: \(grace)") }
    if program.attempts != usual.attempts { line("attempts: \(program.attempts)") }
    add(program.retry ?? RetryPolicy())
    if program.rerunIfLost != usual.rerunIfLost { line("rerun_if_lost: \(program.rerunIfLost)") }
    if program.maxOutput != usual.maxOutput { line("max_output: \(ByteCount.format(program.maxOutput))") }
    add(program.environment)
    if let nice = program.nice { line("nice: \(nice)") }
    add(program.limits ?? Limits())
    if let user = program.user { field("user", user) }
  }

  private mutating func add(_ retry: RetryPolicy) {
    let usual = RetryPolicy()
    mapping("retry", unless: retry == usual) {
      if retry.delay != usual.delay { $0.line("delay: \(retry.delay)") }
      if retry.backoff != usual.backoff { $0.line("backoff: \(DecimalNumber.format(retry.backoff))") }
      if retry.maxDelay != usual.maxDelay { $0.line("max_delay: \(retry.maxDelay)") }
      if retry.jitter != usual.jitter { $0.line("jitter: \(DecimalNumber.format(retry.jitter))") }
      if retry.exitCodes != usual.exitCodes { $0.line("exit_codes: \(retry.exitCodes)") }
    }
  }

  private mutating func add(_ limits: Limits) {
    mapping("limits", unless: limits == Limits()) {
      if let files = limits.openFiles { $0.line("open_files: \(files)") }
      if let memory = limits.memory { $0.line("memory: \(ByteCount.format(memory))") }
      if let cpu = limits.cpu { $0.line("cpu: \(cpu)") }
      if let processes = limits.processes { $0.line("processes: \(processes)") }
    }
  }

  private mutating func add(_ environment: [String: String]) {
    mapping("env", unless: environment.isEmpty) {
      for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
        // Some names are words to readers that guess types: `no`, `y`.
        $0.field(YAMLScalar.inline(name), value)
      }
    }
  }

  private mutating func add(arguments: [String]) {
    guard !arguments.isEmpty else { return }
    let flow = "args: [" + arguments.map(YAMLScalar.inline).joined(separator: ", ") + "]"
    if indent + flow.count <= 100, !arguments.contains(where: { $0.unicodeScalars.contains("\n") }) {
      line(flow)
    } else {
      line("args:")
      for argument in arguments { item { $0.line(YAMLScalar.block(argument, indent: $0.indent - 2)) } }
    }
  }

  private mutating func add(_ link: LinkDefinition) {
    item {
      guard link != LinkDefinition(task: link.task) else { return $0.line(YAMLScalar.inline(link.task)) }
      $0.field("task", link.task)
      $0.field("when", link.when.rawValue, unless: LinkDefinition.Condition.success.rawValue)
      $0.field("pass", link.pass.rawValue, unless: LinkDefinition.Pass.none.rawValue)
    }
  }

  private mutating func field(_ key: String, _ value: String, unless usual: String? = nil) {
    if value != usual { line("\(key): \(YAMLScalar.block(value, indent: indent))") }
  }

  /// A mapping under a key, two columns in.
  private mutating func mapping(_ key: String, unless isUsual: Bool, _ body: (inout Page) -> Void) {
    guard !isUsual else { return }
    line("\(key):")
    indent += 2
    body(&self)
    indent -= 2
  }

  /// An item of a list, two columns in from the line above it.
  private mutating func item(_ body: (inout Page) -> Void) {
    indent += 4
    isItem = true
    body(&self)
    indent -= 4
  }
}
