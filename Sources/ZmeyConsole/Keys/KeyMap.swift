/// Which key does what, and where.
public struct KeyMap: Hashable, Sendable {
  private var actions: [Scope: [Key: Action]]

  /// As it is before anybody rebinds a key.
  public static let standard: KeyMap = {
    var map = KeyMap(actions: [:])
    for binding in Action.bindings {
      for key in binding.keys.split(separator: " ").compactMap({ Key(name: $0) }) {
        map.actions[binding.scope, default: [:]][key] = binding.action
      }
    }
    return map
  }()

  private init(actions: [Scope: [Key: Action]]) { self.actions = actions }

  /// What a key does where these scopes hold, the narrowest first; nil for nothing.
  func action(_ key: Key, in scopes: [Scope]) -> Action? {
    for scope in scopes {
      if let action = actions[scope]?[key] { return action }
    }
    return nil
  }

  /// The keys of an action, the shortest name first; none if it has none.
  func keys(of action: Action) -> [Key] {
    actions.values.flatMap { $0.filter { $0.value == action }.map(\.key) }
      .sorted { ($0.name.utf8.count, $0.name) < ($1.name.utf8.count, $1.name) }
  }

  /// The name of the key that reaches an action first; nil if none does.
  func keyName(_ action: Action) -> String? {
    let standard = Action.bindings.first { $0.action == action }?.keys.split(separator: " ").compactMap {
      Key(name: $0)
    }
    let keys = keys(of: action)
    return (standard?.first { keys.contains($0) } ?? keys.first)?.name
  }

  /// Binds an action to these keys alone.
  mutating func bind(_ action: Action, to keys: [Key]) {
    for scope in Scope.allCases { actions[scope] = actions[scope]?.filter { $0.value != action } }
    for binding in Action.bindings where binding.action == action {
      for key in keys { actions[binding.scope, default: [:]][key] = action }
    }
  }
}
