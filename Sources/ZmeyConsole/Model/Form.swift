/// A form: fields with values, and what becomes of them.
struct Form: Sendable {
  /// One field.
  struct Field: Hashable, Sendable {
    /// By which its value is found.
    let key: String
    /// What stands before it.
    let label: String
    /// What it takes.
    let kind: Kind
    /// Its value, while it is typed.
    var edit: LineEdit
    /// What it is for, in a line.
    let hint: String

    /// What a field takes.
    enum Kind: Hashable, Sendable {
      case text
      /// One of these; Left and Right choose, letters too.
      case choice([String])
    }

    /// A field that takes text.
    static func text(_ key: String, _ label: String, _ value: String = "", hint: String = "") -> Field {
      Field(key: key, label: label, kind: .text, edit: LineEdit(value), hint: hint)
    }

    /// A field that takes one of these; the first unless `value` says another.
    static func choice(
      _ key: String, _ label: String, _ choices: [String], _ value: String? = nil, hint: String = ""
    ) -> Field {
      let value = value.flatMap { choices.contains($0) ? $0 : nil } ?? choices.first ?? ""
      return Field(key: key, label: label, kind: .choice(choices), edit: LineEdit(value), hint: hint)
    }
  }

  /// What becomes of a form.
  enum Result: Sendable {
    /// These changes are asked for.
    case commands([Command], undo: Undo? = nil)
    /// A definition is opened in the editor, the cursor in that line, and applied afterwards.
    case edit(String, line: Int)
    /// A field is wrong: its key, and what is wrong.
    case wrong(String, String)
  }

  /// What it is for.
  let title: String
  /// The fields, from top to bottom; at least one.
  var fields: [Field]
  /// Which field is typed into.
  var focus = 0
  /// What was wrong with it: of which field (nil: of all), and what.
  var problem: (key: String?, message: String)?
  /// Whether it was asked whether to throw away what was typed.
  var isLeaving = false
  /// What becomes of the values, by key.
  let finish: @Sendable ([String: String]) -> Result
  private let initial: [Field]

  /// A form.
  init(_ title: String, _ fields: [Field], finish: @escaping @Sendable ([String: String]) -> Result) {
    self.title = title
    self.fields = fields
    self.finish = finish
    initial = fields
  }

  /// The values by key.
  var values: [String: String] {
    Dictionary(fields.map { ($0.key, $0.edit.text) }) { first, _ in first }
  }

  /// Whether something was typed.
  var isDirty: Bool { fields.map(\.edit.text) != initial.map(\.edit.text) }

  /// Does what a key does within a form; false if it does nothing here.
  mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .special(.up), .special(.backTab): focus = (focus + fields.count - 1) % fields.count
    case .special(.down), .special(.tab): focus = (focus + 1) % fields.count
    default:
      guard case .choice(let choices) = fields[focus].kind else { return fields[focus].edit.handle(key) }
      return choose(key, choices)
    }
    return true
  }

  private mutating func choose(_ key: Key, _ choices: [String]) -> Bool {
    let now = choices.firstIndex(of: fields[focus].edit.text) ?? 0
    let next: Int
    switch key {
    case .special(.left): next = (now + choices.count - 1) % choices.count
    case .special(.right), .character(" "): next = (now + 1) % choices.count
    case .character(let scalar):
      // The next that begins with the letter.
      let order = (1...choices.count).map { (now + $0) % choices.count }
      guard let found = order.first(where: { choices[$0].hasPrefix(String(scalar)) }) else { return true }
      next = found
    default: return false
    }
    fields[focus].edit = LineEdit(choices[next])
    return true
  }
}
