import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check files without a database. All errors come at once.")
  @Flag(help: "Print one JSON document.")
  var json = false
  @Argument(help: "YAML files; - for standard input.")
  var files: [String]

  private struct Document: Encodable {
    let findings: [FindingDocument]
    let templates: [String]
    let pipelines: [String]
    let events: [String]

    init(_ definitions: Definitions, _ errors: [DefinitionError]) {
      findings = errors.map(FindingDocument.init)
      templates = definitions.templates.map(\.name)
      pipelines = definitions.pipelines.map(\.name)
      events = definitions.events.map(\.name)
    }
  }

  private struct FindingDocument: Encodable {
    let file: String
    let line: Int
    let column: Int
    let message: String

    init(_ error: DefinitionError) {
      file = error.file
      line = error.line
      column = error.column
      message = error.message
    }
  }

  func run() async throws {
    if json { return try printDocument() }
    let definitions = try DefinitionFiles.read(files).definitions
    let counts = [
      (definitions.templates.count, "templates"), (definitions.pipelines.count, "pipelines"),
      (definitions.events.count, "events"),
    ]
    print("Fine: \(counts.map { "\($0) \($1)" }.joined(separator: ", ")).")
  }

  private func printDocument() throws {
    do {
      try Output.json(Document(try DefinitionFiles.parse(files).definitions, []))
    } catch let wrong as DefinitionErrors {
      try Output.json(Document(Definitions(), wrong.errors))
      throw ExitCode(ExitStatus.usage.rawValue)
    }
  }
}

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print your definitions as YAML that 'apply' takes back.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Pipelines, with the templates that they need (default: everything of yours).")
  var pipelines: [String] = []

  func run() async throws {
    let definitions = try await database.run { session in
      try People.export(pipelines.isEmpty ? nil : pipelines, session)
    }
    try Catalogue.show(definitions, as: definitions, json: database.json)
  }
}
