extension Condition: CustomStringConvertible {
  /// The condition as text; reading it back gives an equal one.
  public var description: String { Self.write(canonical, within: .or) }

  /// How tightly the words bind, from loose to tight.
  private enum Binding: Int {
    case or, and, not
  }

  private static func write(_ condition: Condition, within outer: Binding) -> String {
    func grouped(_ text: String, _ binding: Binding) -> String {
      outer.rawValue > binding.rawValue ? "(\(text))" : text
    }
    switch condition {
    case .success: return "success"
    case .failure: return "failure"
    case .always: return "always"
    case .exitCode(let comparison, let code): return "exit_code \(comparison.rawValue) \(code)"
    case .exitCodeIn(let codes): return "exit_code in (\(codes.map(String.init).joined(separator: ", ")))"
    case .resultText(let test, let text): return "result \(test.rawValue) \(quote(text))"
    case .resultNumber(let comparison, let number):
      return "result \(comparison.rawValue) \(format(number))"
    case .not(let part): return "not \(write(part, within: .not))"
    case .and(let parts):
      return grouped(parts.map { write($0, within: .and) }.joined(separator: " and "), .and)
    case .or(let parts):
      return grouped(parts.map { write($0, within: .or) }.joined(separator: " or "), .or)
    }
  }

  private static func quote(_ text: String) -> String {
    var quoted = String.UnicodeScalarView()
    quoted.append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted.append(contentsOf: ["\\", scalar])
      case "\n": quoted.append(contentsOf: ["\\", "n"])
      case "\t": quoted.append(contentsOf: ["\\", "t"])
      default: quoted.append(scalar)
      }
    }
    quoted.append("\"")
    return String(quoted)
  }

  private static func format(_ number: Double) -> String {
    // Minus nothing is nothing, and `5.0` is written `5`.
    if number == 0 { return "0" }
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
