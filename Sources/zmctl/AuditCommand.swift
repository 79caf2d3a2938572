import ArgumentParser
import FoundationEssentials
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Who changed what.", subcommands: [List.self, Verify.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List who changed what, the newest first.")
    @OptionGroup var database: DatabaseOptions
    @Option(help: "How many at most.")
    var limit: Int32 = 50

    func validate() throws {
      guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
    }

    private struct Document: Encodable {
      let id: Int64
      let at: String
      let who: String
      let address: String?
      let application: String
      let action: String
      let kind: String
      let object: String
      let subject: String?
      let detail: JSONValue?

      init(_ record: AuditRecord) throws {
        id = record.id
        at = record.at
        who = record.who
        address = record.address
        application = record.application
        action = record.action
        kind = record.kind
        object = record.object
        subject = record.subject
        detail = try record.detail.map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
      }
    }

    func run() async throws {
      let records = try await database.run { session in try People.audit(limit: limit, session) }
      if database.json { return try Output.json(records.map(Document.init)) }
      Output.table(
        ["AT", "WHO", "ADDRESS", "ACTION", "KIND", "OBJECT"],
        records.map { [$0.at, $0.who, $0.address ?? "local", $0.action, $0.kind, $0.object] })
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Look whether every row is as it was written.",
      discussion: "Prints the newest seal of each person's chain, or what is wrong and exits with 1.")
    @OptionGroup var database: DatabaseOptions

    private struct Document: Encodable {
      struct Chain: Encodable {
        let who: String
        let rows: Int64
        let seal: String
      }

      struct Flaw: Encodable {
        let who: String
        let id: Int64?
        let problem: String
      }

      let chains: [Chain]
      let flaws: [Flaw]
    }

    func run() async throws {
      let (flaws, heads) = try await database.run { session in
        (try People.verifyAudit(session), try People.auditHeads(session))
      }
      if database.json {
        try Output.json(
          Document(
            chains: heads.map { .init(who: $0.who, rows: $0.number, seal: $0.seal) },
            flaws: flaws.map { .init(who: $0.who, id: $0.id, problem: $0.problem) }))
      } else if flaws.isEmpty {
        Output.table(["WHO", "ROWS", "SEAL"], heads.map { [$0.who, "\($0.number)", $0.seal] })
      } else {
        Output.table(
          ["WHO", "ROW", "PROBLEM"], flaws.map { [$0.who, $0.id.map { "\($0)" } ?? "-", $0.problem] })
      }
      if !flaws.isEmpty { throw Failure(.failed, "the audit is not as it was written") }
    }
  }
}
