public import ZmeyCore

/// Definitions that were read, with the places in the texts that they come from.
public struct LocatedDefinitions: Sendable {
  /// What was read.
  public let definitions: Definitions
  private let places: PlaceTree
  private let files: [String]

  init(_ definitions: Definitions, places: PlaceTree, files: [String]) {
    self.definitions = definitions
    self.places = places
    self.files = files
  }

  /// A problem as an error at its place.
  ///
  /// - Parameters:
  ///   - pointer: a JSON pointer into the definitions: `/pipelines/0/tasks/2/after/1/when`. If the text does not have
  ///     that part, as what has its default is often left out, the nearest part around it is named.
  ///   - message: one sentence that says what is wrong.
  public func error(at pointer: String, _ message: String) -> DefinitionError {
    let place = places[pointer] ?? Place(file: 0, line: 1, column: 1)
    return DefinitionError(
      file: files.indices.contains(place.file) ? files[place.file] : "", line: place.line,
      column: place.column,
      message: message)
  }

  /// Problems as errors, in the order of the files and of the text in each.
  ///
  /// - Parameter problems: pointers with messages, as for `error(at:_:)`.
  public func errors(_ problems: [DefinitionProblem]) -> DefinitionErrors {
    let order = Dictionary(files.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    let errors = problems.map { error(at: $0.place, $0.message) }
    return DefinitionErrors(
      errors: errors.sorted {
        (order[$0.file] ?? 0, $0.line, $0.column, $0.message) < (
          order[$1.file] ?? 0, $1.line, $1.column, $1.message
        )
      })
  }
}
