import ArgumentParser

/// The two flags of what can be turned on and off.
enum Switch: EnumerableFlag {
  case on
  case off

  var isOn: Bool { self == .on }

  /// `turned on task`, for the line that says so.
  func turned(_ noun: String) -> String { "turned \(self) \(noun)" }

  static func help(for value: Switch) -> ArgumentHelp? {
    switch value {
    case .on: "Turn it on."
    case .off: "Turn it off."
    }
  }
}

/// A task by its pipeline's name and its own: `PIPELINE/TASK`.
struct TaskPath: ExpressibleByArgument, CustomStringConvertible {
  let pipeline: String
  let task: String

  /// Nil if there is no slash; no name has one.
  init?(argument: String) {
    // By bytes: with a combining mark behind it, a slash is no Character of its own.
    let parts = argument.utf8.split(
      separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    pipeline = String(Substring(parts[0]))
    task = String(Substring(parts[1]))
  }

  var description: String { "\(pipeline)/\(task)" }
}
