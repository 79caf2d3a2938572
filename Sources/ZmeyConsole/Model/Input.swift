/// What the console is told.
public enum Input: Sendable {
  /// A key was pressed.
  case key(Key)
  /// Text was pasted.
  case paste(String)
  /// The first button was pressed there, the second time in a moment if `isDouble`.
  case click(row: Int, column: Int, isDouble: Bool)
  /// The wheel was turned by that many rows, down if positive.
  case wheel(Int)
  /// The screen has another size.
  case resize(Size)
  /// Who looks, and at what.
  case identity(Identity)
  /// Whether the database is there.
  case link(LinkState)
  /// Something is known, by the database's time.
  case answer(Answer, to: Query)
  /// What came of commands, one for each.
  case replies([Reply], ticket: Int)
  /// The editor was left; nil if nothing is to be made of its text, and `problem` says why. A text that is another than
  /// before is `kept` at a path until `.discard`.
  case edited(String?, problem: String?, kept: String? = nil, ticket: Int)
  /// Another theme is shown, or why it is not.
  case themed(String, problem: String?)
  /// A line to show.
  case note(String, isError: Bool)
  /// The time has come that a frame asked for.
  case tick
}

/// What the console wants done.
public enum Effect: Hashable, Sendable {
  /// Ask the database for changes, one after the other; answered by `.replies`.
  case send([Command], ticket: Int)
  /// Open a text in the operator's editor, the cursor in that line; answered by `.edited`. The suffix tells the editor the
  /// kind of text: `yaml`, `sh` or none.
  case edit(String, suffix: String, line: Int, ticket: Int)
  /// Remove a text that the editor left: it was applied, or another took its place.
  case discard(String)
  /// Show bytes in the operator's pager.
  case page([UInt8])
  /// Put a text into the operator's clipboard.
  case copy(String)
  /// Show another theme; answered by `.themed`.
  case theme(String)
  /// Try at once to reach the database.
  case reconnect
  /// Read again what is shown.
  case refresh
  /// Draw everything again.
  case redraw
  /// Let the mouse be noticed or not.
  case mouse(Bool)
  /// Give the terminal back to the shell for a while.
  case suspend
  /// Forget what was typed and not read yet.
  case forgetTyping
  /// End.
  case quit
}

/// A picture of the console, with what belongs to it.
public struct Frame: Sendable {
  /// The picture.
  public let grid: Grid
  /// Where the cursor stands; nil to hide it.
  public let cursor: (row: Int, column: Int)?
  /// When it should be drawn again; nil if nothing in it depends on time.
  public let wake: Moment?
  /// What clicks mean.
  let targets: [(rect: Rect, target: ClickTarget)]
}
