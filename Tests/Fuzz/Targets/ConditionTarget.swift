internal import FoundationEssentials
internal import ZmeyCore

/// The text of a link's condition, or its form in JSON if it begins like one.
enum ConditionTarget {
  static func check(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let condition = try read(text) {
      let written = condition.description
      let again = try must("'\(written)' is read again") { try Condition(written) }
      try promise(
        again == condition && hasBytes(again.description, written), "'\(written)' reads as '\(again)'")
      try survivesJSON(condition)
    }
    guard text.hasPrefix("[") || text.hasPrefix("\"") else { return }
    let list = try? JSONDecoder().decode([Condition].self, from: Data("[\(text)]".utf8))
    for condition in list ?? [] { try survivesJSON(condition) }
  }

  private static func read(_ text: String) throws(BrokenPromise) -> Condition? {
    do throws(ConditionError) { return try Condition(text) } catch {
      let columns = 1...text.unicodeScalars.count + 1
      try promise(columns.contains(error.column), "\(error) names a column of \(columns)")
      try promise(1...1000 ~= error.message.utf8.count, "'\(error.message)' is short")
      return nil
    }
  }

  private static func survivesJSON(_ condition: Condition) throws(BrokenPromise) {
    let again = try must("JSON of '\(condition)' is read") {
      try JSONDecoder().decode([Condition].self, from: try JSONEncoder().encode([condition]))
    }
    try promise(again == [condition], "'\(condition)' comes back from JSON as \(again)")
  }

  /// `==` of strings takes composed and decomposed letters for the same.
  private static func hasBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}
