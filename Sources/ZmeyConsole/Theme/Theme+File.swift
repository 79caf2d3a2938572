extension Theme {
  /// Reads a theme: lines `role = foreground [on background] [attribute ...]`, and `// comment`.
  ///
  /// A role of which nothing is said looks as in `default`; a background of which nothing is said is that of `text`.
  ///
  /// - Parameter file: the name for messages; `NAME.theme` if it is nil.
  /// - Throws: `SettingsError` with everything that is wrong.
  public static func parse(_ text: String, name: String, file: String? = nil) throws(SettingsError) -> Theme {
    try parse(text, name: name, file: file ?? "\(name).theme", base: standard.said)
  }

  static func parse(
    _ text: String, name: String, file: String, base: [Role: Statement]
  ) throws(SettingsError) -> Theme {
    var lines = SettingsFile(text, file: file, comment: "//", value: "colour [on colour] [attribute ...]")
    var said = base
    for entry in lines.entries {
      let role = Role.allCases.first { $0.name == entry.name }
      if role == nil { lines.noteUnknown("role", entry, among: Role.allCases.map(\.name)) }
      guard let statement = statement(entry, &lines), let role else { continue }
      said[role] = statement
    }
    guard lines.problems.isEmpty else { throw SettingsError(lines.problems) }
    return Theme(name: name, said: said)
  }

  private static func statement(_ entry: SettingsFile.Entry, _ lines: inout SettingsFile) -> Statement? {
    // A comment may stand behind a line, too.
    var words = entry.words.prefix { !$0.hasPrefix("//") }
    func colour(_ place: String) -> Paint? {
      let word = words.popFirst() ?? ""
      if let paint = Paint(word) { return paint }
      lines.note(
        entry.line,
        "\(quoted(word)) is no \(place): write #rrggbb, default, or a name such as red or bright-red")
      return nil
    }
    guard let foreground = colour("colour") else { return nil }
    var statement = Statement(foreground: foreground, background: nil, attributes: [])
    if words.first == "on" {
      words.removeFirst()
      guard let background = colour("colour of a background") else { return nil }
      statement.background = background
    }
    for word in words {
      guard let known = Look.Attributes.names.first(where: { $0.name == word }) else {
        lines.note(
          entry.line, "\(quoted(word)) is no attribute: write bold, dim, underline or reverse")
        return nil
      }
      statement.attributes.insert(known.attribute)
    }
    return statement
  }
}
