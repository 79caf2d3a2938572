import ZmeyCore

/// How to take back what several commands do.
struct Undo: Sendable {
  /// What takes one of the commands back.
  struct Step: Hashable, Sendable {
    /// To what it was done, by name.
    let names: [String]
    /// What takes it back; none if nothing does.
    let commands: [Command]
  }

  /// What was done, before and behind the names: `turned`, `on`.
  private let words: (before: String, behind: String)
  /// What several are called: `events`.
  private let noun: String
  /// One for each of the commands, in their order.
  private let steps: [Step]

  /// How to take back commands that did that to things which are called `noun` if there are several.
  init(_ words: String, behind: String = "", _ noun: String, _ steps: [Step]) {
    self.words = (words, behind)
    self.noun = noun
    self.steps = steps
  }

  /// How to take back one command.
  init(_ words: String, _ name: String, _ command: Command) {
    self.init(words, "", [Step(names: [name], commands: [command])])
  }

  /// The same for those commands alone that changed something; nil if none did.
  func of(_ replies: [Reply]) -> Undo? {
    let steps = zip(steps, replies).filter { step, reply in
      guard case .done = reply else { return false }
      return !step.commands.isEmpty
    }.map(\.0)
    return steps.isEmpty ? nil : Undo(words.before, behind: words.behind, noun, steps)
  }

  /// What takes all of it back.
  var commands: [Command] { steps.flatMap(\.commands) }

  /// What was done: `paused nightly`, `turned 3 events on`.
  var label: String {
    let names = steps.flatMap(\.names)
    let what = names.count == 1 ? names[0] : "\(names.count) \(noun)"
    return [words.before, what, words.behind].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
