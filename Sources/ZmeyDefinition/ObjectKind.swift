/// A kind of mapping in the document, with the keys it may have.
struct ObjectKind {
  /// For messages: `a task`.
  let noun: String
  let keys: [String]

  static let document = ObjectKind(noun: "the document", keys: ["templates", "pipelines", "events"])
  static let template = ObjectKind(noun: "a template", keys: ["name", "description"] + script + program)
  static let pipeline = ObjectKind(noun: "a pipeline", keys: ["name", "description", "limit", "tasks"])
  static let task = ObjectKind(
    noun: "a task",
    keys: ["name", "template"] + script + program + ["args", "priority", "enabled", "map", "join", "after"])
  static let link = ObjectKind(noun: "a link", keys: ["task", "when", "pass", "enabled"])
  static let map = ObjectKind(noun: "'map'", keys: ["over", "as", "items", "limit"])
  static let event = ObjectKind(
    noun: "an event",
    keys: ["name", "description"] + rule + [
      "days", "timezone", "starting", "until", "jitter", "misfire", "max_catch_up", "overlap", "enabled",
      "start",
      "args",
    ])

  static let retry = ObjectKind(
    noun: "'retry'", keys: ["delay", "backoff", "max_delay", "jitter", "exit_codes"])
  static let limits = ObjectKind(noun: "'limits'", keys: ["open_files", "memory", "cpu", "processes"])

  /// What says when an event is due.
  static let rule = ["cron", "every", "at", "times"]
  /// Where a script comes from.
  static let script = ["script", "script_file"]
  /// The facts that running a script needs.
  static let program = [
    "average", "maximum", "grace", "attempts", "retry", "rerun_if_lost", "max_output", "env", "secrets",
    "nice", "limits", "user", "labels", "resources",
  ]
  /// Those of them that a task may say beside its template.
  static let beside = ["maximum", "env", "labels", "resources"]
}
