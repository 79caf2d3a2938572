import ArgumentParser
import Glibc
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
    let records = try await database.run { session in try People.taskRuns(filter, session) }
    if database.json {
      try Output.json(records.map(TaskRunDocument.init))
    } else {
      Table.taskRuns(records)
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
      try Output.json(records.map { RunDocument(record: $0, taskRuns: nil) })
    } else {
      Table.runs(records)
    }
  }
}

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a task run, or a run with its task runs.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The number of a run or task run.")
  var id: Int64

  func run() async throws {
    let connection = try await database.open()
    if let record = try await connection.run({ try People.run(RunID(id), $0) }) {
      var watch = Watch(connection, open: database.open)
      let taskRuns = try await Waiting.taskRuns(
        of: record.id, resultLimit: database.json ? RunDocument.resultLimit : Table.resultLimit, &watch)
      if database.json {
        try Output.json(RunDocument(record: record, taskRuns: taskRuns))
      } else {
        Table.runs([record])
        print("")
        Table.taskRuns(taskRuns)
      }
      return
    }
    let record = try await Lookup.taskRun(id, resultLimit: 1 << 20, connection)
    if database.json { return try Output.json(TaskRunDocument(record: record)) }
    let arguments = try await connection.run { try People.arguments(record.id, $0) }
    let rows: [(String, String?)] = [
      ("task run", "\(record.id)"), ("run", "\(record.run)"), ("name", record.name),
      ("pipeline", record.pipeline),
      ("owner", record.owner), ("state", record.stateText), ("reason", record.reason),
      ("attempt", "\(record.attempt)"),
      ("arguments", arguments.isEmpty ? nil : arguments.joined(separator: " ")),
      ("exit code", record.exitCode.map { "\($0)" }), ("signal", record.signal.map { "\($0)" }),
      ("progress", record.progress.map { "\($0.percent)%\($0.isOverdue ? "!" : "")" }),
      ("worker", record.worker),
      ("created", record.createdAt), ("started", record.startedAt), ("finished", record.finishedAt),
      ("time", record.elapsed.map { Output.span($0) }), ("result", record.resultBytes.map { "\($0) bytes" }),
    ]
    for case (let name, let value?) in rows {
      print("\(name)\(String(repeating: " ", count: 10 - name.count)) \(Output.safe(value))")
    }
    if let result = record.result, !result.isEmpty {
      print("")
      let lines = String(decoding: result, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      for line in lines.prefix(20) { print(Output.safe(String(line))) }
      if lines.count > 20 { print("… see 'zmctl result \(id)'") }
    }
  }
}

struct ResultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "result", abstract: "Print the result of a task run, byte for byte.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The number of a task run.")
  var id: Int64

  func run() async throws {
    let connection = try await database.open()
    let record = try await Lookup.taskRun(id, resultLimit: database.json ? 1 << 30 : 0, connection)
    if database.json { return try Output.json(TaskRunDocument(record: record)) }
    guard let result = try await connection.run({ try People.result(record.id, $0) }) else {
      throw Failure(.refused, "task run \(id) has no result: it is \(record.stateText)")
    }
    Output.bytes(result)
  }
}

struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Print what a task run wrote: standard output and standard error, each to its own.")
  @OptionGroup var database: DatabaseOptions
  @Flag(name: .shortAndLong, help: "Go on until the task run ends.")
  var follow = false
  @Option(help: "Of which attempt (default: the last).")
  var attempt: Int32?
  @Argument(help: "The number of a task run.")
  var id: Int64

  private struct ChunkDocument: Encodable {
    let chunk: Int32
    let stream: String
    let text: String
  }

  func run() async throws {
    let connection = try await database.open()
    var shown = attempt
    var next: Int32 = 0
    var pause = Duration.milliseconds(50)
    while true {
      // The state before the chunks: what an end brings is then among them.
      let record = try await Lookup.taskRun(id, resultLimit: 0, connection)
      let number = shown ?? record.attempt
      let chunks = try await connection.run { [next] in
        try People.log(record.id, attempt: number, from: next, $0)
      }
      for chunk in chunks { try show(chunk) }
      if attempt == nil, number < record.attempt {
        // Each attempt counts its chunks from 0.
        (shown, next) = (number + 1, 0)
        continue
      }
      if !follow || record.state.isEnd || number < record.attempt { return }
      shown = number
      next = chunks.last.map { $0.number + 1 } ?? next
      pause = chunks.isEmpty ? min(pause * 2, .milliseconds(200)) : .milliseconds(50)
      try await Task.sleep(for: pause)
    }
  }

  private func show(_ chunk: LogChunk) throws {
    let isOutput = chunk.stream == .standardOutput
    if database.json {
      try Output.jsonLine(
        ChunkDocument(
          chunk: chunk.number, stream: isOutput ? "stdout" : "stderr",
          text: String(decoding: chunk.bytes, as: UTF8.self)))
    } else {
      Output.bytes(chunk.bytes, to: isOutput ? STDOUT_FILENO : STDERR_FILENO)
    }
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
}
