/// JSON in one line, for the clipboard.
enum JSONLine {
  /// A value; nil is `null`.
  enum Value {
    case text(String?), number(Int64?), truth(Bool)
  }

  /// An object with these members, in this order.
  static func object(_ members: [(key: String, value: Value)]) -> String {
    let parts = members.map { member in
      let value =
        switch member.value {
        case .text(let text): text.map(quoted) ?? "null"
        case .number(let number): number.map { "\($0)" } ?? "null"
        case .truth(let truth): truth ? "true" : "false"
        }
      return "\(quoted(member.key)): \(value)"
    }
    return "{\(parts.joined(separator: ", "))}"
  }

  /// A text in quotes; YAML reads it the same.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      // C0 and C1 controls, and the separators that YAML takes for line ends.
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
