import ZmeyCore

/// Something that an action is meant for, by its name as commands take it.
struct Target: Hashable {
  let name: String
  /// Whose it is; nil for what belongs to all.
  var owner: String?
  /// What its end would mean, in a few words.
  var consequence = ""
}

extension Context {
  /// Whether all of these belong to the caller; says whose they are if not, for commands name the caller's own.
  mutating func owns(_ targets: [Target]) -> Bool {
    guard let other = targets.first(where: { $0.owner.map { !world.isMine($0) } ?? false }) else {
      return true
    }
    say("\(other.name) is \(other.owner ?? "")'s, who alone may change it", isError: true)
    return false
  }

  /// Asks before things are removed: one by `y`; several, or where the database is production, by typing it.
  mutating func askToRemove(_ noun: String, _ targets: [Target], _ command: (String) -> Command) {
    guard let first = targets.first, owns(targets) else { return }
    let commands = targets.map { command($0.name) }
    if targets.count == 1, world.identity?.isProduction != true {
      let consequence = first.consequence.isEmpty ? "" : " (\(first.consequence))"
      return ask(Question("Remove \(noun) \(first.name)\(consequence)?", commands))
    }
    let lines = targets.map { $0.consequence.isEmpty ? $0.name : "\($0.name): \($0.consequence)" }
    let what = targets.count == 1 ? first.name : "\(targets.count)"
    ask(
      Question(
        "Remove \(noun)\(targets.count == 1 ? "" : "s")?", lines: lines, word: "remove \(what)", commands))
  }
}

extension [Target] {
  /// One name, or how many: `nightly`, `3 events`.
  func named(_ noun: String) -> String { count == 1 ? self[0].name : "\(count) \(noun)s" }
}

extension Span {
  /// A name, and whose it is if it is not the caller's.
  static func owned(_ name: String, _ owner: String, _ world: World) -> [Span] {
    world.isMine(owner) ? [Span(name)] : [Span(name), Span(" of \(owner)", .dim)]
  }
}
