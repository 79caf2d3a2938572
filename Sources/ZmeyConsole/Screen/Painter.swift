/// A piece of text with a meaning.
public struct Span: Hashable, Sendable {
  /// The text; whatever it holds, nothing of it can speak to a terminal.
  public var text: String
  /// What it means.
  public var role: Role

  /// A piece of text.
  public init(_ text: String, _ role: Role = .text) {
    self.text = text
    self.role = role
  }
}

/// Draws onto a grid. Nothing is drawn outside of it, and no wide character is cut in two.
public struct Painter {
  /// What is drawn.
  public private(set) var grid: Grid
  /// The signs to draw with.
  public let signs: Signs
  /// Which characters there are.
  public let tier: Tier
  /// The time that is shown.
  public let now: Moment
  /// When the picture should be drawn again, for a time or a bar in it changes then; nil if nothing does.
  public private(set) var wake: Moment?
  /// Where the cursor stands, while something is typed.
  public var cursor: (row: Int, column: Int)?
  /// What a click means, by where it falls; later ones lie above earlier ones.
  public private(set) var targets: [(rect: Rect, target: ClickTarget)] = []

  /// A painter of an empty screen.
  public init(_ size: Size, tier: Tier, now: Moment) {
    grid = Grid(size)
    self.tier = tier
    signs = tier.signs
    self.now = now
  }

  /// Asks to draw again at that moment.
  public mutating func redraw(at moment: Moment) {
    wake = wake.map { min($0, moment) } ?? moment
  }

  /// Says what a click there means.
  public mutating func target(_ target: ClickTarget, _ rect: Rect) { targets.append((rect, target)) }

  private mutating func put(_ glyph: Glyph, _ row: Int, _ column: Int, _ role: Role) {
    grid[row, column] = Cell(scalar: glyph.scalar, mark: glyph.mark, role: role, width: glyph.width)
    if glyph.width == 2 { grid[row, column + 1] = Cell(scalar: 32, role: role, width: 0) }
  }

  /// Puts glyphs side by side from a column on, and returns the column after them.
  @discardableResult
  private mutating func put(
    _ glyphs: some Sequence<Glyph>, _ row: Int, _ column: Int, until end: Int, _ role: Role
  ) -> Int {
    var column = column
    guard 0..<grid.size.rows ~= row else { return column }
    for glyph in glyphs {
      let next = column + Int(glyph.width)
      guard next <= min(end, grid.size.columns) else { break }
      if column >= 0 { put(glyph, row, column, role) }
      column = next
    }
    return column
  }

  /// Writes a text from a column on into `width` columns; with an ellipsis where it does not fit. Returns how many
  /// columns it took.
  @discardableResult
  public mutating func text(
    _ text: some StringProtocol, row: Int, column: Int, width: Int, _ role: Role = .text,
    align: Alignment = .left
  ) -> Int {
    guard width > 0 else { return 0 }
    let glyphs = fitted(Glyph.glyphs(text, tier), width, align)
    let start = align == .right ? column + max(0, width - glyphs.columns) : column
    return put(glyphs, row, start, until: column + width, role) - column
  }

  /// Puts glyphs side by side into `width` columns; what does not fit is left out.
  mutating func glyphs(
    _ glyphs: some Sequence<Glyph>, row: Int, column: Int, width: Int, _ role: Role = .text
  ) {
    put(glyphs, row, column, until: column + width, role)
  }

  /// How a text lies in its width.
  public enum Alignment: Sendable {
    /// At the left; what does not fit is left out at its end.
    case left
    /// At the right; what does not fit is left out at its end.
    case right
    /// At the left; what does not fit is left out at its beginning.
    case end
    /// At the left; what does not fit is left out in its middle.
    case middle
  }

  private func fitted(_ glyphs: [Glyph], _ width: Int, _ align: Alignment) -> [Glyph] {
    guard glyphs.columns > width else { return glyphs }
    let ellipsis = Glyph.glyphs(String(signs.ellipsis), tier)
    let tail =
      switch align {
      case .left, .right: 0
      case .middle: (width - 1) / 3
      case .end: width - 1
      }
    return glyphs.prefix(columns: width - 1 - tail) + ellipsis + glyphs.suffix(columns: tail)
  }

  /// Writes spans side by side into `width` columns, and returns how many they took. What does not fit is left out.
  @discardableResult
  public mutating func spans(_ spans: [Span], row: Int, column: Int, width: Int) -> Int {
    var used = 0
    for span in spans where used < width {
      used += text(span.text, row: row, column: column + used, width: width - used, span.role)
    }
    return used
  }

  /// How many columns spans take.
  public func columns(_ spans: [Span]) -> Int {
    spans.reduce(0) { $0 + Glyph.glyphs($1.text, tier).columns }
  }

  /// How many columns a text takes.
  public func columns(_ text: some StringProtocol) -> Int { Glyph.glyphs(text, tier).columns }

  /// Writes one group of spans at the left of a row and one at its right, with a blank between; the left gives way.
  public mutating func line(_ left: [Span], right: [Span] = [], row: Int, column: Int, width: Int) {
    let rightColumns = min(width, columns(right))
    spans(left, row: row, column: column, width: width - rightColumns - (rightColumns > 0 ? 1 : 0))
    spans(right, row: row, column: column + width - rightColumns, width: rightColumns)
  }

  /// Repeats a character along a row.
  public mutating func run(_ character: Character, row: Int, column: Int, count: Int, _ role: Role) {
    guard count > 0 else { return }
    let glyphs = Glyph.glyphs(String(character), tier)
    for offset in 0..<count { put(glyphs, row, column + offset, until: column + count, role) }
  }

  /// Makes a part of the screen blank.
  public mutating func fill(_ rect: Rect, _ role: Role = .text) {
    for row in rect.row..<rect.end { run(" ", row: row, column: rect.column, count: rect.columns, role) }
  }

  /// Gives all that stands in a part of the screen one role.
  public mutating func tint(_ rect: Rect, _ role: Role) {
    for row in max(0, rect.row)..<max(0, min(rect.end, grid.size.rows)) {
      for column in max(0, rect.column)..<max(0, min(rect.trailing, grid.size.columns)) {
        grid[row, column].role = role
      }
    }
  }

  /// Draws a frame with a title in its upper line and something at the right of it, and makes its inside blank. What has
  /// the focus shows it by its title and left edge alone, so that moving the focus changes few cells.
  public mutating func box(
    _ rect: Rect, title: [Span] = [], right: [Span] = [], footer: [Span] = [], isFocused: Bool = false
  ) {
    guard rect.rows >= 2, rect.columns >= 4 else { return fill(rect) }
    fill(rect)
    let (top, bottom, last) = (rect.row, rect.end - 1, rect.trailing - 1)
    run(signs.horizontal, row: top, column: rect.column, count: rect.columns, .border)
    run(signs.horizontal, row: bottom, column: rect.column, count: rect.columns, .border)
    for row in rect.row..<rect.end {
      run(
        isFocused ? signs.edge : signs.vertical, row: row, column: rect.column, count: 1,
        isFocused ? .focus : .border)
      run(signs.vertical, row: row, column: last, count: 1, .border)
    }
    for (character, row, column) in [
      (signs.topLeft, top, rect.column), (signs.topRight, top, last),
      (signs.bottomLeft, bottom, rect.column), (signs.bottomRight, bottom, last),
    ] { run(character, row: row, column: column, count: 1, .border) }

    let room = rect.columns - 4
    let rightWidth = right.isEmpty ? 0 : min(columns(right) + 2, room)
    if rightWidth > 2 {
      spans(
        [Span(" ")] + right + [Span(" ")], row: top, column: rect.trailing - 2 - rightWidth, width: rightWidth
      )
    }
    let left = title.map { isFocused ? Span($0.text, .focus) : $0 }
    let leftWidth = min(columns(left) + 2, room - rightWidth)
    if !left.isEmpty, leftWidth > 2 {
      text(" ", row: top, column: rect.column + 2, width: 1)
      spans(left, row: top, column: rect.column + 3, width: leftWidth - 2)
      text(" ", row: top, column: rect.column + 1 + leftWidth, width: 1)
    }
    if !footer.isEmpty {
      spans([Span(" ")] + footer + [Span(" ")], row: bottom, column: rect.column + 2, width: room)
    }
  }

  /// A bar of that many per mille, to stand among other spans.
  func bar(width: Int, permille: Int, _ role: Role = .bar) -> [Span] {
    guard width > 0 else { return [] }
    let steps = signs.parts.count + 1
    let filled = max(0, min(1000, permille)) * width * steps / 1000
    var done = String(repeating: signs.full, count: filled / steps)
    if filled % steps > 0 { done.append(signs.parts[filled % steps - 1]) }
    return [Span(done, role), Span(String(repeating: signs.rest, count: width - done.count), .barRest)]
  }

  /// Draws a bar of that many per mille.
  public mutating func bar(row: Int, column: Int, width: Int, permille: Int, _ role: Role = .bar) {
    spans(bar(width: width, permille: permille, role), row: row, column: column, width: width)
  }

  /// Draws values as heights side by side, each from 0 to 1000 per mille.
  public mutating func heights(_ permille: [Int], row: Int, column: Int, width: Int, _ role: Role = .bar) {
    for (offset, value) in permille.suffix(width).enumerated() {
      let index = max(0, min(signs.heights.count - 1, value * signs.heights.count / 1001))
      run(signs.heights[index], row: row, column: column + offset, count: 1, role)
    }
  }
}

/// What a click may mean.
public enum ClickTarget: Hashable, Sendable {
  /// A view of the upper row.
  case tab(Tab)
  /// A row of the list in the middle, by its number.
  case row(Int)
  /// A task within a row of the list: the numbers of both.
  case task(Int, Int)
  /// A hint of the last row.
  case action(Action)
}
