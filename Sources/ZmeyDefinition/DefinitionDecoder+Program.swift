import ZmeyCore

extension DefinitionDecoder {
  /// The script with the facts that stand beside it.
  mutating func program(_ script: String, _ fields: Fields, _ tree: inout PlaceTree) -> Program {
    var program = Program(script: script)
    program.average = timespan(fields, "average")
    program.maximum = maximum(fields)
    program.grace = value(fields, "grace", is: "a length of time such as 30s or 2m, at most 1h") {
      Timespan($0).flatMap { Program.graceRange.contains($0) ? $0 : nil }
    }
    let attempts = number(fields, "attempts", in: Program.attemptsRange)
    if attempts != nil || fields["attempts"] == nil {
      program.retry = retry(fields, attempts: attempts ?? program.attempts)
    }
    let rerunIfLost = boolean(fields, "rerun_if_lost")
    let maxOutput = value(fields, "max_output", is: "bytes such as 65536, 512KiB or 16MiB, at most 256MiB") {
      ByteCount.parse($0).flatMap { Program.maxOutputRange.contains($0) ? $0 : nil }
    }
    program.attempts = attempts ?? program.attempts
    program.rerunIfLost = rerunIfLost ?? program.rerunIfLost
    program.maxOutput = maxOutput ?? program.maxOutput
    program.environment = environment(fields)
    program.secrets = secrets(fields, beside: program.environment)
    program.nice = number(fields, "nice", in: Program.niceRange)
    program.limits = limits(fields)
    program.user = value(fields, "user", is: "an account (\(Account.rule))") { Account.isName($0) ? $0 : nil }
    program.labels = labels(fields, &tree)
    program.resources = resources(fields)
    return program
  }

  /// How long it may run; a limit of nothing would let nothing run.
  mutating func maximum(_ fields: Fields) -> Timespan? {
    value(
      fields, "maximum", is: "a length of time such as 90s, 5m or 1h30m, more than 0 and at most 366 days"
    ) {
      Timespan($0).flatMap { $0.milliseconds > 0 ? $0 : nil }
    }
  }

  /// The script that stands under `script` or in the file that `script_file` names.
  mutating func script(_ fields: Fields, _ key: String) -> String {
    guard let text = text(fields, key) else { return "" }
    guard key == "script_file" else { return checked(text.string, at: text.place) }
    do {
      return checked(try loadScript(text.string, text.place.file), at: text.place)
    } catch {
      report(text.place, "cannot read the script \(text.string.excerpt): \(error)")
      return ""
    }
  }

  private mutating func checked(_ script: String, at place: Place) -> String {
    let size = script.utf8.count
    if size > Program.maxScriptBytes {
      report(place, "the script has \(size) bytes; \(Program.maxScriptBytes) are the most")
    }
    if script.utf8.contains(0) { report(place, "the script has a NUL character") }
    return script
  }
}
