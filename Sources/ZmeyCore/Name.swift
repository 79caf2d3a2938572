/// The rule for names of templates, pipelines, tasks, schedulers and workers.
public enum Name {
  /// The longest name, in Unicode scalars.
  public static let maxLength = 100

  /// One sentence that says what is wrong with a name, or nil if it is one: 1 to 100 characters,
  /// none of them a control character or `/` (which parts pipeline and task), no space at an end.
  public static func problem(_ name: String) -> String? {
    if name.isEmpty { return "a name is empty" }
    if name.unicodeScalars.count > maxLength {
      return "the name '\(name.prefix(20))…' is longer than \(maxLength) characters"
    }
    if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "a name has a control character"
    }
    // By scalars: with a combining mark behind it, a slash is no Character of its own.
    if name.unicodeScalars.contains("/") {
      return "the name '\(name)' has a '/', which parts pipeline and task"
    }
    let ends = [name.unicodeScalars.first, name.unicodeScalars.last]
    if ends.contains(where: { $0?.properties.isWhitespace == true }) {
      return "the name '\(name)' begins or ends with a space"
    }
    return nil
  }
}
