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
}

/// A text from the editor that was not taken; it is not lost.
struct Rejected: Hashable, Sendable {
  /// The text.
  let text: String
  /// What it was edited from, see `Command.applyText`; nil for something new.
  let base: String?
  /// The kind of text, as a suffix.
  let suffix: String
  /// What is wrong with it, and where.
  let problems: [Reply.Problem]
  /// Why nothing was done, if it is not the text.
  let message: String?
  /// How the text becomes a command.
  let purpose: EditPurpose
}

/// What is done with a text once the editor was left.
enum EditPurpose: Hashable, Sendable {
  /// It is YAML.
  case definitions
  /// It is the script of that template.
  case script(TemplateDefinition)
  /// It is the script of that task of that pipeline.
  case taskScript(PipelineDefinition, task: String)
}
