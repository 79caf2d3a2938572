import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// Waits for runs and prints what came of them.
enum Waiting {
  /// How many task runs of a run are printed at most.
  private static let taskRunLimit: Int32 = 100_000

  /// Looks until the run has ended: soon at first, then ever more seldom.
  static func end(
    of run: RunID, _ watch: inout Watch, longestPause: Duration = .milliseconds(250)
  ) async throws -> RunRecord {
    var pause = Duration.milliseconds(10)
    while true {
      guard let record = try await watch.read({ try People.run(run, $0) }) else {
        throw Failure(.refused, "no run \(run)")
      }
      if record.isEnded {
        Output.progress("")
        return record
      }
      Output.progress("\(record.name): \(record.ended) of \(record.total) ended, \(record.failed) failed")
      try await Task.sleep(for: pause)
      pause = min(pause * 2, longestPause)
    }
  }

  /// A run's task runs in their order.
  ///
  /// - Parameter resultLimit: how many bytes of each result to read; there may be 100,000 of them.
  static func taskRuns(of run: RunID, resultLimit: Int32, _ watch: inout Watch) async throws
    -> [TaskRunRecord]
  {
    try await watch.read { session in
      Array(
        try People.taskRuns(
          TaskRunFilter(run: run, limit: taskRunLimit, resultLimit: resultLimit), session
        ).reversed())
    }
  }

  /// Prints a started run, waits for it if that is asked for, and ends with 1 if it did not succeed.
  static func report(_ run: RunID, wait: Bool, _ options: DatabaseOptions, _ connection: Connection)
    async throws
  {
    var watch = Watch(connection, open: options.open)
    guard wait else {
      guard let record = try await watch.read({ try People.run(run, $0) }) else {
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
    let record = try await end(of: run, &watch)
    if options.json {
      let taskRuns = try await taskRuns(of: run, resultLimit: RunDocument.resultLimit, &watch)
      try Output.json(RunDocument(record: record, taskRuns: taskRuns))
    } else {
      let filter = TaskRunFilter(run: run, limit: 20, resultLimit: Table.resultLimit)
      Table.taskRuns(try await watch.read { try People.taskRuns(filter, $0) }.reversed())
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
  /// How many bytes of a result a list shows something of: see `Output.head`.
  static let resultLimit: Int32 = 64

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
