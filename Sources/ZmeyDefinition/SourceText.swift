/// The text of a file by line and column, to point into its scalars.
struct SourceText {
  private let scalars: [Unicode.Scalar]
  /// Where each line begins.
  private let starts: [Int]

  init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    var starts: [Int] = []
    for (scalar, line, _) in LocatedScalars(DocumentComposer.withoutMark(text)) {
      if line > starts.count { starts.append(scalars.count) }
      scalars.append(scalar)
    }
    self.scalars = scalars
    self.starts = starts
  }

  /// Where a character of a scalar's text stands; where the scalar begins if its lines were folded.
  func place(of offset: Int, in text: Text) -> Place {
    let place = text.place
    guard starts.indices.contains(place.line - 1) else { return place }
    let start = skipProperties(from: starts[place.line - 1] + place.column - 1)
    let before = text.string.unicodeScalars.prefix(offset)
    switch at(start) {
    case "\"", "'":
      guard let index = quoted(before, from: start + 1, quote: at(start)) else { return place }
      return Place(file: place.file, line: place.line, column: index - starts[place.line - 1] + 1)
    case "|", ">": return inBlock(offset, text)
    default:
      guard scalars[start...].starts(with: before) else { return place }
      return Place(
        file: place.file, line: place.line, column: start - starts[place.line - 1] + before.count + 1)
    }
  }

  private func at(_ index: Int) -> Unicode.Scalar? { scalars.indices.contains(index) ? scalars[index] : nil }

  /// Behind an anchor.
  private func skipProperties(from start: Int) -> Int {
    guard at(start) == "&" else { return min(start, scalars.count) }
    var index = start
    while let scalar = at(index), !Self.isSpace(scalar) { index += 1 }
    while let scalar = at(index), scalar == " " || scalar == "\t" { index += 1 }
    return index
  }

  /// The index behind those characters of a quoted scalar; nil if its lines were folded before.
  private func quoted(_ text: some Sequence<Unicode.Scalar>, from start: Int, quote: Unicode.Scalar?) -> Int?
  {
    var index = start
    for scalar in text {
      guard let raw = at(index) else { return nil }
      switch raw {
      case "\\" where quote == "\"":
        let length = at(index + 1).flatMap { Self.escapes[$0] } ?? 0
        index += 2 + length
      case "'" where quote == "'": index += 2
      case scalar where scalar != "\n": index += 1
      default: return nil
      }
    }
    return index
  }

  /// A line of a literal block stands below its header, behind the margin.
  private func inBlock(_ offset: Int, _ text: Text) -> Place {
    let before = text.string.unicodeScalars.prefix(offset)
    let lines = text.string.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    let number = before.reduce(0) { $0 + ($1 == "\n" ? 1 : 0) }
    let column = before.reversed().prefix { $0 != "\n" }.count
    let index = text.place.line + number
    guard starts.indices.contains(index), lines.indices.contains(number) else { return text.place }
    let raw = scalars[starts[index]...].prefix { !Self.isLineEnd($0) }
    guard raw.reversed().starts(with: lines[number].reversed()) else { return text.place }
    return Place(
      file: text.place.file, line: index + 1, column: raw.count - lines[number].count + column + 1)
  }

  /// How many digits follow an escape.
  private static let escapes: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]

  private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
    ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || isLineEnd(scalar)
  }
}
