import Terminal
import ZmeyConsole

/// Shows frames on the terminal: of each frame only the rows that differ from the one before.
struct Window {
  private let screen: Screen
  private var shown: Grid?

  init(_ screen: Screen) { self.screen = screen }

  /// Shows roles as a theme says from now on.
  mutating func wear(_ theme: Theme) {
    for role in Role.allCases {
      let look = theme.appearance(of: role, colours: screen.colours)
      screen.define(
        UInt16(role.rawValue),
        Appearance(
          foreground: look.foreground, background: look.background,
          attributes: Appearance.Attributes(rawValue: look.attributes.rawValue)))
    }
    forget()
  }

  /// All rows are to be put anew.
  mutating func forget() { shown = nil }

  /// Shows a frame.
  mutating func show(_ frame: Frame) {
    let grid = frame.grid
    for row in 0..<grid.size.rows {
      if let shown, shown.size == grid.size, shown.row(row) == grid.row(row) { continue }
      screen.put(
        row: row,
        grid.row(row).map { cell in
          TerminalCell(
            scalar: cell.scalar, mark: cell.mark, style: UInt16(cell.role.rawValue), width: cell.width)
        })
    }
    shown = grid
    screen.setCursor(frame.cursor)
    screen.flush()
  }
}
