import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a task run with its attempts, or a run with its task runs.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The number of a run or task run.")
  var id: Int64

  func run() async throws {
    let connection = try await database.open()
    if let record = try await connection.run({ try People.run(RunID(id), $0) }) {
      try await show(record, connection)
    } else {
      try await show(try await Lookup.taskRun(id, resultLimit: 1 << 20, connection), connection)
    }
  }

  private func show(_ record: RunRecord, _ connection: Connection) async throws {
    let resultLimit = database.json ? RunDocument.resultLimit : Table.resultLimit
    let (taskRuns, links, key) = try await connection.run { session in
      (
        try Waiting.taskRuns(of: record.id, resultLimit: resultLimit, session),
        record.isPipeline && !record.isEnded ? try People.links(of: record.id, session) : [],
        record.isOpen ? try Submission.key(of: record.id, session) : nil
      )
    }
    let path = record.isPipeline && !record.isEnded ? Self.path(taskRuns, links) : nil
    if database.json {
      return try Output.json(RunDocument(record: record, taskRuns: taskRuns, path: path))
    }
    Table.runs([record])
    if let rerunOf = record.rerunOf { print("again: \(rerunOf)") }
    if let key {
      print(
        "still open: submit the rest with --key \(Output.safe(key)), or end it with 'zmctl stop \(record.id)'"
      )
    }
    if let remaining = path?.remaining ?? record.remainingOfBatch {
      let names = path.map { ": \(Output.safe($0.names.joined(separator: " → ")))" } ?? ""
      print("time left: about \(Output.span(remaining))\(names)")
    }
    print("")
    let fanOuts = try await connection.run { session in try FanOuts(taskRuns, session) }
    Table.taskRuns(fanOuts.shown, remark: fanOuts.summary)
  }

  private static func path(_ taskRuns: [TaskRunRecord], _ links: [CriticalPath.Link]) -> CriticalPath? {
    CriticalPath(
      taskRuns.filter { $0.item == nil }.map { record in
        let isUnderWay = record.state.isInFlight && record.elapsed != nil
        return .init(
          name: record.name, state: record.state, remaining: isUnderWay ? record.remaining : record.average)
      }, links)
  }

  private func show(_ record: TaskRunRecord, _ connection: Connection) async throws {
    let (attempts, arguments) = try await connection.run { session in
      (try People.attempts(record.id, session), try People.arguments(record.id, session))
    }
    if database.json { return try Output.json(TaskRunDocument(record: record, attempts: attempts)) }
    let rows: [(String, String?)] = [
      ("task run", "\(record.id)"), ("run", "\(record.run)"), ("name", record.itemName),
      ("pipeline", record.pipeline),
      ("owner", record.owner), ("state", record.stateText), ("reason", record.reason),
      ("item of", record.parent.map { "\($0)" }),
      ("priority", record.priority == 0 ? nil : "\(record.priority)"),
      ("attempt", "\(record.attempt)"),
      ("arguments", arguments.isEmpty ? nil : arguments.joined(separator: " ")),
      ("exit code", record.exitCode.map { "\($0)" }), ("signal", record.signal.map { "\($0)" }),
      ("progress", Table.progress(record)),
      ("time left", record.remaining.map { "about \(Output.span($0))" }),
      ("worker", record.worker),
      ("created", record.createdAt), ("started", record.startedAt), ("finished", record.finishedAt),
      ("time", record.elapsed.map { Output.span($0) }),
      ("usually", record.average.map { Self.usual($0, record.percentile95) }),
      ("at most", record.maximum.map { Output.span($0) }),
      ("result", record.resultBytes.map { "\($0) bytes" }),
    ]
    for case (let name, let value?) in rows {
      print("\(name)\(String(repeating: " ", count: 10 - name.count)) \(Output.safe(value))")
    }
    if attempts.count > 1 || (record.attempt > 1 && !attempts.isEmpty) {
      print("")
      Table.attempts(attempts)
    }
    if let result = record.result, !result.isEmpty { Self.head(of: result, id) }
  }

  private static func usual(_ average: Duration, _ percentile95: Duration?) -> String {
    let most = percentile95.map { ", 19 of 20 within \(Output.span($0))" }
    return Output.span(average) + (most ?? "")
  }

  private static func head(of result: [UInt8], _ id: Int64) {
    print("")
    let lines = String(decoding: result, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    for line in lines.prefix(20) { print(Output.safe(String(line))) }
    if lines.count > 20 { print("… see 'zmctl result \(id)'") }
  }
}
