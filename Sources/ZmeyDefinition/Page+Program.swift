import ZmeyCore

extension Page {
  mutating func add(_ program: Program) {
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
    mapping("secrets", unless: program.secrets.isEmpty) {
      for (place, secret) in program.secrets.sorted(by: { $0.key < $1.key }) {
        $0.field(YAMLScalar.inline(place), secret)
      }
    }
    if let nice = program.nice { line("nice: \(nice)") }
    add(program.limits ?? Limits())
    if let user = program.user { field("user", user) }
    list("labels", program.labels)
    add(program.resources)
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

  mutating func add(_ environment: [String: String]) {
    mapping("env", unless: environment.isEmpty) {
      for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
        // Some names are words to readers that guess types: `no`, `y`.
        $0.field(YAMLScalar.inline(name), value)
      }
    }
  }

  mutating func add(_ resources: [String: Int]) {
    mapping("resources", unless: resources.isEmpty) {
      for (name, amount) in resources.sorted(by: { $0.key < $1.key }) {
        $0.line("\(YAMLScalar.inline(name)): \(amount)")
      }
    }
  }
}
