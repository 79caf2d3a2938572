import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct ResourceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resource", abstract: "What there is only so much of, and task runs take a share of.",
    subcommands: [List.self, Set.self, Remove.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the resources.")
    @OptionGroup var database: DatabaseOptions

    private struct Document: Encodable {
      let name: String
      let amount: Int64
      let used: Int64
    }

    func run() async throws {
      let rows = try await database.run { session in try People.resources(session) }
      if database.json {
        try Output.json(rows.map { Document(name: $0.name, amount: $0.amount, used: $0.used) })
      } else {
        Output.table(["RESOURCE", "AMOUNT", "USED"], rows.map { [$0.name, "\($0.amount)", "\($0.used)"] })
      }
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say how much there is of a resource.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String
    @Argument(help: "How much there is.")
    var amount: Int32

    func validate() throws {
      guard Requirement.isName(name) else {
        throw ValidationError(
          "'\(name)' is no resource: it is 1 to 63 of a-z, 0-9, _, . and -, the first a letter or digit")
      }
      guard amount == 0 || Requirement.amountRange.contains(Int(amount)) else {
        throw ValidationError("an amount is 0 to 1000000")
      }
    }

    func run() async throws {
      try await database.run { session in try People.setResource(name, amount: amount, session) }
      try Done.say("set resource", name, json: database.json)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a resource; task runs that need it wait until it is there again.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.removeResource(name, session) }
      try Done.say("removed resource", name, json: database.json)
    }
  }
}
