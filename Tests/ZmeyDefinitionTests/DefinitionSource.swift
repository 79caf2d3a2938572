import ZmeyCore

/// Draws definitions that make sense but are full of texts that YAML finds hard.
struct DefinitionSource {
  static let fragments = [
    "", " ", "\t", "\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{7}", "\u{1B}[0m",
    "\u{7F}",
    "\u{9F}", "\u{FFFE}", "\u{FFFF}", "\u{1FFFE}", "\u{10FFFF}", "\u{E000}", "\u{E001}", "\\ue000", "e000",
    ":", ": ",
    "a: b", "#", " #", "\"", "'", "\\", "\\n", "-", "- ", "---", "...", "--- a", "*", "*a", "&a", "!a",
    "!!str", "%",
    "%YAML 1.2", "@", "`", "|", ">", "|-", "?", "? ", "{", "}", "[", "]", ",", "no", "yes", "null", "~",
    "true", "10:30",
    "007", "1e3", ".inf", "<<", "=", "é", "e\u{301}", "日本語", "👩‍👩‍👧", "🇩🇪", "\u{202E}abc", "\u{300}", "a b",
    "  x", "x  ", "\tx", "x\t", "echo", "#!/bin/sh", "case x in\n  *) ls;;\nesac", "\n\n", "  \n", " \n\n ",
    "\t\n",
  ]

  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func definitions() -> Definitions {
    Definitions(
      templates: names().map { name in
        TemplateDefinition(name: name, description: text(), program: program())
      },
      pipelines: names().map { name in pipeline(name) }, events: names().map { name in event(name) })
  }

  private mutating func pipeline(_ name: String) -> PipelineDefinition {
    var tasks: [TaskDefinition] = []
    for name in names() + ["last"] {
      var task = TaskDefinition(name: name, work: below(2) == 0 ? .template(text()) : .inline(program()))
      if case .template = task.work {
        if below(2) == 0 { task.maximum = timespan() }
        task.labels = labels()
        task.resources = resources()
        task.environment = environment()
      }
      task.arguments = (0..<below(4)).map { _ in text() }
      for before in tasks where below(2) == 0 {
        task.after.append(
          LinkDefinition(
            task: before.name, when: condition(depth: 3), pass: pick(LinkDefinition.Pass.allCases),
            isEnabled: below(4) > 0))
      }
      task.priority = below(2) == 0 ? 0 : -1000 + below(2001)
      task.isEnabled = below(4) > 0
      if !task.after.isEmpty {
        task.join = pick([.all, .any, .allDone, .noneFailed, .oneFailed, .nOf(1 + below(task.after.count))])
      }
      task.map = map(over: task.after.filter(\.isEnabled).map(\.task))
      tasks.append(task)
    }
    return PipelineDefinition(
      name: name, description: text(), limit: below(2) == 0 ? nil : 1 + below(100_000), tasks: tasks)
  }

  private mutating func program() -> Program {
    var program = Program(script: text() + text())
    if below(2) == 0 { program.average = timespan() }
    if below(2) == 0 { program.maximum = timespan() }
    if below(2) == 0 { program.grace = Timespan(milliseconds: Int64(below(3_600_001))) }
    program.attempts = 1 + below(3)
    if program.attempts > 1 { program.retry = retry() }
    program.rerunIfLost = below(2) == 0
    program.maxOutput = pick([1024, 1025, 1 << 20, Program.defaultMaxOutput, 256 << 20])
    program.environment = environment()
    program.secrets = Dictionary(uniqueKeysWithValues: zip(["n", "3", "NO", "9"], names()))
    if below(2) == 0 { program.nice = -20 + below(40) }
    program.limits = limits()
    program.labels = labels()
    program.resources = resources()
    if below(2) == 0 { program.user = pick(["nobody", "_apt", "no", "y", "machine$"]) }
    return program
  }

  /// Up to four variables, some with names that YAML takes for other things.
  private mutating func environment() -> [String: String] {
    let names = ["A", "a_1", "_", "no", "NULL", "y", "true", "PATH"]
    return Dictionary((0..<below(5)).map { _ in (pick(names), text()) }) { first, _ in first }
  }

  private mutating func retry() -> RetryPolicy? {
    var policy = RetryPolicy()
    if below(2) == 0 { policy.delay = .seconds(Int64(below(100))) }
    if below(2) == 0 { policy.backoff = Double(1000 + below(9001)) / 1000 }
    if below(2) == 0 { policy.maxDelay = .seconds(Int64(100 + below(10_000))) }
    if below(2) == 0 { policy.jitter = Double(below(1001)) / 1000 }
    if below(2) == 0 { policy.exitCodes = [255, 1 + below(254)] }
    return policy == RetryPolicy() ? nil : policy
  }

  private mutating func limits() -> Limits? {
    var limits = Limits()
    if below(2) == 0 { limits.openFiles = 16 + below(10_000) }
    if below(2) == 0 { limits.memory = pick([1 << 20, 1_048_577, 512 << 20, 3 << 40, 16 << 40]) }
    if below(2) == 0 { limits.cpu = .seconds(Int64(1 + below(100_000))) }
    if below(2) == 0 { limits.processes = 1 + below(1_000_000) }
    return limits == Limits() ? nil : limits
  }

  mutating func timespan() -> Timespan? {
    Timespan(milliseconds: Int64(1 + below(pick([10, 100_000, Int(Timespan.longest)]))))
  }

  /// Up to three different names; a number at the end keeps them apart.
  private mutating func names() -> [String] {
    (0..<below(4)).map { index in
      let wild = String(
        text().unicodeScalars.filter { $0.properties.generalCategory != .control && $0 != "/" })
      let name = String(wild.unicodeScalars.prefix(90)) + "\(index)"
      return Name.problem(name) == nil ? name : "n\(index)"
    }
  }

  mutating func text() -> String {
    (0..<below(5)).map { _ in pick(Self.fragments) }.joined()
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// SplitMix64: equal seeds give equal definitions everywhere.
  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }
}
