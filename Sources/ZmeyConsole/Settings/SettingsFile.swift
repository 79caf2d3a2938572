/// A file of lines `name = word word ...`, as far as all such files are alike.
struct SettingsFile {
  /// A line that says something.
  struct Entry {
    let line: Int
    let name: String
    /// At least one.
    let words: [Substring]
  }

  private(set) var entries: [Entry] = []
  private(set) var problems: [SettingsError.Problem] = []
  private let file: String
  private let value: String

  /// Reads the lines. One that says what an earlier one says is a problem, and left out.
  ///
  /// - Parameter comment: what begins a line of comment.
  /// - Parameter value: what stands behind the equals sign, for messages.
  init(_ text: String, file: String, comment: String, value: String) {
    self.file = file
    self.value = value
    var firsts: [String: Int] = [:]
    let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
    // "\r\n" is one Character, and no "\n".
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() {
      guard let entry = entry(line, index + 1, comment) else { continue }
      if let first = firsts.updateValue(entry.line, forKey: entry.name) {
        firsts[entry.name] = first
        note(entry.line, "\(quoted(entry.name)) is said in line \(first) already: leave one of them")
      } else {
        entries.append(entry)
      }
    }
  }

  private mutating func entry(_ line: Substring, _ number: Int, _ comment: String) -> Entry? {
    let start = line.drop { $0 == " " || $0 == "\t" }
    if start.isEmpty || start.hasPrefix(comment) { return nil }
    let halves = start.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let names = Self.words(halves[0])
    let words = halves.count == 2 ? Self.words(halves[1]) : []
    guard names.count == 1, !words.isEmpty else {
      note(number, "expected 'name = \(value)', or '\(comment) comment', found \(quoted(start))")
      return nil
    }
    return Entry(line: number, name: String(names[0]), words: words)
  }

  private static func words(_ text: Substring) -> [Substring] {
    text.split { $0 == " " || $0 == "\t" }
  }

  /// Takes down something that is wrong with a line.
  mutating func note(_ line: Int, _ message: String) {
    problems.append(SettingsError.Problem(file: file, line: line, message: message))
  }

  /// Takes down that there is no such name, and what may have been meant.
  mutating func noteUnknown(_ what: String, _ entry: Entry, among names: [String]) {
    let word = entry.name.lowercased()
    let near = names.filter { Palette.score($0, word[...]) != nil }
      .min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    note(
      entry.line,
      "no \(what) \(quoted(entry.name)): " + (near.map { "did you mean \($0)?" } ?? "zmtui(5) lists them"))
  }
}

/// The first 40 characters of a text from a file, in quotes. Nothing of it can speak to a terminal.
func quoted(_ text: some StringProtocol) -> String {
  var plain = "'"
  for glyph in Glyph.glyphs(text.prefix(40), .full) {
    for value in [glyph.scalar, glyph.mark] where value != 0 {
      plain.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
    }
  }
  return plain + (text.dropFirst(40).isEmpty ? "'" : "…'")
}
