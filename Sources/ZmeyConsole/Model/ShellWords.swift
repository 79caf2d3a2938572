/// Arguments in a line, as a shell reads them: parted by blanks, `'…'` and `"…"` keep blanks, `\` takes the next
/// character as it is but for within `'…'`. Nothing is replaced.
enum ShellWords {
  /// The arguments; nil if a quote is not closed.
  static func split(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = line[...]
    while let character = characters.popFirst() {
      if character == "\\", quote != "'" {
        guard let next = characters.popFirst() else { return nil }
        // Within "…" it stands for itself, but before what it could be needed for.
        word = (word ?? "") + (quote == nil || "\"\\$`".contains(next) ? "" : "\\") + String(next)
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let whole = word { words.append(whole) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { return nil }
    return words + [word].compactMap { $0 }
  }
}
