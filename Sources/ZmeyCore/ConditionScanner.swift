/// A word, a sign or a text of a condition.
struct ConditionToken {
  enum Kind: Equatable {
    case word(String)
    case text(String)
    /// Digits as they are written.
    case number(String)
    /// A comparison, a parenthesis or a comma.
    case sign(String)
    case end
  }

  let kind: Kind
  /// Where it begins, from 1.
  let column: Int
  /// Where each scalar of a text stands, and its closing quote.
  var columns: [Int] = []

  /// What it is, for messages.
  var noun: String {
    switch kind {
    case .word(let text), .number(let text), .sign(let text): "'\(text.prefix(40))'"
    case .text: "a text"
    case .end: "the end"
    }
  }
}

/// Cuts the text of a condition into tokens.
struct ConditionScanner {
  private let scalars: [Unicode.Scalar]
  private var index = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  mutating func token() throws(ConditionError) -> ConditionToken {
    while let scalar = next, " \t\r\n".unicodeScalars.contains(scalar) { index += 1 }
    let column = index + 1
    guard let first = next else { return ConditionToken(kind: .end, column: column) }
    switch first {
    case "a"..."z", "A"..."Z", "_":
      return ConditionToken(
        kind: .word(take { $0 == "_" || $0.properties.isAlphabetic || Self.isDigit($0) }), column: column)
    case "0"..."9", "-", "+", ".":
      return ConditionToken(kind: .number(number()), column: column)
    case "\"": return try doubleQuoted()
    case "'": return try singleQuoted()
    case "(", ")", ",":
      index += 1
      return ConditionToken(kind: .sign(String(first)), column: column)
    case "=", "!", "<", ">":
      return ConditionToken(kind: .sign(try comparison()), column: column)
    case "&": throw ConditionError("'&' is not used here; write and", column: column)
    case "|": throw ConditionError("'|' is not used here; write or", column: column)
    default: throw ConditionError("\(Self.name(first)) may not stand here", column: column)
    }
  }

  private mutating func take(_ isPart: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = next, isPart(scalar) {
      text.append(scalar)
      index += 1
    }
    return String(text)
  }

  /// Whatever hangs together with digits: what is wrong with it is told as a whole.
  private mutating func number() -> String {
    var previous: Unicode.Scalar = " "
    return take { scalar in
      defer { previous = scalar }
      return Self.isDigit(scalar) || scalar.properties.isAlphabetic || scalar == "." || scalar == "_"
        || (scalar == "-" || scalar == "+") && (previous == " " || previous == "e" || previous == "E")
    }
  }

  private mutating func comparison() throws(ConditionError) -> String {
    let column = index + 1
    let sign = take { "=!<>".unicodeScalars.contains($0) }
    switch sign {
    case "==", "!=", "<", "<=", ">", ">=": return sign
    case "=": throw ConditionError("'=' compares nothing; write ==", column: column)
    case "!": throw ConditionError("'!' is not used here; write not", column: column)
    case "<>": throw ConditionError("'<>' is not used here; write !=", column: column)
    default:
      throw ConditionError("'\(sign.prefix(40))' is no comparison; those are == != < <= > >=", column: column)
    }
  }

  private mutating func doubleQuoted() throws(ConditionError) -> ConditionToken {
    let start = index + 1
    index += 1
    var text = String.UnicodeScalarView()
    var columns: [Int] = []
    while let scalar = next {
      columns.append(index + 1)
      index += 1
      switch scalar {
      case "\"": return ConditionToken(kind: .text(String(text)), column: start, columns: columns)
      case "\\":
        switch next {
        case "\"", "\\": text.append(scalars[index])
        case "n": text.append("\n")
        case "t": text.append("\t")
        default:
          throw ConditionError(
            "'\\' stands before \", \\, n or t only; write \\\\ for a backslash", column: index)
        }
        index += 1
      default: text.append(scalar)
      }
    }
    throw ConditionError("the text that begins here has no closing \"", column: start)
  }

  private mutating func singleQuoted() throws(ConditionError) -> ConditionToken {
    let start = index + 1
    index += 1
    var text = String.UnicodeScalarView()
    var columns: [Int] = []
    while let scalar = next {
      columns.append(index + 1)
      index += 1
      if scalar == "'" {
        guard next == "'" else {
          return ConditionToken(kind: .text(String(text)), column: start, columns: columns)
        }
        index += 1
      }
      text.append(scalar)
    }
    throw ConditionError("the text that begins here has no closing '", column: start)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func name(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
      .unassigned, .nonspacingMark, .enclosingMark:
      "the character U+\(String(scalar.value, radix: 16, uppercase: true))"
    default: "'\(scalar)'"
    }
  }
}
