import ZmeyCore

/// A text that is in the operator's editor.
struct Editing: Sendable {
  /// As it was given to the editor.
  let original: String
  /// What it was edited from, see `Command.applyText`; nil for something new.
  let base: String?
  /// The kind of text, as a suffix.
  let suffix: String
  /// How it becomes a command.
  let purpose: EditPurpose
  /// What was wrong with it before, if it is there again.
  var before: Rejected?
  /// The form that it comes from.
  var form: Form?
}

/// A text from the editor that was not taken; it is not lost.
struct Rejected: Hashable, Sendable {
  /// The text.
  let text: String
  /// What it was edited from, see `Command.applyText`; nil for something new.
  var base: String?
  /// The kind of text, as a suffix.
  let suffix: String
  /// What is wrong with it, and where.
  var problems: [Reply.Problem] = []
  /// Why nothing was done, if it is not the text.
  var message: String?
  /// How the text becomes a command.
  var purpose: EditPurpose
  /// Where it lies, until it is applied.
  var path: String?
  /// What stands by now in place of what it was edited from; nil if nothing else does.
  var newer: Newer?
  /// Whether it may be applied as it is: what it would replace was shown.
  var isReady = false

  /// A version that somebody else made meanwhile.
  struct Newer: Hashable, Sendable {
    let definitions: Definitions
    let yaml: String
  }
}

/// What is done with a text once the editor was left.
enum EditPurpose: Hashable, Sendable {
  /// It is YAML.
  case definitions
  /// It is the script of that template.
  case script(TemplateDefinition)
  /// It is the script of that task of that pipeline.
  case taskScript(PipelineDefinition, task: String)

  /// What makes a command of the text; nil if there is no such task with a script of its own.
  func command(_ text: String, base: String?) -> Command? {
    switch self {
    case .definitions: return .applyText(text, base: base)
    case .script(var template):
      template.program.script = text
      return .apply(Definitions(templates: [template]), base: base)
    case .taskScript(var pipeline, let task):
      guard let index = pipeline.tasks.firstIndex(where: { $0.name == task }),
        case .inline(var program) = pipeline.tasks[index].work
      else { return nil }
      program.script = text
      pipeline.tasks[index].work = .inline(program)
      return .apply(Definitions(pipelines: [pipeline]), base: base)
    }
  }

  /// The same on a newer version, and the text that stands there; nil if it has no place for it any more.
  func over(_ newer: Rejected.Newer) -> (purpose: EditPurpose, text: String)? {
    switch self {
    case .definitions: return (.definitions, newer.yaml)
    case .script(let template):
      return newer.definitions.templates.first { $0.name == template.name }
        .map { (.script($0), $0.program.script) }
    case .taskScript(let pipeline, let task):
      guard let pipeline = newer.definitions.pipelines.first(where: { $0.name == pipeline.name }),
        case .inline(let program)? = pipeline.tasks.first(where: { $0.name == task })?.work
      else { return nil }
      return (.taskScript(pipeline, task: task), program.script)
    }
  }
}
