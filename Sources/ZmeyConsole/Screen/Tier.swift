/// Which characters a terminal can show.
public enum Tier: String, CaseIterable, Sendable {
  /// All of Unicode.
  case full
  /// Those of code page 437, as the console of Linux.
  case console
  /// ASCII alone: what is beside it is written with its nearest letters, or as `?`.
  case ascii

  /// The signs of this tier.
  public var signs: Signs {
    switch self {
    case .full: .full
    case .console: .console
    case .ascii: .ascii
    }
  }
}

/// The signs with which the console draws, each one column wide.
public struct Signs: Sendable {
  /// States and marks.
  let succeeded, failed, running, queued, paused, waiting, skipped, stopping, overdue: Character
  /// Of the connection, of a draining worker, of what starts something else, of attention.
  let live, drain, feeds, warning: Character
  /// In place of what does not fit; the left edge of what has the focus; before what a list expands.
  let ellipsis, edge: Character
  /// Lines and corners of boxes.
  let horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight: Character
  /// Branches of trees and links: ├ ┤ ┬ ┴ ┼.
  let fork, join, down, up, cross: Character
  /// The head of a link.
  let arrow: Character
  /// Of bars: filled, rest, and parts of a cell from the smallest to the largest.
  let full, rest: Character
  let parts: [Character]
  /// Of a gantt: on the critical path, expected, planned, now.
  let critical, expected, planned, now: Character
  /// Heights from the lowest to the highest.
  let heights: [Character]

  static let full = Signs(
    succeeded: "✓", failed: "✗", running: "►", queued: "○", paused: "‖", waiting: "·", skipped: "-",
    stopping: "□",
    overdue: "!", live: "●", drain: "↓", feeds: "⇐", warning: "⚠", ellipsis: "…", edge: "▌", horizontal: "─",
    vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘", fork: "├", join: "┤",
    down: "┬",
    up: "┴", cross: "┼", arrow: "►", full: "█", rest: "░", parts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉"],
    critical: "▓", expected: "▒", planned: "░", now: "┃",
    heights: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"])

  static let console = Signs(
    succeeded: "√", failed: "x", running: "►", queued: "○", paused: "║", waiting: "·", skipped: "-",
    stopping: "■",
    overdue: "!", live: "•", drain: "↓", feeds: "←", warning: "!", ellipsis: "~", edge: "▌", horizontal: "─",
    vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘", fork: "├", join: "┤",
    down: "┬",
    up: "┴", cross: "┼", arrow: "►", full: "█", rest: "░", parts: ["▌"], critical: "▓", expected: "▒",
    planned: "░",
    now: "│", heights: ["_", "▄", "█"])

  static let ascii = Signs(
    succeeded: "+", failed: "x", running: ">", queued: "o", paused: "=", waiting: ".", skipped: "-",
    stopping: "#",
    overdue: "!", live: "*", drain: "v", feeds: "<", warning: "!", ellipsis: "~", edge: "]", horizontal: "-",
    vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+", fork: "+", join: "+",
    down: "+",
    up: "+", cross: "+", arrow: ">", full: "#", rest: ".", parts: [], critical: "@", expected: "=",
    planned: ".",
    now: "|", heights: ["_", "-", "^"])
}
