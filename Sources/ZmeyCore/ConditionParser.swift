extension Condition {
  /// Reads the condition language: `success`, `failure`, `always`, `exit_code == 3`, `exit_code in (1, 2)`,
  /// `result == "ok"`, `result contains "x"`, `result matches "^a+$"`, `result jsonpath "$.ok"`, `result > 3.5`,
  /// joined with `and`, `or`, `not` and parentheses.
  ///
  /// - Throws: `ConditionError` with what was expected, and where.
  public init(_ text: String) throws(ConditionError) {
    let count = text.unicodeScalars.count
    guard count <= Self.maxLength else {
      throw ConditionError("the condition has \(count) characters; \(Self.maxLength) are the most", column: 1)
    }
    var parser = try ConditionParser(text)
    self = try parser.condition().canonical
    // What is written back must be read again: it may be longer than what was written, and deeper.
    let length = description.unicodeScalars.count
    guard length <= Self.maxLength else {
      throw ConditionError(
        "the condition has \(length) characters when it is written out; \(Self.maxLength) are the most",
        column: 1)
    }
    guard depth <= Self.maxDepth else {
      throw ConditionError("the condition nests deeper than \(Self.maxDepth) levels", column: 1)
    }
  }
}

/// Reads a condition by recursive descent; `or` binds loosest, then `and`, then `not`.
struct ConditionParser {
  private var scanner: ConditionScanner
  private var token: ConditionToken
  /// How many parentheses and `not` are open.
  private var opened = 0

  private static let starts = "success, failure, always, exit_code, result, not or '('"

  init(_ text: String) throws(ConditionError) {
    scanner = ConditionScanner(text)
    token = try scanner.token()
  }

  mutating func condition() throws(ConditionError) -> Condition {
    let condition = try alternatives()
    guard token.kind == .end else { throw unexpected("and, or, or the end") }
    return condition
  }

  private mutating func alternatives() throws(ConditionError) -> Condition {
    var parts = [try conjunction()]
    while token.kind == .word("or") {
      try advance()
      parts.append(try conjunction())
    }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction() throws(ConditionError) -> Condition {
    var parts = [try part()]
    while token.kind == .word("and") {
      try advance()
      parts.append(try part())
    }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func part() throws(ConditionError) -> Condition {
    let start = token
    switch start.kind {
    case .word("not"):
      try open()
      let condition = Condition.not(try part())
      opened -= 1
      return condition
    case .sign("("):
      try open()
      let condition = try alternatives()
      guard token.kind == .sign(")") else {
        throw unexpected("and, or, or the ')' of the '(' at column \(start.column)")
      }
      try advance()
      opened -= 1
      return condition
    case .word("exit_code"):
      try advance()
      return try exitCode()
    case .word("result"):
      try advance()
      return try result()
    case .word(let word):
      guard let known = Condition.words.first(where: { $0.word == word }) else {
        throw unexpected(Self.starts)
      }
      try advance()
      return known.condition
    case .text, .number, .sign, .end: throw unexpected(Self.starts)
    }
  }

  private mutating func open() throws(ConditionError) {
    opened += 1
    guard opened < Condition.maxDepth else {
      throw ConditionError(
        "the condition nests deeper than \(Condition.maxDepth) levels", column: token.column)
    }
    try advance()
  }

  private mutating func exitCode() throws(ConditionError) -> Condition {
    if token.kind == .word("in") {
      try advance()
      return .exitCodeIn(try codes())
    }
    guard case .sign(let sign) = token.kind, let comparison = Condition.Comparison(rawValue: sign) else {
      throw unexpected("==, !=, <, <=, >, >= or in after exit_code")
    }
    try advance()
    return .exitCode(comparison, try code())
  }

  private mutating func codes() throws(ConditionError) -> [Int] {
    guard token.kind == .sign("(") else { throw unexpected("'(' and exit codes after in") }
    try advance()
    var codes = [try code()]
    while token.kind == .sign(",") {
      try advance()
      codes.append(try code())
    }
    guard token.kind == .sign(")") else { throw unexpected("',' or ')'") }
    try advance()
    return codes
  }

  private mutating func code() throws(ConditionError) -> Int {
    let range = Condition.exitCodeRange
    guard case .number(let digits) = token.kind, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let code = Int(digits), range.contains(code)
    else { throw unexpected("an exit code, a whole number from \(range.lowerBound) to \(range.upperBound)") }
    try advance()
    return code
  }

  private mutating func result() throws(ConditionError) -> Condition {
    let test = token
    switch test.kind {
    case .sign(let sign):
      guard let comparison = Condition.Comparison(rawValue: sign) else { break }
      try advance()
      return try compared(comparison)
    case .word(let word):
      guard let test = Condition.TextTest(rawValue: word) else { break }
      try advance()
      guard case .text(let text) = token.kind else { throw unexpected("a text in quotes after \(word)") }
      try check(text, for: test)
      try advance()
      return .resultText(test, text)
    case .text, .number, .end: break
    }
    throw unexpected("==, !=, <, <=, >, >=, contains, matches or jsonpath after result")
  }

  private mutating func compared(_ comparison: Condition.Comparison) throws(ConditionError) -> Condition {
    switch token.kind {
    case .text(let text):
      guard let test = Condition.TextTest(rawValue: comparison.rawValue) else {
        throw unexpected("a number after \(comparison.rawValue)")
      }
      try advance()
      return .resultText(test, text)
    case .number(let digits):
      guard let number = Self.number(digits) else {
        throw unexpected("a number such as 3, -0.5 or 1e6, of at most \(Self.maxDigits) digits")
      }
      try advance()
      return .resultNumber(comparison, number)
    case .word, .sign, .end: throw unexpected("a number, or a text in quotes")
    }
  }

  private func check(_ text: String, for test: Condition.TextTest) throws(ConditionError) {
    let problem: ConditionError? =
      switch test {
      case .matches: RegexRules.problem(text)
      case .jsonpath: JSONPathRules.problem(text)
      case .equal, .different, .contains: nil
      }
    guard let problem else { return }
    throw ConditionError(problem.message, column: token.columns[min(problem.column, token.columns.count) - 1])
  }

  private mutating func advance() throws(ConditionError) { token = try scanner.token() }

  private func unexpected(_ expectation: String) -> ConditionError {
    ConditionError("expected \(expectation), not \(token.noun)", column: token.column)
  }

  /// As many digits as tell any two numbers of 64 bits apart.
  private static let maxDigits = 17

  /// A number as JSON writes it; nil if the text is anything else, or too large to count with.
  private static func number(_ text: String) -> Double? {
    var rest = Substring(text)
    func digits() -> Substring { rest.prefix { ("0"..."9").contains($0) } }
    if rest.first == "-" { rest = rest.dropFirst() }
    let whole = digits()
    rest = rest.dropFirst(whole.count)
    var fraction = Substring("")
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = digits()
      rest = rest.dropFirst(fraction.count)
      guard !fraction.isEmpty else { return nil }
    }
    if rest.first == "e" || rest.first == "E" {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
      let exponent = digits()
      guard !exponent.isEmpty else { return nil }
      rest = rest.dropFirst(exponent.count)
    }
    guard rest.isEmpty, !whole.isEmpty, (whole + fraction).drop(while: { $0 == "0" }).count <= maxDigits,
      let number = Double(text), number.isFinite
    else { return nil }
    return number
  }
}
