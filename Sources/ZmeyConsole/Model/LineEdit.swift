/// A line that is being typed.
struct LineEdit: Hashable, Sendable {
  private var characters: [Character]
  /// Before which character the cursor stands.
  private(set) var position: Int

  /// A line with that text, the cursor at its end.
  init(_ text: String = "") {
    characters = Array(text)
    position = characters.count
  }

  /// The line.
  var text: String { String(characters) }
  /// What stands before the cursor.
  var before: String { String(characters[..<position]) }

  /// The most characters that a line takes.
  static let longest = 4000

  /// Types a text; line ends in it become blanks, and control characters are left out.
  mutating func insert(_ text: String) {
    let clean = text.compactMap { character -> Character? in
      if character.isNewline || character == "\t" { return " " }
      guard let scalar = character.unicodeScalars.first else { return nil }
      return CharacterWidth.of(scalar) == nil ? nil : character
    }.prefix(max(0, Self.longest - characters.count))
    characters.insert(contentsOf: clean, at: position)
    position += clean.count
  }

  /// Does what a key does to a line; false if it does nothing to it.
  mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character(let scalar): insert(String(scalar))
    case .special(.left): position = max(0, position - 1)
    case .special(.right): position = min(characters.count, position + 1)
    case .special(.home), .control("a"): position = 0
    case .special(.end), .control("e"): position = characters.count
    case .special(.controlLeft): position = wordStart
    case .special(.controlRight): position = wordEnd
    case .special(.backspace), .control("h"):
      guard position > 0 else { return true }
      position -= 1
      characters.remove(at: position)
    case .special(.delete), .control("d"):
      if position < characters.count { characters.remove(at: position) }
    case .control("u"):
      characters.removeSubrange(..<position)
      position = 0
    case .control("k"): characters.removeSubrange(position...)
    case .control("w"):
      let start = wordStart
      characters.removeSubrange(start..<position)
      position = start
    default: return false
    }
    return true
  }

  private var wordStart: Int {
    var index = position
    while index > 0, characters[index - 1] == " " { index -= 1 }
    while index > 0, characters[index - 1] != " " { index -= 1 }
    return index
  }

  private var wordEnd: Int {
    var index = position
    while index < characters.count, characters[index] == " " { index += 1 }
    while index < characters.count, characters[index] != " " { index += 1 }
    return index
  }
}

extension Painter {
  /// Draws a line that is being typed, the cursor in sight.
  mutating func line(_ edit: LineEdit, row: Int, column: Int, width: Int, _ role: Role = .text) {
    guard width > 0 else { return }
    let before = columns(edit.before)
    if before < width {
      text(edit.text, row: row, column: column, width: width, role)
      cursor = (row, column + before)
    } else {
      text(edit.before, row: row, column: column, width: width - 1, role, align: .end)
      cursor = (row, column + width - 1)
    }
  }
}
