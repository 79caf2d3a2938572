internal import FoundationEssentials
internal import ZmeyCore
internal import ZmeyDefinition

/// A file of definitions, as `zmctl apply` is given it.
enum YAMLTarget {
  static func check(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
    let text = String(decoding: bytes, as: UTF8.self)
    let definitions: Definitions
    do throws(DefinitionErrors) {
      definitions = try DefinitionReader.read(text, file: "f") { "#!/bin/sh\necho \($0)\n" }
    } catch {
      return try pointsInto(text, error.errors)
    }
    try promise(definitions.problems().isEmpty, "what is accepted makes sense: \(definitions.problems())")
    let written = DefinitionWriter.write(definitions)
    let again = try must("what was written is read:\n\(written)") {
      try DefinitionReader.read(written, file: "f") { path in throw BrokenPromise("'\(path)' is asked for") }
    }
    try promise(again == definitions, "definitions change when they are written:\n\(written)")
    // `==` of strings takes composed and decomposed letters for the same; the writer does not.
    let rewritten = DefinitionWriter.write(again)
    try promise(rewritten.utf8.elementsEqual(written.utf8), "\(written)\nis written again as\n\(rewritten)")
    let decoded = try must("definitions survive JSON") {
      try JSONDecoder().decode(Definitions.self, from: try JSONEncoder().encode(definitions))
    }
    try promise(decoded == definitions, "definitions change in JSON:\n\(written)")
  }

  /// At least one error, each at a place of the text or right behind it.
  private static func pointsInto(_ text: String, _ errors: [DefinitionError]) throws(BrokenPromise) {
    try promise(!errors.isEmpty, "a refusal says why")
    let lengths = lineLengths(text)
    for error in errors {
      let length = error.line <= lengths.count ? lengths[max(error.line, 1) - 1] : 0
      try promise(
        1...lengths.count + 1 ~= error.line && 1...length + 1 ~= error.column,
        "\(error) lies in \(lengths.count) lines, the column in \(length)")
      try promise(1...1000 ~= error.message.utf8.count, "'\(error.message)' is short")
    }
  }

  /// The scalars of each line, its end included. A line also ends at a lone CR, at NEL, LS and PS.
  private static func lineLengths(_ text: String) -> [Int] {
    var lengths = [0]
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch previous {
      case "\r" where scalar == "\n": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lengths.append(0)
      default: break
      }
      lengths[lengths.count - 1] += 1
      previous = scalar
    }
    return lengths
  }
}
