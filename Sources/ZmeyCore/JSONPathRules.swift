/// What a jsonpath in a condition may be. PostgreSQL itself decides what is left.
public enum JSONPathRules {
  /// The longest path, in Unicode scalars.
  public static let maxLength = 1000

  /// What is wrong with a path, and in which column of it; nil if nothing is.
  ///
  /// It begins with `$`, perhaps behind `strict` or `lax`; its brackets and quotes are balanced; the patterns of
  /// `like_regex` obey `RegexRules`.
  public static func problem(_ text: String) -> ConditionError? {
    let count = text.unicodeScalars.count
    guard count <= maxLength else {
      return ConditionError(
        "the jsonpath has \(count) characters; \(maxLength) are the most", column: maxLength + 1)
    }
    var walk = JSONPathWalk(Array(text.unicodeScalars))
    do {
      try walk.whole()
      return nil
    } catch {
      return error
    }
  }
}

/// One way through a jsonpath, from left to right.
private struct JSONPathWalk {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var opened: [(bracket: Unicode.Scalar, column: Int)] = []

  private static let closing: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  mutating func whole() throws(ConditionError) {
    skipSpace()
    let mode = word()
    if ["strict", "lax"].contains(mode.lowercased()) {
      skipSpace()
    } else {
      index -= mode.unicodeScalars.count
    }
    guard next == "$" else {
      throw ConditionError("a jsonpath begins with $, perhaps behind strict or lax", column: index + 1)
    }
    var isPattern = false
    while let scalar = next {
      switch scalar {
      case "\"":
        let (text, columns) = try quoted(isPattern: isPattern)
        if isPattern, let problem = RegexRules.problem(text) {
          throw ConditionError(problem.message, column: columns[min(problem.column, columns.count) - 1])
        }
        isPattern = false
      case "a"..."z", "A"..."Z", "_": isPattern = word().lowercased() == "like_regex"
      case "(", "[", "{":
        index += 1
        opened.append((scalar, index))
      case ")", "]", "}":
        guard let last = opened.popLast(), Self.closing[last.bracket] == scalar else {
          throw ConditionError("this '\(scalar)' closes nothing", column: index + 1)
        }
        index += 1
      case "/" where index + 1 < scalars.count && scalars[index + 1] == "*": try skipComment()
      default: index += 1
      }
    }
    if let last = opened.last {
      throw ConditionError("this '\(last.bracket)' is not closed", column: last.column)
    }
  }

  private mutating func skipSpace() {
    while let scalar = next, scalar.properties.isWhitespace { index += 1 }
  }

  private mutating func word() -> String {
    var text = String.UnicodeScalarView()
    while let scalar = next, scalar.isASCII, scalar.properties.isAlphabetic || scalar == "_" {
      text.append(scalar)
      index += 1
    }
    return String(text)
  }

  private mutating func skipComment() throws(ConditionError) {
    let start = index + 1
    index += 2
    while index + 1 < scalars.count {
      if scalars[index] == "*", scalars[index + 1] == "/" {
        index += 2
        return
      }
      index += 1
    }
    throw ConditionError("this comment has no */", column: start)
  }

  /// The text between quotes, with the column of each of its scalars and of the closing quote.
  private mutating func quoted(isPattern: Bool) throws(ConditionError) -> (text: String, columns: [Int]) {
    let start = index + 1
    var text = String.UnicodeScalarView()
    var columns: [Int] = []
    index += 1
    while let scalar = next {
      columns.append(index + 1)
      index += 1
      if scalar == "\"" { return (String(text), columns) }
      guard scalar == "\\", let escaped = next else {
        text.append(scalar)
        continue
      }
      index += 1
      if isPattern, escaped == "u" || escaped == "x" {
        throw ConditionError("a pattern has no \\\(escaped); write the character itself", column: index - 1)
      }
      text.append(Self.escapes[escaped] ?? escaped)
    }
    throw ConditionError("the text that begins here has no closing \"", column: start)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
  ]
}
