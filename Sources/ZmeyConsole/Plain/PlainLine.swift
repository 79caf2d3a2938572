import ZmeyCore

/// What a line means that is typed in line mode.
public enum PlainLine: Hashable, Sendable {
  /// Changes; asked before if `question` is there.
  case commands([Command], question: String?)
  /// Tell everything again.
  case list
  /// Tell what can be typed.
  case help
  /// End.
  case quit
  /// Nothing was typed.
  case nothing
  /// It means nothing, and why.
  case wrong(String)

  /// What can be typed, a line each.
  public static let usage = [
    "start PIPELINE[/TASK] [ARGUMENT]...",
    "pause | resume | hold | release | stop | kill  PIPELINE or NUMBER...",
    "rerun NUMBER", "list", "help", "quit",
  ]

  /// Reads a line: words separated by blanks. Names that contain blanks cannot be typed; their numbers can.
  public init(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else {
      self = .nothing
      return
    }
    self =
      Self.read(verb, Array(words.dropFirst()))
      ?? .wrong("'\(line)' means nothing; help tells what can be typed")
  }

  private static func read(_ verb: String, _ words: [String]) -> PlainLine? {
    switch verb {
    case "list" where words.isEmpty: return .list
    case "help" where words.isEmpty: return .help
    case "quit" where words.isEmpty: return .quit
    case "start":
      guard let place = words.first?.split(separator: "/", maxSplits: 1).map(String.init),
        let pipeline = place.first
      else { return nil }
      let task = place.count > 1 ? place[1] : nil
      return .commands(
        [.start(pipeline: pipeline, task: task, arguments: Array(words.dropFirst()))], question: nil)
    case "rerun" where words.count == 1:
      return Int64(words[0]).map { .commands([.rerun($0, .alone)], question: nil) }
    default: return ControlVerb(rawValue: verb).flatMap { control($0, words) }
    }
  }

  private static func control(_ verb: ControlVerb, _ words: [String]) -> PlainLine? {
    let ids = words.compactMap { Int64($0) }
    let commands =
      (ids.isEmpty ? [] : [Command.control(verb, ids: ids)])
      + words.filter { Int64($0) == nil }.map { .controlPipeline(verb, $0) }
    guard !commands.isEmpty else { return nil }
    let isFinal = verb == .stop || verb == .kill
    return .commands(
      commands, question: isFinal ? "\(verb.rawValue) \(words.joined(separator: " "))? y/N" : nil)
  }
}
