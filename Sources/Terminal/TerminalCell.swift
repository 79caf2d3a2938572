/// One column of a row.
public struct TerminalCell: Hashable, Sendable {
  /// The Unicode scalar; 0 shows a space.
  public var scalar: UInt32
  /// A combining mark upon it; 0 for none.
  public var mark: UInt32
  /// A style that `Screen.define` was told of; others show the terminal's own colours.
  public var style: UInt16
  /// 1, 2 for a wide scalar, 0 for the column that the wide scalar before it covers too.
  public var width: UInt8

  /// A cell of these.
  public init(scalar: UInt32 = 32, mark: UInt32 = 0, style: UInt16 = 0, width: UInt8 = 1) {
    self.scalar = scalar
    self.mark = mark
    self.style = style
    self.width = width
  }
}
