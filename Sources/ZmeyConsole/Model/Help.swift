/// The list of keys, which can be searched.
struct Help: Hashable, Sendable {
  /// What is looked for.
  var edit = LineEdit()
  /// The first row that is shown.
  var top = 0

  /// A row: keys, what they do, and where.
  struct Row: Hashable {
    let keys: String
    let label: String
    let name: String
    let isHere: Bool
    let isOfPlace: Bool
    let isMoving: Bool
  }

  /// The rows that have what is looked for: what this place can do, what can be done everywhere, moving about, and last
  /// what works elsewhere.
  func rows(_ keys: KeyMap, here scopes: [Scope]) -> [Row] {
    let text = edit.text.lowercased()
    let rows = Action.bindings.map { binding in
      Row(
        keys: keys.keys(of: binding.action).map(\.name).joined(separator: " "),
        label: binding.label, name: binding.action.rawValue,
        isHere: binding.scope == .everywhere || scopes.contains(binding.scope),
        isOfPlace: scopes.contains(binding.scope) || binding.action.changes,
        isMoving: Action.moving.contains(binding.action))
    }.filter {
      text.isEmpty || $0.label.contains(text) || $0.name.contains(text) || $0.keys.lowercased() == text
    }
    func rank(_ row: Row) -> Int { !row.isHere ? 3 : row.isMoving ? 2 : row.isOfPlace ? 0 : 1 }
    return rows.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }
}
