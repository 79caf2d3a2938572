/// Arguments in one line, quoted as in a shell: blanks part them, `'…'` keeps all as it is, `\` keeps the next character;
/// within `"…"` it does so before what could be meant otherwise there. Nothing else means anything.
enum ArgumentLine {
  /// What is wrong with a line that has no arguments to give.
  static let problem = "a quote is not closed, or nothing follows a backslash"

  /// The arguments of a line; nil if it is not complete.
  static func split(_ line: String) -> [String]? {
    var arguments: [String] = []
    var current: String?
    var quote: Unicode.Scalar?
    // Scalars, for a quote with an accent after it is a quote still.
    var rest = line.unicodeScalars[...]
    func append(_ scalar: Unicode.Scalar) { current = (current ?? "") + String(scalar) }
    while let scalar = rest.popFirst() {
      switch (scalar, quote) {
      case ("\\", nil), ("\\", "\""):
        guard let next = rest.popFirst() else { return nil }
        if quote != nil, !"\"\\$`".unicodeScalars.contains(next) { append(scalar) }
        append(next)
      case (_, scalar): quote = nil
      case ("'", nil), ("\"", nil):
        quote = scalar
        current = current ?? ""
      case (" ", nil), ("\t", nil):
        if let argument = current { arguments.append(argument) }
        current = nil
      default: append(scalar)
      }
    }
    guard quote == nil else { return nil }
    return arguments + [current].compactMap { $0 }
  }
}
