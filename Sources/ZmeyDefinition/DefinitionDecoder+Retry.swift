import ZmeyCore

extension DefinitionDecoder {
  /// What stands under `retry` of a program that is tried so often; nil if it is the default.
  mutating func retry(_ fields: Fields, attempts: Int) -> RetryPolicy? {
    let found = findings.count
    guard let entry = fields["retry"], let settings = settings(fields, "retry", of: .retry) else {
      return nil
    }
    let usual = RetryPolicy()
    let policy = RetryPolicy(
      delay: timespan(settings, "delay") ?? usual.delay,
      backoff: decimal(settings, "backoff", in: RetryPolicy.backoffRange) ?? usual.backoff,
      maxDelay: timespan(settings, "max_delay") ?? usual.maxDelay,
      jitter: decimal(settings, "jitter", in: RetryPolicy.jitterRange) ?? usual.jitter,
      exitCodes: exitCodes(settings))
    // With a default in the place of what was refused, a policy says what nobody wrote.
    let judged = findings.count == found ? policy : usual
    if let problem = judged.problem(attempts: attempts) { report(entry.place, problem) }
    return policy == usual ? nil : policy
  }

  private mutating func exitCodes(_ settings: Fields) -> [Int] {
    let key = "exit_codes"
    guard let entry = settings[key], let elements = list(settings, key, orOneText: true) else { return [] }
    if elements.isEmpty { report(entry.place, "'\(key)' is empty; leave it out") }
    var codes: [Int] = []
    for element in elements {
      guard let code = number(element, named: key, in: RetryPolicy.exitCodeRange) else { continue }
      if codes.contains(code) { report(element.place, "'\(key)' has \(code) twice") }
      codes.append(code)
    }
    return codes
  }
}
