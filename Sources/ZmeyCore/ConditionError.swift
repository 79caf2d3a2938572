/// What is wrong with the text of a condition, of a regular expression or of a jsonpath, and where.
public struct ConditionError: Error, Hashable, Sendable {
  /// One sentence: what was expected, or what may not stand here.
  public let message: String
  /// Where it is in the text, in Unicode scalars from 1.
  public let column: Int

  /// An error at that column.
  public init(_ message: String, column: Int) {
    self.message = message
    self.column = column
  }
}
