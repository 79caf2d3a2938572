/// How output lies in rows of a certain width. Only what is looked at is laid out.
struct OutputLayout {
  let text: OutputText
  /// How many columns a row has; at least 1.
  let width: Int
  /// Whether long lines go on in the next row.
  let wraps: Bool
  let tier: Tier

  init(_ text: OutputText, width: Int, wraps: Bool, tier: Tier = .full) {
    self.text = text
    self.width = max(1, width)
    self.wraps = wraps
    self.tier = tier
  }

  /// A row: the number of its line, and which row of that line it is.
  struct Position: Hashable, Comparable {
    var line: Int
    var row = 0

    static func < (left: Position, right: Position) -> Bool {
      (left.line, left.row) < (right.line, right.row)
    }
  }

  /// The rows of a line, at least one.
  func rows(_ line: Int) -> [ArraySlice<Glyph>] {
    let prefix = text[line].isError ? OutputLayout.errorMark : ""
    let glyphs = Glyph.glyphs(prefix + text[line].text, tier)
    guard wraps else { return [glyphs[...]] }
    var rows: [ArraySlice<Glyph>] = []
    var (start, used) = (0, 0)
    for (index, glyph) in glyphs.enumerated() {
      if used + Int(glyph.width) > width, index > start {
        rows.append(glyphs[start..<index])
        (start, used) = (index, 0)
      }
      used += Int(glyph.width)
    }
    return rows + [glyphs[start...]]
  }

  /// What stands before a line of standard error.
  static let errorMark = "ERR "

  /// The row that many rows further on, or back if negative; never outside of the text.
  func position(_ position: Position, movedBy count: Int) -> Position {
    let lines = text.lines
    guard !lines.isEmpty else { return Position(line: lines.lowerBound) }
    guard wraps else {
      return Position(line: max(lines.lowerBound, min(lines.upperBound - 1, position.line + count)))
    }
    var place = clamped(position)
    var rest = count
    while rest > 0 {
      let inLine = rows(place.line).count - 1 - place.row
      if rest <= inLine || place.line == lines.upperBound - 1 {
        place.row += min(rest, inLine)
        return place
      }
      rest -= inLine + 1
      place = Position(line: place.line + 1)
    }
    while rest < 0 {
      if -rest <= place.row || place.line == lines.lowerBound {
        place.row = max(0, place.row + rest)
        return place
      }
      rest += place.row + 1
      place = Position(line: place.line - 1, row: rows(place.line - 1).count - 1)
    }
    return place
  }

  /// The nearest row that there is.
  private func clamped(_ position: Position) -> Position {
    let lines = text.lines
    if position.line < lines.lowerBound { return Position(line: lines.lowerBound) }
    let line = min(position.line, lines.upperBound - 1)
    return Position(line: line, row: min(position.row, rows(line).count - 1))
  }

  /// The first row of a window of that height that ends with the text.
  func lastTop(height: Int) -> Position {
    let lines = text.lines
    guard !lines.isEmpty else { return Position(line: lines.lowerBound) }
    let last = Position(line: lines.upperBound - 1, row: wraps ? rows(lines.upperBound - 1).count - 1 : 0)
    return position(last, movedBy: 1 - max(1, height))
  }

  /// The first row of a window that begins there, if the text goes on far enough.
  func top(_ position: Position, height: Int) -> Position {
    guard !text.lines.isEmpty else { return position }
    return min(self.position(position, movedBy: 0), lastTop(height: height))
  }
}
