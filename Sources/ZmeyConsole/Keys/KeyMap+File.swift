extension KeyMap {
  /// Reads `keys.conf`: lines `action = key key ...` or `action = noop`, and `# comment`. What no line names keeps its keys.
  ///
  /// - Parameter file: the name for messages.
  /// - Throws: `SettingsError` with everything that is wrong.
  public static func reading(_ text: String, file: String) throws(SettingsError) -> KeyMap {
    var lines = SettingsFile(text, file: file, comment: "#", value: "key ...")
    var bound: [Action: (keys: [Key], line: Int)] = [:]
    for entry in lines.entries {
      if let action = Action(rawValue: entry.name) {
        bound[action] = (keys(for: action, entry, &lines), entry.line)
      } else {
        lines.noteUnknown("action", entry, among: Action.allCases.map(\.rawValue))
      }
    }
    noteClashes(bound, &lines)
    var map = KeyMap.standard
    for (action, binding) in bound { map.bind(action, to: binding.keys) }
    if lines.problems.isEmpty, !map.canQuit {
      lines.note(bound[.quit]?.line ?? 1, "quit needs a key that does nothing else in any view: bind one")
    }
    guard lines.problems.isEmpty else { throw SettingsError(lines.problems) }
    return map
  }

  /// Whether a key ends the console in every view.
  private var canQuit: Bool {
    keys(of: .quit).contains { key in
      Scope.allCases.allSatisfy { [.quit, nil].contains(action(key, in: [$0])) }
    }
  }

  /// Two actions on one key of one scope.
  private static func noteClashes(
    _ bound: [Action: (keys: [Key], line: Int)], _ lines: inout SettingsFile
  ) {
    var owners: [Scope: [Key: Action]] = [:]
    for binding in Action.bindings {
      let action = binding.action
      for key in bound[action]?.keys ?? KeyMap.standard.keys(of: action) {
        let other = owners[binding.scope, default: [:]].updateValue(action, forKey: key)
        guard let other, other != action else { continue }
        // The later line is at fault; an action without a line had the key before.
        let (mine, others) = (bound[action]?.line ?? 0, bound[other]?.line ?? 0)
        let (first, last) = mine < others ? (action, other) : (other, action)
        let place = min(mine, others) > 0 ? "line \(min(mine, others))" : "from the beginning"
        lines.note(
          max(mine, others, 1),
          "\(key.name) of \(last.rawValue) is a key of \(first.rawValue), too (\(place)):"
            + " take another, or bind \(first.rawValue) to another or to noop")
      }
    }
  }

  private static func keys(
    for action: Action, _ entry: SettingsFile.Entry, _ lines: inout SettingsFile
  ) -> [Key] {
    if entry.words == ["noop"] { return [] }
    return entry.words.compactMap { word in
      guard let key = Key(name: word) else {
        let hint =
          word == "noop"
          ? "it stands alone" : "keys are such as x, Space, C-x, F5 or PgUp, zmtui(5) lists them"
        lines.note(entry.line, "no key \(quoted(word)): \(hint)")
        return nil
      }
      if let reason = key.reasonNotToBind(action) {
        lines.note(entry.line, "\(word) cannot be bound to \(action.rawValue): \(reason)")
        return nil
      }
      return key
    }
  }

  /// The map as a file that `reading` takes.
  public var text: String {
    var text = """
      # The keys of zmtui, see zmtui(5).
      # action = key key ...   or   action = noop

      """
    for scope in Scope.allCases {
      text += "\n# -- \(scope.title) --\n"
      for binding in Action.bindings where binding.scope == scope {
        let keys = usualFirst(binding)
        text += "\n# \(binding.label)\n"
        text += "\(binding.action.rawValue) = \(keys.isEmpty ? "noop" : keys.joined(separator: " "))\n"
      }
    }
    return text
  }

  /// The names of an action's keys, those that it has from the beginning before others.
  private func usualFirst(_ binding: Action.Binding) -> [String] {
    let names = keys(of: binding.action).map(\.name)
    let usual = binding.keys.split(separator: " ").map(String.init).filter(names.contains)
    return usual + names.filter { !usual.contains($0) }
  }
}

extension Scope {
  /// Where it is, in words.
  public var title: String {
    switch self {
    case .everywhere: "everywhere"
    case .lists: "in lists"
    case .text: "in output and scripts"
    case .events: "in the events view"
    case .workers: "in the workers view"
    }
  }
}

extension Key {
  /// Why it must not do that; nil if it may.
  fileprivate func reasonNotToBind(_ action: Action) -> String? {
    guard case .control(let letter) = self else { return nil }
    switch letter {
    case "a", "b": return "tmux and screen take it"
    case "s", "q": return "terminals stop and go on by it"
    case "d", "k", "w":
      return action.moves ? nil : "it moves or edits everywhere else, and a habit would hit it"
    case "h": return "terminals send the same for BS, write that"
    case "i": return "terminals send the same for Tab, write that"
    case "j", "m": return "terminals send the same for Enter, write that"
    default: return nil
    }
  }
}

extension Action {
  /// Whether it moves the cursor and nothing else.
  fileprivate var moves: Bool {
    switch self {
    case .up, .down, .left, .right, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last: true
    default: false
    }
  }
}
