import Postgres
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

/// What an apply does to the caller's definitions, one by one.
struct Plan {
  /// What becomes of one of them.
  struct Change: Encodable {
    let action: String
    let kind: String
    let name: String
    /// Of a pipeline that changes: its tasks.
    let tasks: Tasks?
    /// The lines of its YAML that change, if that was asked for.
    let diff: String?
    /// What changes of a pipeline, in a few words.
    let summary: String

    private enum CodingKeys: CodingKey { case action, kind, name, tasks, diff }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(action, forKey: .action)
      try container.encode(kind, forKey: .kind)
      try container.encode(name, forKey: .name)
      try container.encode(tasks, forKey: .tasks)
      try container.encodeIfPresent(diff, forKey: .diff)
    }
  }

  /// Which tasks of a pipeline change.
  struct Tasks: Encodable {
    let added: [String]
    let changed: [String]
    let removed: [String]
  }

  let changes: [Change]

  /// Whether everything stays as it is.
  var isEmpty: Bool { changes.allSatisfy { $0.action == "=" } }

  /// Applies definitions in the transaction that is open.
  ///
  /// - Parameter isComplete: looks at every line of what changes, too.
  init(
    applying definitions: Definitions, isPruning: Bool, isComplete: Bool = false, _ session: borrowing Session
  ) throws {
    let before = try People.export(nil, session)
    changes = try People.apply(definitions, isPruning: isPruning, session).map { change in
      let old = before.only(change)
      let new = change.action == "-" ? Definitions() : definitions.only(change)
      let pipelines = zip(old.pipelines, new.pipelines).map(PipelineChanges.init)
      let tasks = pipelines.first.map {
        Tasks(added: $0.added, changed: $0.changed, removed: $0.removed)
      }
      let diff =
        isComplete && change.action != "="
        ? LineDiff(from: DefinitionWriter.write(old), to: DefinitionWriter.write(new)).text : nil
      return Change(
        action: change.action, kind: change.kind, name: change.name,
        tasks: change.action == "~" ? tasks : nil,
        diff: diff, summary: pipelines.first?.summary() ?? "")
    }
  }

  /// Prints it for people.
  ///
  /// - Parameter isVerbose: what stays as it is, too.
  func show(isVerbose: Bool) {
    for change in changes where isVerbose || change.action != "=" {
      let summary = change.summary.isEmpty ? "" : " (\(Output.safe(change.summary)))"
      print(
        Colour(mark: change.action).paint(
          "\(change.action) \(change.kind) \(Output.safe(change.name))\(summary)"))
      if let diff = change.diff { Output.diff(diff) }
    }
    let counts = [("+", "new"), ("~", "changed"), ("-", "removed"), ("=", "as they were")].map {
      mark, words in
      (count: changes.count { $0.action == mark }, words: words)
    }
    let parts = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.words)" }
    print(parts.isEmpty ? "Nothing is defined there." : parts.joined(separator: ", ") + ".")
  }
}

extension Definitions {
  /// The one that a change is about, alone.
  fileprivate func only(_ change: People.Change) -> Definitions {
    switch change.kind {
    case "template": Definitions(templates: templates.filter { $0.name == change.name })
    case "pipeline": Definitions(pipelines: pipelines.filter { $0.name == change.name })
    default: Definitions(events: events.filter { $0.name == change.name })
    }
  }
}
