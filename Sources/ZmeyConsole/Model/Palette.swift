import ZmeyCore

/// The command palette: a line, and the commands that it may mean.
struct Palette: Hashable, Sendable {
  /// What is typed.
  var edit = LineEdit()
  /// Which of the matches is chosen.
  var choice = 0
  /// Which line of the history is shown; nil for the one that is typed.
  var past: Int?

  /// Something to choose.
  struct Item: Hashable, Sendable {
    /// What is typed to reach it.
    let name: String
    /// The key that reaches it directly.
    let key: String
    /// What it does.
    let detail: String
    /// What choosing it means.
    let meaning: Meaning
  }

  /// What choosing an item means.
  enum Meaning: Hashable, Sendable {
    case action(Action), place(Place), theme(String)
    /// Something is done to a pipeline, by its number.
    case pipeline(Action, Int32)
    /// The name is put into the line, for something must follow it.
    case more
  }

  /// The items that a line may mean, the best first.
  func matches(_ items: [Item]) -> [Item] {
    let text = edit.text.lowercased().drop { $0 == " " }
    if text.isEmpty { return items }
    return
      items.enumerated().compactMap { index, item in
        Self.score(item.name.lowercased(), text).map { (score: $0, index: index, item: item) }
      }
      .sorted { ($0.score, $0.index) < ($1.score, $1.index) }.map(\.item)
  }

  /// How badly a name fits a text whose letters it has in that order: -1 for the best, which is the same; nil if it has not.
  static func score(_ name: String, _ text: Substring) -> Int? {
    if name == text { return -1 }
    if name.hasPrefix(text) { return 0 }
    if name.contains(text) { return 1 }
    var rest = text[...]
    var gaps = 2
    for character in name {
      if character == rest.first { rest = rest.dropFirst() } else if rest.count < text.count { gaps += 1 }
      if rest.isEmpty { return gaps }
    }
    return nil
  }
}
