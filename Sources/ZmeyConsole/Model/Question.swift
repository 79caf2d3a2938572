/// What is asked before something that cannot be taken back.
struct Question: Hashable {
  /// What would be done: `Stop nightly (12m of work on w-03)?`
  let title: String
  /// Every target and what it means for it; shown in a box if the answer is to be typed.
  let lines: [String]
  /// How it happens, and at its end that nothing takes it back; empty for nothing to say. In a box its last sentence is
  /// always seen.
  let warning: String
  /// What must be typed, such as `stop 3`; nil if `y` is enough.
  let word: String?
  /// What is done then.
  let commands: [Command]
  /// Whether that takes back what was done last.
  var isUndo = false
  /// What was typed so far.
  var typed = ""

  /// A question that `y` answers.
  init(_ title: String, _ commands: [Command], isUndo: Bool = false) {
    self.title = title
    self.commands = commands
    self.isUndo = isUndo
    lines = []
    warning = ""
    word = nil
  }

  /// A question that is answered by typing `word`.
  init(_ title: String, lines: [String], warning: String = "", word: String, _ commands: [Command]) {
    self.title = title
    self.lines = lines
    self.warning = warning
    self.word = word
    self.commands = commands
  }
}
