/// What of a list is shown: words that must occur, separated by blanks. `!x` must not; `state:failed`, `owner:anna`
/// and `w:w-03` (worker) look at the beginning of one thing.
struct Filter: Hashable, Sendable {
  private enum Term: Hashable {
    case word(String), field(String, String)
  }
  private let terms: [(isInverted: Bool, term: Term)]
  /// As it was typed.
  let text: String

  static func == (left: Filter, right: Filter) -> Bool { left.text == right.text }
  func hash(into hasher: inout Hasher) { hasher.combine(text) }

  init(_ text: String = "") {
    self.text = text
    terms = text.lowercased().split(separator: " ").compactMap { part in
      let isInverted = part.first == "!"
      let word = isInverted ? part.dropFirst() : part
      guard !word.isEmpty else { return nil }
      if let colon = word.firstIndex(of: ":"), let field = Self.fields[String(word[..<colon])] {
        return (isInverted, .field(field, String(word[word.index(after: colon)...])))
      }
      return (isInverted, .word(String(word)))
    }
  }

  private static let fields = [
    "state": "state", "s": "state", "owner": "owner", "o": "owner", "worker": "worker", "w": "worker",
    "task": "task", "t": "task", "kind": "kind", "by": "by",
  ]

  /// Whether nothing is left out.
  var isEmpty: Bool { terms.isEmpty }

  /// Whether something passes that has these words, and these values by field.
  func passes(_ words: [String], _ fields: [String: [String]] = [:]) -> Bool {
    if terms.isEmpty { return true }
    return terms.allSatisfy { isInverted, term in
      let holds =
        switch term {
        case .word(let word): words.contains { $0.lowercased().contains(word) }
        case .field(let field, let value): (fields[field] ?? []).contains { $0.lowercased().hasPrefix(value) }
        }
      return holds != isInverted
    }
  }
}
