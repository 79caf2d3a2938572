import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct PipelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline", abstract: "Pipelines and their versions.",
    subcommands: [
      List.self, Show.self, Versions.self, Remove.self, Share.self, Unshare.self, Shares.self,
    ])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List your pipelines.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let rows = try await database.run { session in try People.pipelines(session) }
      try Catalogue.show(rows, count: "TASKS", json: database.json)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a pipeline as YAML.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String
    @Option(help: "Of which version (default: the last).")
    var version: Int32?

    func run() async throws {
      let pipeline = try await database.run { session in
        try Lookup.pipeline(name, version: version, session)
      }
      try Catalogue.show(pipeline, as: Definitions(pipelines: [pipeline]), json: database.json)
    }
  }

  struct Versions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the versions of a pipeline, the newest first.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    private struct Document: Encodable {
      let version: Int32
      let createdAt: String
      let createdBy: String
      let tasks: Int64

      private enum CodingKeys: String, CodingKey {
        case version, tasks
        case createdAt = "created_at"
        case createdBy = "created_by"
      }
    }

    func run() async throws {
      let versions = try await database.run { session in try People.versions(ofPipeline: name, session) }
      if versions.isEmpty { throw Lookup.missing("pipeline", name) }
      if database.json {
        try Output.json(
          versions.map {
            Document(
              version: $0.number, createdAt: $0.createdAt, createdBy: $0.createdBy, tasks: $0.tasks)
          })
      } else {
        Output.table(
          ["VERSION", "TASKS", "CREATED", "BY"],
          versions.map { ["\($0.number)", "\($0.tasks)", $0.createdAt, $0.createdBy] })
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a pipeline; its runs go on and stay to be seen.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.remove(.pipeline, name, session) }
      try Done.say("removed pipeline", name, json: database.json)
    }
  }
}
