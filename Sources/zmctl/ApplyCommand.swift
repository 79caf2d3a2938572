import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Make your definitions what the files say, all or nothing.")
  @OptionGroup var database: DatabaseOptions
  @Flag(help: "Remove what no file names.")
  var prune = false
  @Flag(help: "Show what stays as it was, too.")
  var verbose = false
  @Argument(help: "YAML files; - for standard input.")
  var files: [String]

  func run() async throws {
    let files = try DefinitionFiles.read(files)
    let connection = try await database.open()
    let plan = try await connection.transaction(attempts: 4) { session in
      try files.check(session)
      return try Plan(applying: files.definitions, isPruning: prune, session)
    }
    if database.json { try Output.json(plan.changes) } else { plan.show(isVerbose: verbose) }
  }
}

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what 'apply' would do, or what is different between versions of a pipeline.",
    discussion: "Exits with 1 if anything is different.")
  @OptionGroup var database: DatabaseOptions
  @Flag(help: "What no file names would be removed.")
  var prune = false
  @Option(help: "Compare versions of that pipeline.")
  var pipeline: String?
  @Option(help: "Its version before (default: the one before --to).")
  var from: Int32?
  @Option(help: "Its version after (default: the last).")
  var to: Int32?
  @Argument(help: "YAML files; - for standard input.")
  var files: [String] = []

  func validate() throws {
    if pipeline == nil, files.isEmpty { throw ValidationError("say what: files, or --pipeline NAME") }
    if pipeline != nil, prune || !files.isEmpty {
      throw ValidationError("--pipeline and files exclude each other")
    }
    if pipeline == nil, from != nil || to != nil { throw ValidationError("--from and --to need --pipeline") }
  }

  func run() async throws {
    let isSame = if let pipeline { try await compare(pipeline) } else { try await tryOut() }
    if !isSame { throw ExitCode(ExitStatus.failed.rawValue) }
  }

  /// Applies the files in a transaction that is left open, and so taken back.
  private func tryOut() async throws -> Bool {
    let files = try DefinitionFiles.read(files)
    let connection = try await database.open()
    let plan = try await connection.run { session in
      try session.script("BEGIN")
      try files.check(session)
      return try Plan(applying: files.definitions, isPruning: prune, isComplete: true, session)
    }
    if database.json { try Output.json(plan.changes) } else { plan.show(isVerbose: false) }
    return plan.isEmpty
  }

  private struct Document: Encodable {
    let pipeline: String
    let from: Int32
    let to: Int32
    let diff: String
  }

  private func compare(_ pipeline: String) async throws -> Bool {
    let (older, newer, texts) = try await database.run { session in
      guard let last = try People.versions(ofPipeline: pipeline, session).first else {
        throw Lookup.missing("pipeline", pipeline)
      }
      let newer = to ?? last.number
      let older = from ?? newer - 1
      // The newer one first, for an error is about what was said.
      let texts = try [newer, older].map { number in
        let definition = try Lookup.pipeline(pipeline, version: number, session)
        return DefinitionWriter.write(Definitions(pipelines: [definition]))
      }
      return (older, newer, texts)
    }
    let diff = LineDiff(from: texts[1], to: texts[0]).text
    if database.json {
      try Output.json(Document(pipeline: pipeline, from: older, to: newer, diff: diff))
    } else if !diff.isEmpty {
      print(Colour.red.paint("--- \(Output.safe(pipeline)), version \(older)"))
      print(Colour.green.paint("+++ \(Output.safe(pipeline)), version \(newer)"))
      Output.diff(diff)
    }
    return diff.isEmpty
  }
}
