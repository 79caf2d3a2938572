import ArgumentParser
import ZmeyCommand
import ZmeyStore

extension PipelineCommand {
  struct Share: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let another user, or a group, see a pipeline of yours and its runs.",
      discussion: "A group is a PostgreSQL role that cannot log in; its members get what it gets.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The pipeline.")
    var name: String
    @Option(name: .customLong("with"), help: "The user or group.")
    var grantee: String
    @Flag(help: "Let them start, pause, stop and rerun it, too; its tasks run as yours.")
    var operate = false

    func run() async throws {
      try await database.run { session in
        try People.share(name, with: grantee, level: operate ? "operate" : "view", session)
      }
      try Done.say("shared pipeline", name, json: database.json)
    }
  }

  struct Unshare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a share back.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The pipeline.")
    var name: String
    @Option(name: .customLong("with"), help: "The user or group.")
    var grantee: String

    func run() async throws {
      try await database.run { session in try People.unshare(name, with: grantee, session) }
      try Done.say("no longer shared pipeline", name, json: database.json)
    }
  }

  struct Shares: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what is shared by you and with you.")
    @OptionGroup var database: DatabaseOptions

    private struct Document: Encodable {
      let pipeline: String
      let owner: String
      let with: String
      let level: String
    }

    func run() async throws {
      let shares = try await database.run { session in try People.shares(session) }
      if database.json {
        return try Output.json(
          shares.map { Document(pipeline: $0.pipeline, owner: $0.owner, with: $0.grantee, level: $0.level) })
      }
      Output.table(
        ["PIPELINE", "OWNER", "WITH", "MAY"], shares.map { [$0.pipeline, $0.owner, $0.grantee, $0.level] })
    }
  }
}
