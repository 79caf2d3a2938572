/// Arguments in one line, quoted as in a shell: blanks part them, `'…'` keeps all as it is, in `"…"` and outside of quotes
/// a backslash keeps the next character. Nothing else means anything.
enum ArgumentLine {
  /// Why a line cannot be read, in a sentence.
  struct Problem: Error, Hashable {
    let message: String
  }

  /// The arguments of a line.
  static func parse(_ line: String) throws(Problem) -> [String] {
    var arguments: [String] = []
    var current: String?
    var rest = line.unicodeScalars[...]
    func append(_ scalar: Unicode.Scalar) { current = (current ?? "") + String(scalar) }
    while let scalar = rest.popFirst() {
      switch scalar {
      case " ", "\t":
        if let argument = current { arguments.append(argument) }
        current = nil
      case "'", "\"":
        current = current ?? ""
        var isClosed = false
        while let inner = rest.popFirst() {
          if inner == scalar {
            isClosed = true
            break
          }
          if inner == "\\", scalar == "\"", let next = rest.first, next == "\"" || next == "\\" {
            append(rest.removeFirst())
          } else {
            append(inner)
          }
        }
        if !isClosed { throw Problem(message: "the quote \(scalar) is not closed") }
      case "\\":
        guard let next = rest.popFirst() else {
          throw Problem(message: "nothing follows the last backslash")
        }
        append(next)
      default: append(scalar)
      }
    }
    if let argument = current { arguments.append(argument) }
    return arguments
  }
}
