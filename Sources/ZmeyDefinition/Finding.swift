/// A place in the texts being read; ordered as a person reads them.
struct Place: Hashable, Comparable {
  /// The index of the file.
  let file: Int
  /// The line, from 1.
  let line: Int
  /// The column in Unicode scalars, from 1.
  let column: Int

  static func < (left: Place, right: Place) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}

/// Something wrong, before the index of its file is turned into a name.
struct Finding: Hashable {
  let place: Place
  let message: String
}
