internal import FoundationEssentials
import Postgres
import ZmeyConsole
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

/// Definitions as people edit them.
enum DefinitionText {
  /// Reads a definition: the caller's own, or else one that the caller may see.
  static func read(_ kind: DefinitionKind, _ name: String, _ session: borrowing Session) throws -> Reply {
    let sql =
      switch kind {
      case .template:
        "select zm.template_json(x.id) from zm.template x where x.removed_at is null and x.name = $1"
      case .pipeline:
        "select zm.pipeline_json(x.version_id) from zm.pipeline x where x.removed_at is null and x.name = $1"
      case .event: "select zm.event_json(x.id) from zm.event x where not x.is_removed and x.name = $1"
      }
    let json = try session.query(
      Statement("feed_read_\(kind)", "\(sql) order by x.owner_id = zm.uid() desc, x.id limit 1"),
      [.text(name)]
    ).first { row throws(DatabaseError) in try row.text(0) }
    guard let json else { throw Refusal("there is no \(kind) '\(name)'") }
    let definitions: Definitions =
      switch kind {
      case .template: Definitions(templates: [try decode(json)])
      case .pipeline: Definitions(pipelines: [try decode(json)])
      case .event: Definitions(events: [try decode(json)])
      }
    return .definition(definitions, yaml: DefinitionWriter.write(definitions))
  }

  /// Applies YAML; what is wrong with it is told with its place.
  static func apply(_ text: String, base: String?, on connection: Connection) async throws -> Reply {
    let located: LocatedDefinitions
    do {
      located = try DefinitionReader.locate([(name: "", text: text)]) { path, _ in try script(path) }
    } catch {
      return wrong(error)
    }
    return try await connection.transaction(.repeatableRead, attempts: 4) { session in
      let problems = try People.problems(of: located.definitions, session)
      guard problems.isEmpty else { return wrong(located.errors(problems)) }
      try compare(base, session)
      return told(try People.apply(located.definitions, session))
    }
  }

  /// Applies definitions in the transaction that is open.
  static func apply(_ definitions: Definitions, base: String?, _ session: borrowing Session) throws -> Reply {
    try compare(base, session)
    try check(definitions, session)
    return told(try People.apply(definitions, session))
  }

  /// Changes a pipeline of the caller's in the transaction that is open.
  static func change(
    _ name: String, _ changes: [PipelineChange], _ session: borrowing Session
  ) throws -> Reply {
    guard let before = try People.definition(.pipeline, name, as: PipelineDefinition.self, session) else {
      throw Refusal("there is no pipeline '\(name)' of yours")
    }
    var after = before
    for change in changes {
      if let problem = after.make(change) { throw Refusal(problem) }
    }
    let definitions = Definitions(pipelines: [after])
    try check(definitions, session)
    _ = try People.apply(definitions, session)
    let summary = PipelineChanges(from: before, to: after).summary()
    return summary.isEmpty ? .unchanged("\(name) was so already") : .done("changed \(name): \(summary)")
  }

  private static func check(_ definitions: Definitions, _ session: borrowing Session) throws {
    var problems = definitions.problems()
    if problems.isEmpty { problems = try People.problems(of: definitions, session) }
    if !problems.isEmpty { throw Refusal(problems.map(\.message).joined(separator: "; ")) }
  }

  /// Refuses if what `base` defines reads otherwise by now.
  private static func compare(_ base: String?, _ session: borrowing Session) throws {
    guard let base else { return }
    guard let old = try? DefinitionReader.read(base, file: "", loadScript: { path in try script(path) })
    else {
      throw Refusal("what was read before cannot be read any more")
    }
    let now = Definitions(
      templates: try old.templates.compactMap { try People.definition(.template, $0.name, session) },
      pipelines: try old.pipelines.compactMap { try People.definition(.pipeline, $0.name, session) },
      events: try old.events.compactMap { try People.definition(.event, $0.name, session) })
    guard now != old else { return }
    let names = (old.templates.map(\.name) + old.pipelines.map(\.name) + old.events.map(\.name)).joined(
      separator: ", ")
    guard now.templates.count + now.pipelines.count + now.events.count > 0 else {
      throw Refusal("\(names) is not there any more, or is not yours", hint: "Read it again.")
    }
    throw Refusal(
      .stale(
        "\(names) was changed by somebody else meanwhile", now: now, yaml: DefinitionWriter.write(now)))
  }

  private static func told(_ changes: [People.Change]) -> Reply {
    let done = changes.filter { $0.action != "=" }
    if done.isEmpty { return .unchanged("nothing was changed: it was so already") }
    let lines = done.map { "\($0.action == "+" ? "made" : "changed") \($0.kind) \($0.name)" }
    let text =
      lines.count <= 3
      ? lines.joined(separator: ", ")
      : "\(lines.prefix(2).joined(separator: ", ")) and \(lines.count - 2) more"
    let made = done.last { $0.action == "+" && $0.kind == "pipeline" }
    return .done(text, made: made.map { .pipeline($0.name) })
  }

  private static func wrong(_ errors: DefinitionErrors) -> Reply {
    .wrong(errors.errors.map { Reply.Problem(line: $0.line, column: $0.column, message: $0.message) })
  }

  /// The text of a `script_file`. A text that was typed here lies in no folder.
  private static func script(_ path: String) throws(ScriptProblem) -> String {
    guard path.hasPrefix("/") else {
      throw ScriptProblem(
        description: "this text lies in no folder: write a path that begins with '/', or the script itself")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ScriptProblem(description: "there is no such file that can be read")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ScriptProblem(description: "it is not UTF-8")
    }
    return text
  }

  private struct ScriptProblem: Error, CustomStringConvertible {
    let description: String
  }
}
