import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// Waits for runs and prints what came of them.
enum Waiting {
  /// How many task runs of a run are printed as JSON at most, and how much of each result.
  private static let documentLimit: Int32 = 100_000
  private static let resultLimit: Int32 = 1 << 20

  /// Looks until the run has ended: soon at first, then every quarter of a second.
  static func end(of run: RunID, _ connection: Connection) async throws -> RunRecord {
    var pause = Duration.milliseconds(10)
    while true {
      guard let record = try await connection.run({ try People.run(run, $0) }) else {
        throw Failure(.refused, "no run \(run)")
      }
      if record.isEnded {
        Output.progress("")
        return record
      }
      Output.progress("\(record.name): \(record.ended) of \(record.total) ended, \(record.failed) failed")
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(250))
    }
  }

  static func taskRuns(of run: RunID, _ connection: Connection) async throws -> [TaskRunRecord] {
    try await connection.run { session in
      Array(
        try People.taskRuns(
          TaskRunFilter(run: run, limit: documentLimit, resultLimit: resultLimit), session
        ).reversed())
    }
  }

  /// Prints a started run, waits for it if that is asked for, and ends with 1 if it did not succeed.
  static func report(_ run: RunID, wait: Bool, _ options: DatabaseOptions, _ connection: Connection)
    async throws
  {
    guard wait else {
      guard let record = try await connection.run({ try People.run(run, $0) }) else {
        throw Failure(.refused, "no run \(run)")
      }
      if options.json {
        try Output.json(RunDocument(record: record, taskRuns: nil))
      } else {
        print(run)
      }
      return
    }
    if !options.json { print(run) }
    let record = try await end(of: run, connection)
    if options.json {
      try Output.json(RunDocument(record: record, taskRuns: try await taskRuns(of: run, connection)))
    } else {
      let shown = try await connection.run { try People.taskRuns(TaskRunFilter(run: run, limit: 20), $0) }
      Table.taskRuns(shown.reversed())
      if record.total > 20 { print("… and \(record.total - 20) more") }
      print("\(record.name): \(record.state), \(record.total) task runs, \(record.failed) failed")
    }
    try check(record)
  }

  static func check(_ record: RunRecord) throws {
    guard record.state == "succeeded" else {
      throw Failure(
        .failed, "run \(record.id) (\(record.name)) \(record.state): see 'zmctl show \(record.id)'")
    }
  }
}

/// Lists for people.
enum Table {
  static func taskRuns(_ records: [TaskRunRecord]) {
    Output.table(
      ["ID", "STATE", "NAME", "PIPELINE", "PROGRESS", "TIME", "WORKER", "RESULT"],
      records.map { record in
        [
          "\(record.id)", record.stateText, record.name, record.pipeline ?? "", progress(record),
          Output.span(record.elapsed), record.worker ?? "",
          record.state == .succeeded
            ? Output.head(record.result) : record.reason ?? Output.head(record.result),
        ]
      })
  }

  private static func progress(_ record: TaskRunRecord) -> String {
    record.progress.map { "\($0.percent)%\($0.isOverdue ? "!" : "")" } ?? ""
  }

  static func runs(_ records: [RunRecord]) {
    Output.table(
      ["RUN", "STATE", "NAME", "ENDED", "FAILED", "STARTED", "FINISHED"],
      records.map { record in
        [
          "\(record.id)", record.state, record.name, "\(record.ended)/\(record.total)", "\(record.failed)",
          record.createdAt, record.finishedAt ?? "",
        ]
      })
  }
}
