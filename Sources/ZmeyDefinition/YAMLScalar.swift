/// Writes texts as YAML scalars so that they read back to the last character, here and in readers
/// that guess types.
enum YAMLScalar {
  /// The text behind a key or a dash whose own column is `indent`: a literal block if it has lines,
  /// else as `inline`.
  static func block(_ text: String, indent: Int) -> String {
    guard isLiteral(text) else { return inline(text) }
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    // Without the digit the first line's own spaces would be taken for indentation.
    let digit = lines[0].first.map { " \t".unicodeScalars.contains($0) } ?? true ? "2" : ""
    let endings = lines.reversed().prefix { $0.isEmpty }.count
    let chomping = endings == 0 ? "-" : endings == 1 ? "" : "+"
    let margin = String(repeating: " ", count: indent + 2)
    let body = (endings == 0 ? lines[...] : lines.dropLast()).map { $0.isEmpty ? "" : margin + String($0) }
    return "|\(digit)\(chomping)\n" + body.joined(separator: "\n")
  }

  /// The text in one line: plain if nobody could take it for anything else, else in double quotes.
  static func inline(_ text: String) -> String {
    if isPlain(text) { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars { quoted += escape(scalar) }
    return quoted + "\""
  }

  /// The text of a condition in one line: bare if it can be, for it is full of quotes.
  static func phrase(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isBare =
      scalars.first.map { isLetter($0) || $0 == "(" } == true
      && scalars.allSatisfy { (0x20...0x7E).contains($0.value) }
      && !text.contains(": ") && !text.contains(" #") && scalars.last.map { $0 != " " && $0 != ":" } == true
    return isBare ? text : inline(text)
  }

  private static func isPlain(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    // Options (`-v`, `--day`) are arguments of every other task and look best bare.
    let word = scalars.dropFirst(text.hasPrefix("--") ? 2 : text.hasPrefix("-") ? 1 : 0)
    guard let first = word.first, isLetter(first) || first == "/" || first == "_", scalars.last != " " else {
      return false
    }
    return !typed.contains(text.lowercased())
      && word.allSatisfy { isLetter($0) || "0123456789-_./+= ".unicodeScalars.contains($0) }
  }

  /// The words that YAML 1.1 takes for booleans and null.
  private static let typed: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// Whether a literal block can hold the text: it has lines, and something in one of them.
  private static func isLiteral(_ text: String) -> Bool {
    text.unicodeScalars.contains("\n") && text.unicodeScalars.contains { $0 != "\n" }
      && text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || isPrintable($0) }
  }

  /// What stands for itself between quotes and in literal blocks. NEL, LS and PS are line ends to
  /// YAML 1.1, and a byte order mark vanishes at the start of a line.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2028, 0x2029, 0xFEFF: false
    case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case _ where isPrintable(scalar): return String(scalar)
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}
