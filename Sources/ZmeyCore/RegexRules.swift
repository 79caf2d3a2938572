/// What a regular expression in a condition may be: one of PostgreSQL's (ARE) whose cost is bounded.
///
/// A back reference or a look-around makes its engine try every way through a text, and repeats of repeats make its
/// automaton large. PostgreSQL itself decides what is left.
public enum RegexRules {
  /// The longest expression, in Unicode scalars.
  public static let maxLength = 200
  /// The most that a repeat and those around it may come to when they are multiplied.
  public static let maxRepeats = 200

  /// What is wrong with an expression, and in which column of it; nil if nothing is.
  public static func problem(_ text: String) -> ConditionError? {
    let count = text.unicodeScalars.count
    guard count <= maxLength else {
      return ConditionError(
        "the regular expression has \(count) characters; \(maxLength) are the most", column: maxLength + 1)
    }
    var walk = RegexWalk(Array(text.unicodeScalars))
    do {
      try walk.whole()
      return nil
    } catch {
      return error
    }
  }
}

/// One way through a regular expression, from left to right.
private struct RegexWalk {
  /// An open parenthesis.
  private struct Group {
    let column: Int
    /// The largest product of repeats inside of it so far.
    var repeats = 1
  }

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var groups: [Group] = []
  /// The product of repeats inside of what a repeat here would repeat; nil if there is nothing to repeat.
  private var atom: Int?
  /// The largest product outside of all groups.
  private var repeats = 1

  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  private func error(_ message: String, at column: Int? = nil) -> ConditionError {
    ConditionError(message, column: column ?? index + 1)
  }

  mutating func whole() throws(ConditionError) {
    if scalars.starts(with: "***".unicodeScalars) {
      throw error("a regular expression may not begin with ***")
    }
    if peek() == "(", peek(1) == "?", let letter = peek(2), letter.properties.isAlphabetic { try options() }
    while let scalar = peek() { try step(scalar) }
    if let group = groups.last { throw error("this '(' has no ')'", at: group.column) }
  }

  /// `(?i)` at the very beginning.
  private mutating func options() throws(ConditionError) {
    index += 2
    while let scalar = peek(), scalar != ")" {
      guard "cimnpstw".unicodeScalars.contains(scalar) else {
        throw error("'\(scalar)' is no option that may stand here; those are c, i, m, n, p, s, t and w")
      }
      index += 1
    }
    if peek() == nil { throw error("this '(' has no ')'", at: 1) }
    index += 1
  }

  private mutating func step(_ scalar: Unicode.Scalar) throws(ConditionError) {
    switch scalar {
    case "\\": try escape()
    case "[": try bracket()
    case "(": try open()
    case ")":
      guard let group = groups.popLast() else { throw error("this ')' has no '('") }
      count(group.repeats)
      atom = group.repeats
      index += 1
    case "|", "^", "$":
      // None of them can be repeated.
      atom = nil
      index += 1
    case "*", "+", "?": try multiply(by: 1, length: 1)
    case "{":
      guard let digit = peek(1), isDigit(digit) else { return plain() }
      try bounds()
    default: plain()
    }
  }

  private mutating func plain() {
    atom = 1
    index += 1
  }

  /// Remembers a product of repeats in the group that is open.
  private mutating func count(_ product: Int) {
    if let last = groups.indices.last {
      groups[last].repeats = max(groups[last].repeats, product)
    } else {
      repeats = max(repeats, product)
    }
  }

  private mutating func open() throws(ConditionError) {
    groups.append(Group(column: index + 1))
    atom = nil
    index += 1
    guard peek() == "?" else { return }
    switch peek(1) {
    case ":": index += 2
    case "=", "!":
      throw error("look-ahead, (\(scalars[index])\(scalars[index + 1]), may not be used", at: index)
    case "<": throw error("look-behind, (?<, may not be used", at: index)
    default: throw error("after '(?' only ':' may stand here", at: index)
    }
  }

  private mutating func escape() throws(ConditionError) {
    guard let next = peek(1) else { throw error("nothing follows this '\\'") }
    if ("1"..."9").contains(next) { throw error("back references, \\\(next), may not be used") }
    // Those that match a place and no character cannot be repeated.
    atom = "AmMyYZ".unicodeScalars.contains(next) ? nil : 1
    index += 2
  }

  private mutating func bracket() throws(ConditionError) {
    let start = index + 1
    index += 1
    if peek() == "^" { index += 1 }
    if peek() == "]" { index += 1 }
    while let scalar = peek(), scalar != "]" {
      if scalar == "\\" {
        guard let next = peek(1) else { break }
        if ("1"..."9").contains(next) { throw error("back references, \\\(next), may not be used") }
        index += 2
      } else if scalar == "[", let kind = peek(1), ":.=".unicodeScalars.contains(kind) {
        let opened = index + 1
        index += 2
        while let inner = peek(), !(inner == kind && peek(1) == "]") {
          _ = inner
          index += 1
        }
        guard peek() != nil else { throw error("this '[\(kind)' has no '\(kind)]'", at: opened) }
        index += 2
      } else {
        index += 1
      }
    }
    guard peek() == "]" else { throw error("this '[' has no ']'", at: start) }
    index += 1
    atom = 1
  }

  /// `{3}`, `{3,}` or `{3,5}`.
  private mutating func bounds() throws(ConditionError) {
    var length = 1
    func number() -> Int? {
      var digits = ""
      while let scalar = peek(length), isDigit(scalar) {
        digits.unicodeScalars.append(scalar)
        length += 1
      }
      return digits.isEmpty ? nil : Int(digits) ?? .max
    }
    let low = number() ?? 0
    var high = low
    if peek(length) == "," {
      length += 1
      high = number() ?? low
    }
    guard peek(length) == "}" else { throw error("a repeat is written {3}, {3,} or {3,5}") }
    guard low <= high else { throw error("this repeat ends before it begins") }
    try multiply(by: high, length: length + 1)
  }

  /// A repeat of what stands before it.
  private mutating func multiply(by times: Int, length: Int) throws(ConditionError) {
    guard let repeated = atom else { throw error("there is nothing here to repeat") }
    let (product, overflow) = repeated.multipliedReportingOverflow(by: max(times, 1))
    guard !overflow, product <= RegexRules.maxRepeats else {
      throw error("repeats, multiplied with those around them, come to more than \(RegexRules.maxRepeats)")
    }
    count(product)
    index += length
    // It may be lazy; another repeat may not follow.
    if peek() == "?" { index += 1 }
    atom = nil
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
