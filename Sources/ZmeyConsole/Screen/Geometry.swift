/// How large something is, in cells.
public struct Size: Hashable, Sendable {
  /// Cells from top to bottom, at least 1.
  public let rows: Int
  /// Cells from left to right, at least 1.
  public let columns: Int

  /// A size; what is below 1 counts as 1.
  public init(rows: Int, columns: Int) {
    self.rows = max(1, rows)
    self.columns = max(1, columns)
  }
}

/// A part of the screen. Rows and columns count from 0; it may be empty, never negative.
public struct Rect: Hashable, Sendable {
  /// Its first row.
  public var row: Int
  /// Its first column.
  public var column: Int
  /// How many rows it has.
  public var rows: Int
  /// How many columns it has.
  public var columns: Int

  /// A part of the screen; negative extents count as 0.
  public init(row: Int, column: Int, rows: Int, columns: Int) {
    self.row = row
    self.column = column
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }

  /// All of a screen.
  public init(_ size: Size) { self.init(row: 0, column: 0, rows: size.rows, columns: size.columns) }

  /// Whether it has no cell.
  public var isEmpty: Bool { rows == 0 || columns == 0 }
  /// The first row below it.
  public var end: Int { row + rows }
  /// The first column right of it.
  public var trailing: Int { column + columns }

  /// What is inside a frame of one cell around.
  public var inside: Rect { Rect(row: row + 1, column: column + 1, rows: rows - 2, columns: columns - 2) }

  /// Its first `count` rows, or all.
  public func top(_ count: Int) -> Rect {
    Rect(row: row, column: column, rows: min(rows, count), columns: columns)
  }

  /// What is left without its first `count` rows.
  public func below(_ count: Int) -> Rect {
    Rect(row: row + min(rows, count), column: column, rows: rows - count, columns: columns)
  }

  /// Its first `count` columns, or all.
  public func left(_ count: Int) -> Rect {
    Rect(row: row, column: column, rows: rows, columns: min(columns, count))
  }

  /// What is left without its first `count` columns.
  public func right(from count: Int) -> Rect {
    Rect(row: row, column: column + min(columns, count), rows: rows, columns: columns - count)
  }

  /// Whether a cell lies in it.
  public func contains(row: Int, column: Int) -> Bool {
    self.row..<end ~= row && self.column..<trailing ~= column
  }
}
