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
  }

  /// The rows that have what is looked for, those that work here first.
  func rows(_ keys: KeyMap, here scopes: [Scope]) -> [Row] {
    let text = edit.text.lowercased()
    let rows = Action.bindings.map { binding in
      Row(
        keys: keys.keys(of: binding.action).map(\.name).joined(separator: " "),
        label: binding.label, name: binding.action.rawValue,
        isHere: binding.scope == .everywhere || scopes.contains(binding.scope))
    }.filter {
      text.isEmpty || $0.label.contains(text) || $0.name.contains(text) || $0.keys.lowercased() == text
    }
    return rows.filter(\.isHere) + rows.filter { !$0.isHere }
  }
}
