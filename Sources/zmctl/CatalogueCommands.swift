import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct TemplateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template", abstract: "Templates: scripts that tasks and submits refer to.",
    subcommands: [Add.self, List.self, Show.self, Remove.self])

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

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a template as YAML.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      let found = try await database.run { session in
        try People.definition(.template, name, as: TemplateDefinition.self, session)
      }
      guard let template = found else { throw Lookup.missing("template", name) }
      try Catalogue.show(template, as: Definitions(templates: [template]), json: database.json)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove a template that no task refers to.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.remove(.template, name, session) }
      try Done.say("removed template", name, json: database.json)
    }
  }
}
