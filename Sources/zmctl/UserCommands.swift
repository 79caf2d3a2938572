import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Who may do what here, and how much of it at once.",
    subcommands: [List.self, Show.self, Add.self, Set.self, Remove.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the users.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let users = try await database.run { session in try People.users(session) }
      if database.json { return try Output.json(users.map(Document.init)) }
      Output.table(["USER", "ROLE", "RUNNING", "LIMIT", "QUEUED", "LIMIT", "STATE"], users.map(row))
    }

    private func row(_ user: People.User) -> [String] {
      [
        user.name, user.role ?? "none", "\(user.running)", user.runningLimit.map { "\($0)" } ?? "none",
        "\(user.queued)", user.queuedLimit.map { "\($0)" } ?? "none", user.isDisabled ? "removed" : "",
      ]
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a user.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The user's PostgreSQL role.")
    var name: String

    func run() async throws {
      guard let user = try await database.run({ session in try People.users(named: name, session).first })
      else {
        throw Lookup.missing("user", name)
      }
      if database.json { return try Output.json(Document(user)) }
      print("user \(Output.safe(user.name)), \(user.isDisabled ? "removed" : user.role ?? "without a role")")
      print("since \(user.createdAt)")
      print("running \(user.running) of \(user.runningLimit.map { "\($0)" } ?? "any number")")
      print("queued \(user.queued) of \(user.queuedLimit.map { "\($0)" } ?? "any number")")
      if let limit = user.outputLimit { print("of each output \(limit) bytes are kept") }
      if let account = user.account { print("its tasks run as \(Output.safe(account))") }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a user, and its PostgreSQL role if there is none.",
      discussion: "The role has no password: how it signs in is PostgreSQL's matter, see zmey-security(7).")
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var change: UserChange
    @Argument(help: "The PostgreSQL role.")
    var name: String

    func run() async throws {
      let text = try change.json
      try await database.run { session in try People.addUser(name, text, session) }
      try Done.say("added user", name, json: database.json)
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Change a user's role, limits or account.")
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var change: UserChange
    @Argument(help: "The user's PostgreSQL role.")
    var name: String

    func validate() throws {
      if change.isEmpty { throw ValidationError("say what to change: see zmctl user set --help") }
    }

    func run() async throws {
      let text = try change.json
      try await database.run { session in try People.setUser(name, text, session) }
      try Done.say("set user", name, json: database.json)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a user's rights; what it had stays for the record.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The user's PostgreSQL role.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.removeUser(name, session) }
      try Done.say("removed user", name, json: database.json)
    }
  }

  private struct Document: Encodable {
    let name: String
    let role: String?
    let isDisabled: Bool
    let running: Int64
    let queued: Int64
    let maxRunning: Int32?
    let maxQueued: Int32?
    let maxOutput: Int64?
    let osUser: String?
    let createdAt: String

    private enum CodingKeys: String, CodingKey {
      case name, role, running, queued
      case isDisabled = "is_disabled"
      case maxRunning = "max_running"
      case maxQueued = "max_queued"
      case maxOutput = "max_output"
      case osUser = "os_user"
      case createdAt = "created_at"
    }

    init(_ user: People.User) {
      name = user.name
      role = user.role
      isDisabled = user.isDisabled
      running = user.running
      queued = user.queued
      maxRunning = user.runningLimit
      maxQueued = user.queuedLimit
      maxOutput = user.outputLimit
      osUser = user.account
      createdAt = user.createdAt
    }
  }
}

/// What is said of a user.
struct UserChange: ParsableArguments {
  /// What a user may do.
  enum Role: String, CaseIterable, ExpressibleByArgument {
    case viewer, user, admin
  }

  /// A figure, or that there is none.
  struct Limit: ExpressibleByArgument {
    let value: Int64?

    init?(argument: String) {
      if argument == "none" {
        value = nil
      } else {
        guard let number = Int64(argument), number > 0 else { return nil }
        value = number
      }
    }
  }

  @Option(help: "A viewer sees everything, a user has work, an admin may do all (default: user).")
  var role: Role?
  @Option(help: "How many of its task runs may run at once; none for as many as there are slots.")
  var maxRunning: Limit?
  @Option(help: "How many of its task runs may be queued; none for any number.")
  var maxQueued: Limit?
  @Option(help: "How many bytes of each of its outputs are kept; none for what templates say.")
  var maxOutput: Limit?
  @Option(help: "The account of workers that its tasks run as; none for what templates say.")
  var osUser: String?

  var isEmpty: Bool {
    role == nil && maxRunning == nil && maxQueued == nil && maxOutput == nil && osUser == nil
  }

  /// As zm_api.user_set takes it.
  var json: String {
    get throws {
      var parts: [String: JSONValue] = [:]
      if let role { parts["role"] = .text(role.rawValue) }
      for (key, limit) in [("running", maxRunning), ("queued", maxQueued), ("output", maxOutput)] {
        if let limit { parts[key] = limit.value.map { .integer($0) } ?? .null }
      }
      if let osUser { parts["os_user"] = osUser == "none" ? .null : .text(osUser) }
      return try Output.jsonText(parts)
    }
  }
}
