/// One thing that is wrong with a text of definitions, and where.
public struct DefinitionError: Error, Hashable, Sendable {
  /// The name of the file, as the reader was given it.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column in Unicode scalars, from 1.
  public let column: Int
  /// One sentence that says what is wrong and, where it can, what to write instead.
  public let message: String

  /// An error at that place.
  public init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }
}

extension DefinitionError: CustomStringConvertible {
  /// `file:line:column: message`, the form that editors jump to.
  public var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Everything that is wrong with a text of definitions.
public struct DefinitionErrors: Error, Hashable, Sendable {
  /// At least one, in the order of the files and of the text in each.
  public let errors: [DefinitionError]
}

extension DefinitionErrors: CustomStringConvertible {
  /// One line an error.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
