import ArgumentParser
import FoundationEssentials
import ZmeyStore

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "List who changed what, the newest first.")
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
    let action: String
    let kind: String
    let object: String
    let detail: JSONValue?

    init(_ record: AuditRecord) throws {
      id = record.id
      at = record.at
      who = record.who
      address = record.address
      action = record.action
      kind = record.kind
      object = record.object
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
