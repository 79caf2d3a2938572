/// Where one stands in a list, and what is marked in it: by the objects' identity, so that neither moves to another object
/// when the list changes.
struct ListCursor<ID: Hashable & Sendable>: Hashable, Sendable {
  /// What the cursor stands on; nil for the first.
  private(set) var id: ID?
  /// What is marked.
  private(set) var marks: Set<ID> = []
  /// What was marked last, for a range.
  private var anchor: ID?
  /// Where it stood in the list, should its object vanish.
  private var index = 0
  /// The first row that was shown last.
  private var top = 0
  /// Where it stands while a filter is typed, the best place first; empty while none is.
  private var path: [ID] = []

  init() {}

  /// The row of the cursor in a list; nil if the list is empty.
  func row(in ids: [ID]) -> Int? {
    guard !ids.isEmpty else { return nil }
    return id.flatMap { ids.firstIndex(of: $0) } ?? min(index, ids.count - 1)
  }

  /// What the cursor stands on in a list.
  func current(in ids: [ID]) -> ID? { row(in: ids).map { ids[$0] } }

  /// The rows that a window of that height shows.
  func window(in ids: [ID], height: Int) -> Range<Int> {
    let height = max(1, height)
    let row = row(in: ids) ?? 0
    var first = min(top, max(0, ids.count - height))
    if row < first { first = row }
    if row >= first + height { first = row - height + 1 }
    return first..<min(ids.count, first + height)
  }

  /// Puts the cursor onto an object.
  mutating func select(_ id: ID, in ids: [ID], height: Int) {
    self.id = id
    settle(in: ids, height: height)
  }

  /// Takes notice that a filter begins to be typed, or was. Meanwhile the cursor stays on its object if that is shown, else
  /// goes to the next that is, else back to the nearest, so that what is shown for a moment does not carry it away.
  mutating func filterIsTyped(_ isTyped: Bool, in ids: [ID]) {
    let row = row(in: ids) ?? 0
    path = isTyped ? ids[row...] + ids[..<row].reversed() : []
  }

  /// Takes notice of a list that has changed.
  mutating func settle(in ids: [ID], height: Int) {
    if !path.isEmpty {
      let shown = Set(ids)
      id = path.first { shown.contains($0) } ?? id
    }
    guard let row = row(in: ids) else { return }
    index = row
    top = window(in: ids, height: height).lowerBound
    id = ids[row]
    marks.formIntersection(ids)
  }

  /// Moves the cursor as an action says; false if it is none that moves it.
  mutating func move(_ action: Action, in ids: [ID], height: Int) -> Bool {
    let row = row(in: ids) ?? 0
    let target: Int
    switch action {
    case .up: target = row - 1
    case .down: target = row + 1
    case .pageUp: target = row - max(1, height - 1)
    case .pageDown: target = row + max(1, height - 1)
    case .halfUp: target = row - max(1, height / 2)
    case .halfDown: target = row + max(1, height / 2)
    case .first: target = 0
    case .last: target = ids.count - 1
    default: return false
    }
    guard !ids.isEmpty else { return true }
    select(ids[max(0, min(ids.count - 1, target))], in: ids, height: height)
    return true
  }

  /// Changes the marks as an action says; false if it is none that does.
  mutating func mark(_ action: Action, in ids: [ID], height: Int) -> Bool {
    switch action {
    case .mark:
      guard let current = current(in: ids) else { return true }
      if marks.remove(current) == nil { marks.insert(current) }
      anchor = current
      return move(.down, in: ids, height: height)
    case .markRange:
      guard let row = row(in: ids) else { return true }
      let from = anchor.flatMap { ids.firstIndex(of: $0) } ?? row
      marks.formUnion(ids[min(from, row)...max(from, row)])
    case .markAll: marks.formUnion(ids)
    case .unmark:
      marks = []
      anchor = nil
    default: return false
    }
    return true
  }

  /// What an action is meant for: what is marked, in the order of the list, or what the cursor stands on.
  func targets(in ids: [ID]) -> [ID] {
    marks.isEmpty ? current(in: ids).map { [$0] } ?? [] : ids.filter { marks.contains($0) }
  }
}
