import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List task runs, the newest first.")
  @OptionGroup var database: DatabaseOptions
  @Option(help: "Only those in that state.", transform: TaskRunState.parse)
  var state: TaskRunState?
  @Option(help: "Only those of that pipeline.")
  var pipeline: String?
  @Option(name: .customLong("run"), help: "Only those of that run.")
  var runID: Int64?
  @Option(help: "How many at most.")
  var limit: Int32 = 50

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
  }

  func run() async throws {
    let filter = TaskRunFilter(state: state, pipeline: pipeline, run: runID.map { RunID($0) }, limit: limit)
    let records = try await database.run { session in
      let records = try People.taskRuns(filter, session)
      if records.isEmpty { try refuse(session) }
      return records
    }
    if database.json {
      try Output.json(records.map { TaskRunDocument(record: $0) })
    } else {
      Table.taskRuns(records)
    }
  }

  /// Says so if nothing can be listed because what was asked for does not exist.
  private func refuse(_ session: borrowing Session) throws {
    if let runID, try People.run(RunID(runID), session) == nil { throw Failure(.refused, "no run \(runID)") }
    if let pipeline, try !People.isPipelineKnown(pipeline, session) {
      throw Lookup.missing("pipeline", pipeline)
    }
  }
}

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List runs, the newest first.")
  @OptionGroup var database: DatabaseOptions
  @Option(help: "How many at most.")
  var limit: Int32 = 50

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
  }

  func run() async throws {
    let records = try await database.run { session in try People.runs(limit: limit, session) }
    if database.json {
      try Output.json(records.map { RunDocument(record: $0) })
    } else {
      Table.runs(records)
    }
  }
}

struct ResultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "result", abstract: "Print the result of a task run, byte for byte.")
  @OptionGroup var database: DatabaseOptions
  @Option(help: "Of which attempt (default: the last).")
  var attempt: Int32?
  @Argument(help: "The number of a task run.")
  var id: Int64

  func run() async throws {
    let connection = try await database.open()
    let isWhole = database.json && attempt == nil
    let record = try await Lookup.taskRun(id, resultLimit: isWhole ? 1 << 30 : 0, connection)
    if isWhole { return try Output.json(TaskRunDocument(record: record)) }
    guard let result = try await connection.run({ try People.result(record.id, attempt: attempt, $0) }) else {
      throw Failure(
        .refused,
        attempt.map { "attempt \($0) of task run \(id) has no result: see 'zmctl show \(id)'" }
          ?? "task run \(id) has no result: it is \(record.stateText)")
    }
    if database.json {
      return try Output.json(TaskRunDocument(record: record, result: result))
    }
    Output.bytes(result)
  }
}

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show schedulers, workers, and how many task runs stand in each state.")
  @OptionGroup var database: DatabaseOptions

  private struct Document: Encodable {
    let schedulers: [SchedulerDocument]
    let workers: [WorkerDocument]
    let states: [String: Int64]
  }

  func run() async throws {
    let (schedulers, workers, counts) = try await database.run { session in
      (try People.schedulers(session), try People.workers(session), try People.counts(session))
    }
    if database.json {
      try Output.json(
        Document(
          schedulers: schedulers.map(SchedulerDocument.init), workers: workers.map(WorkerDocument.init),
          states: Dictionary(counts.map { ($0.state, $0.count) }) { first, _ in first }))
      return
    }
    ClusterTable.schedulers(schedulers)
    print("")
    ClusterTable.workers(workers)
    print("")
    let busy = counts.filter { $0.count > 0 }
    print(busy.isEmpty ? "No task runs yet." : busy.map { "\($0.count) \($0.state)" }.joined(separator: ", "))
  }
}

enum Lookup {
  static func taskRun(_ id: Int64, resultLimit: Int32, _ connection: Connection) async throws -> TaskRunRecord
  {
    let found = try await connection.run { session in
      try People.taskRuns(TaskRunFilter(ids: [TaskRunID(id)], resultLimit: resultLimit), session)
    }
    guard let record = found.first else { throw Failure(.refused, "no task run \(id)") }
    return record
  }

  /// The caller's pipeline of that name.
  static func pipeline(_ name: String, version: Int32? = nil, _ session: borrowing Session) throws
    -> PipelineDefinition
  {
    if let found = try People.definition(
      .pipeline, name, version: version, as: PipelineDefinition.self, session)
    {
      return found
    }
    guard let version, try People.definition(.pipeline, name, as: PipelineDefinition.self, session) != nil
    else {
      throw missing("pipeline", name)
    }
    throw Failure(.refused, "pipeline \"\(name)\" has no version \(version): see 'zmctl pipeline versions'")
  }

  /// The caller's event of that name.
  static func event(_ name: String, _ session: borrowing Session) throws -> EventDefinition {
    guard let found = try People.definition(.event, name, as: EventDefinition.self, session) else {
      throw missing("event", name)
    }
    return found
  }

  static func missing(_ kind: String, _ name: String) -> Failure {
    Failure(.refused, "no \(kind) \"\(name)\"")
  }
}
