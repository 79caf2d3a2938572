import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Say why a task run, or what does not run of a run, stands where it stands."
  )
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The number of a run or task run.")
  var id: Int64

  /// Of how many task runs of a run the reasons are told at most.
  private static let limit = 100

  private struct Document: Encodable {
    let kind: String
    let message: String
    let taskRun: Int64
    let name: String

    private enum CodingKeys: String, CodingKey {
      case kind, message, name
      case taskRun = "task_run_id"
    }
  }

  func run() async throws {
    let connection = try await database.open()
    let isRun = try await connection.run { try People.run(RunID(id), $0) } != nil
    let records =
      isRun
      ? try await connection.run { try Waiting.taskRuns(of: RunID(id), resultLimit: 0, $0) }.filter(
        Self.isIdle)
      : [try await Lookup.taskRun(id, resultLimit: 0, connection)]
    let shown = records.prefix(Self.limit)
    let reasons = try await connection.run { try People.reasons(shown.map(\.id), $0) }
    let names = Dictionary(shown.map { ($0.id, $0.itemName) }) { first, _ in first }
    if database.json {
      return try Output.json(
        reasons.map { reason in
          Document(
            kind: reason.kind, message: reason.message, taskRun: reason.taskRun.rawValue,
            name: names[reason.taskRun] ?? "")
        })
    }
    for reason in reasons {
      let subject = isRun ? "\(reason.taskRun) \(names[reason.taskRun] ?? ""): " : ""
      print(Output.safe(subject + reason.message))
    }
    if records.count > shown.count { print("… and \(records.count - shown.count) more") }
    if records.isEmpty { print("Everything of run \(id) runs or has ended.") }
  }

  /// Whether it does not run and people may wonder why; of a fan-out the task run that stands for all says it.
  private static func isIdle(_ record: TaskRunRecord) -> Bool {
    guard record.item == nil else { return false }
    return switch record.state {
    case .waiting, .queued, .held, .assigned, .paused, .skipped: true
    case .running, .stopping, .succeeded, .failed, .timedOut, .stopped, .lost: false
    }
  }
}
