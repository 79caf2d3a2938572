/// A kind of mapping in the document, with the keys it may have.
struct ObjectKind {
  /// For messages: `a task`.
  let noun: String
  let keys: [String]

  static let document = ObjectKind(noun: "the document", keys: ["templates", "pipelines"])
  static let template = ObjectKind(noun: "a template", keys: ["name", "description"] + script + program)
  static let pipeline = ObjectKind(noun: "a pipeline", keys: ["name", "description", "tasks"])
  static let task = ObjectKind(
    noun: "a task", keys: ["name", "template"] + script + program + ["args", "join", "after"])
  static let link = ObjectKind(noun: "a link", keys: ["task", "when", "pass"])

  static let retry = ObjectKind(
    noun: "'retry'", keys: ["delay", "backoff", "max_delay", "jitter", "exit_codes"])
  static let limits = ObjectKind(noun: "'limits'", keys: ["open_files", "memory", "cpu", "processes"])

  /// Where a script comes from.
  static let script = ["script", "script_file"]
  /// The facts that running a script needs.
  static let program = [
    "average", "maximum", "grace", "attempts", "retry", "rerun_if_lost", "max_output", "env", "nice",
    "limits",
    "user",
  ]
  /// Those of them that a task may say beside its template.
  static let beside = ["maximum", "env"]
}
