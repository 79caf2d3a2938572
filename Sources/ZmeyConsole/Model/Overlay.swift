import ZmeyCore

/// What lies above a view and takes the keys.
enum Overlay: Sendable {
  /// A question before a change.
  case question(Question)
  /// A form.
  case form(Form)
  /// The command palette.
  case palette(Palette)
  /// Help.
  case help(Help)
  /// What was wrong with a text from the editor.
  case rejected(Rejected)
  /// Lines to read, with a title.
  case note(title: String, lines: [String])

  /// What is asked in the last row, and answered by `y` or anything else.
  var shortQuestion: String? {
    switch self {
    case .question(let question): question.word == nil ? question.title : nil
    case .form(let form): form.isLeaving ? "Throw away what was typed?" : nil
    case .palette, .help, .rejected, .note: nil
    }
  }
}
