/// One place of the screen.
public struct Cell: Hashable, Sendable {
  /// The character, as a Unicode scalar value; never a control character.
  public var scalar: UInt32
  /// A combining mark on it; 0 for none.
  public var mark: UInt32
  /// What it means.
  public var role: Role
  /// How many columns the character takes: 1, 2, or 0 for the second half of a wide one.
  public var width: UInt8

  /// A cell.
  public init(scalar: UInt32 = 32, mark: UInt32 = 0, role: Role = .text, width: UInt8 = 1) {
    self.scalar = scalar
    self.mark = mark
    self.role = role
    self.width = width
  }

  /// Nothing.
  public static let blank = Cell()
}

/// A picture of the screen.
public struct Grid: Hashable, Sendable {
  /// How large it is.
  public let size: Size
  private var cells: [Cell]

  /// An empty screen.
  public init(_ size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.rows * size.columns)
  }

  /// The cells of a row, from left to right.
  public func row(_ row: Int) -> ArraySlice<Cell> {
    cells[row * size.columns..<(row + 1) * size.columns]
  }

  /// The cell at a place of the screen.
  public subscript(row: Int, column: Int) -> Cell {
    get { cells[row * size.columns + column] }
    set { cells[row * size.columns + column] = newValue }
  }

  /// A row as text, without the blanks at its end.
  public func text(row index: Int) -> String {
    var text = String.UnicodeScalarView()
    for cell in row(index) where cell.width > 0 {
      text.append(Unicode.Scalar(cell.scalar) ?? " ")
      if cell.mark != 0, let mark = Unicode.Scalar(cell.mark) { text.append(mark) }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// All rows as text, one line each.
  public var text: String { (0..<size.rows).map { text(row: $0) + "\n" }.joined() }
}
