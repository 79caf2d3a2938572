/// What a piece of the screen means; a theme says how each role looks.
public enum Role: UInt8, CaseIterable, Hashable, Sendable {
  /// Plain text.
  case text
  /// What matters less.
  case dim
  /// Names at the head of a box.
  case title
  /// Lines around boxes, and arrows.
  case border
  /// The title and left edge of what has the focus.
  case focus
  /// The row under the cursor.
  case selected
  /// The first row of the screen.
  case header
  /// The last row of the screen.
  case hint
  /// A key within the last row.
  case key
  /// The state `running`, and `assigned`.
  case running
  /// The state `succeeded`.
  case success
  /// The states `failed`, `timed_out` and `lost`, and errors.
  case failed
  /// The states `waiting` and `skipped`.
  case waiting
  /// The states `paused`, `held`, `stopping` and `stopped`, and warnings.
  case paused
  /// The state `queued`.
  case queued
  /// The filled part of a bar.
  case bar
  /// The rest of a bar.
  case barRest
  /// What stands across the screen when something is wrong.
  case banner
  /// Questions before something that cannot be taken back.
  case danger
  /// What is marked.
  case marked

  /// Its name in theme files.
  public var name: String { "\(self)" }
}
