import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyInstance

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check everything and say what to do; changes nothing.",
    discussion: "Exits with 1 if a check fails. A superuser may look at more than others.")
  @OptionGroup var database: DatabaseOptions

  private struct Document: Encodable {
    let isHealthy: Bool
    let findings: [Finding]

    init(_ findings: [Finding]) {
      isHealthy = !findings.contains { $0.level == .fail }
      self.findings = findings
    }

    private enum CodingKeys: String, CodingKey {
      case findings
      case isHealthy = "is_healthy"
    }
  }

  func run() async throws {
    let connection: Connection
    do {
      connection = try await Connection.open(try database.conninfo, applicationName: "zmctl")
    } catch let error as DatabaseError where error.kind == .connection {
      let finding = Reachability.finding(error)
      if database.json { try Output.json(Document([finding])) }
      throw Failure(
        .unreachable,
        "cannot reach the database, \(finding.check): \(finding.message): \(finding.advice ?? "")")
    }
    var examination = Examination(connection)
    try await examination.run()
    await connection.close()
    let findings = examination.findings
    if database.json { try Output.json(Document(findings)) } else { Self.tell(findings) }
    let failures = findings.filter { $0.level == .fail }.count
    if failures > 0 { throw Failure(.failed, failures == 1 ? "a check fails" : "\(failures) checks fail") }
  }

  private static func tell(_ findings: [Finding]) {
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let width = findings.map(\.check.count).max() ?? 0
    for finding in findings {
      let advice = finding.advice.map { ": \($0)" } ?? ""
      let colour: Colour =
        switch finding.level {
        case .ok: .green
        case .warn: .yellow
        case .fail: .red
        case .skip: .plain
        }
      let line = Output.safe("  \(pad(finding.check, width))  \(finding.message)\(advice)")
      print(colour.paint(pad(finding.level.rawValue, 4)) + line)
    }
  }
}
