import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct TemplateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template", abstract: "Templates: scripts that tasks and submits refer to.",
    subcommands: [Add.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a template, or change the one of that name.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String
    @Option(help: "The script's file; - for standard input.")
    var script: String
    @OptionGroup var options: ProgramOptions
    @Option(help: "What it is for, in a line.")
    var description = ""

    func validate() throws {
      if let problem = Name.problem(name) { throw ValidationError(problem) }
    }

    func run() async throws {
      let text = try DefinitionFiles.storableText(script)
      guard text.utf8.count <= Program.maxScriptBytes else {
        throw Failure(.usage, "'\(script)' is larger than 1 MiB")
      }
      let template = TemplateDefinition(
        name: name, description: description, program: options.program(script: text))
      let definitions = Definitions(templates: [template])
      let changes = try await database.run { session in try People.apply(definitions, session) }
      if database.json {
        try Output.json(changes)
      } else {
        for change in changes { print("\(change.action) \(change.kind) \(Output.safe(change.name))") }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List your templates.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let rows = try await database.run { session in try People.templates(session) }
      try Catalogue.show(rows, count: "ATTEMPTS", json: database.json)
    }
  }
}

struct PipelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline", abstract: "Pipelines.", subcommands: [List.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List your pipelines.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let rows = try await database.run { session in try People.pipelines(session) }
      try Catalogue.show(rows, count: "TASKS", json: database.json)
    }
  }
}

private enum Catalogue {
  private struct Document: Encodable {
    let name: String
    let description: String
    let owner: String
    let tasks: Int64?
    let attempts: Int64?
    let version: Int32?
    let isPaused: Bool?

    private enum CodingKeys: String, CodingKey {
      case name, description, owner, tasks, attempts, version
      case isPaused = "is_paused"
    }
  }

  static func show(_ rows: [DefinitionView], count: String, json: Bool) throws {
    if json {
      try Output.json(
        rows.map { row in
          Document(
            name: row.name, description: row.description, owner: row.owner,
            tasks: row.version == nil ? nil : row.count,
            attempts: row.version == nil ? row.count : nil, version: row.version,
            isPaused: row.version == nil ? nil : row.isPaused)
        })
    } else {
      Output.table(
        ["NAME", "OWNER", count, "DESCRIPTION"],
        rows.map { row in
          [row.name, row.owner, "\(row.count)\(row.isPaused ? " (paused)" : "")", row.description]
        })
    }
  }
}
