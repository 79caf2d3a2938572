/// By what a list is sorted; what is equal in it goes by name.
struct ListOrder<Key: CaseIterable & RawRepresentable & Hashable & Sendable>: Hashable, Sendable
where Key.RawValue == String {
  /// By what. Its raw value says so in a word.
  private(set) var key: Key
  /// Whether it begins at the end.
  private(set) var isReversed = false

  init(_ key: Key) { self.key = key }

  /// Chooses the next order, or the opposite one; false if the action is neither.
  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    switch action {
    case .sort:
      let keys = Array(Key.allCases)
      let now = keys.firstIndex(of: key) ?? 0
      key = keys[(now + 1) % keys.count]
      isReversed = false
    case .reverse: isReversed.toggle()
    default: return false
    }
    context.say("in order of \(key.rawValue)\(isReversed ? ", reversed" : "")")
    return true
  }

  /// Sorts by a key that tells any two apart.
  func sort<Item, Rank: Comparable>(_ items: [Item], by rank: (Item) -> Rank) -> [Item] {
    let sorted = items.map { (rank: rank($0), item: $0) }.sorted { $0.rank < $1.rank }.map(\.item)
    return isReversed ? sorted.reversed() : sorted
  }
}
