import ArgumentParser
import Postgres
import Sealing
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct SecretCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secret", abstract: "Secrets: values that your tasks get and nobody reads back.",
    subcommands: [List.self, Set.self, Remove.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List your secrets, without their values, and the schedulers that cannot open them.")
    @OptionGroup var database: DatabaseOptions

    private struct Document: Encodable {
      let name: String
      let updatedAt: String
      let closedTo: [String]

      enum CodingKeys: String, CodingKey {
        case name
        case updatedAt = "updated_at"
        case closedTo = "closed_to"
      }
    }

    func run() async throws {
      let secrets = try await database.run { session in try People.secrets(session) }
      if database.json {
        return try Output.json(
          secrets.map { Document(name: $0.name, updatedAt: $0.updatedAt, closedTo: $0.closedTo) })
      }
      Output.table(
        ["SECRET", "SET", "CLOSED TO"],
        secrets.map {
          [$0.name, $0.updatedAt, $0.closedTo.isEmpty ? "-" : $0.closedTo.joined(separator: ", ")]
        })
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set a secret, new or not: its value is what standard input brings, 8 to 65536 bytes.",
      discussion: """
        A newline at its end is taken off. The value is sealed here, for the schedulers that have an identity: neither \
        the database nor its admins ever see it.
        """)
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func validate() throws {
      if let problem = Name.problem(name) { throw ValidationError(problem) }
    }

    func run() async throws {
      guard var bytes = StandardInput.readSecret("value of \(name): ") else {
        throw Failure(.failed, "standard input cannot be read")
      }
      if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
      guard let value = SecretValue(bytes) else {
        throw Failure(
          .usage,
          "a secret has \(SecretValue.sizes.lowerBound) to \(SecretValue.sizes.upperBound) bytes; standard input brought \(bytes.count)"
        )
      }
      let name = name
      let others = try await database.run { session in try Self.set(name, value, session) }
      try Done.say("set secret", name, json: database.json)
      if !others.isEmpty {
        printError(
          "zmctl: tasks of \(others.joined(separator: ", ")) cannot have it: started without --identity, or never"
        )
      }
    }

    /// Seals the value and stores it.
    ///
    /// - Returns: the schedulers that it is not sealed for.
    private static func set(_ name: String, _ value: SecretValue, _ session: borrowing Session) throws
      -> [String]
    {
      let schedulers = try People.sealers(session)
      let certificates = schedulers.compactMap(\.certificate).map { Certificate(der: $0) }
      guard !certificates.isEmpty else {
        throw Failure(
          .failed, "no scheduler has an identity to seal it for: start one with 'zmscheduler --identity FILE'"
        )
      }
      let envelope = try Envelope(sealing: value.bytes, for: certificates)
      try People.setSecret(
        name, sealed: envelope.der, recipients: certificates.map { sha256($0.der) }, session)
      return schedulers.filter { $0.certificate == nil }.map(\.name)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a secret; tasks that need it fail until it is set again.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.removeSecret(name, session) }
      try Done.say("removed secret", name, json: database.json)
    }
  }
}
