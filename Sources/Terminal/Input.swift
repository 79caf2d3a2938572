/// A key, or keys pressed together.
public enum Key: Hashable, Sendable {
  /// A character that can be printed, the space among them.
  case character(Unicode.Scalar)
  /// Control and a character: a small letter or one of `@ \ ] ^ _`.
  case control(Character)
  case up
  case down
  case left
  case right
  case home
  case end
  case pageUp
  case pageDown
  case insert
  case delete
  case backspace
  case enter
  case escape
  case tab
  case backTab
  /// F1, F2 and so on.
  case function(Int)
  case controlUp
  case controlDown
  case controlLeft
  case controlRight
  case shiftUp
  case shiftDown
  case shiftLeft
  case shiftRight
  /// A key that has no name here.
  case unknown
}

/// What the mouse did.
public struct Mouse: Hashable, Sendable {
  /// The kind of act.
  public enum Action: Hashable, Sendable {
    /// The first button went down.
    case press
    /// It went down for the second time at the same place, within 400 ms; the first time was told as `press`.
    case doubleClick
    /// The wheel was turned away from the user.
    case wheelUp
    /// The wheel was turned towards the user.
    case wheelDown
  }

  /// What it did.
  public var action: Action
  /// Where, from 0 at the top.
  public var row: Int
  /// Where, from 0 at the left.
  public var column: Int

  /// An act at a place.
  public init(_ action: Action, row: Int, column: Int) {
    self.action = action
    self.row = row
    self.column = column
  }
}

/// What the terminal or the system has to say.
public enum Input: Hashable, Sendable {
  /// A key was pressed.
  case key(Key)
  /// Text was pasted; lines end in newlines. What is longer than 1 MiB is cut off.
  case paste(String)
  /// The mouse did something.
  case mouse(Mouse)
  /// The terminal's window got (true) or lost the keyboard.
  case focus(Bool)
  /// The size may be another, and all rows are to be put anew.
  case resized
  /// The process was stopped and continued. The size may be another, and all rows are to be put anew.
  case resumed
  /// A signal asks the program to end: SIGTERM, SIGHUP, SIGINT or SIGQUIT.
  case terminate(signal: Int32)
  /// The terminal is gone.
  case closed
}
