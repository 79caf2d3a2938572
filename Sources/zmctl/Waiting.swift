import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// Waits for runs and prints what came of them.
enum Waiting {
  /// How many task runs of a run are printed at most.
  private static let taskRunLimit: Int32 = 100_000

  /// Looks until the run has ended.
  static func end(of run: RunID, _ changes: inout Changes) async throws -> RunRecord {
    while true {
      guard let record = try await changes.read({ try People.run(run, $0) }) else {
        throw Failure(.refused, "no run \(run)")
      }
      if record.isEnded {
        Output.progress("")
        return record
      }
      Output.progress("\(record.name): \(record.ended) of \(record.total) ended, \(record.failed) failed")
      try await changes.next()
    }
  }

  /// A run's task runs in their order.
  ///
  /// - Parameter resultLimit: how many bytes of each result to read; there may be 100,000 of them.
  static func taskRuns(of run: RunID, resultLimit: Int32, _ session: borrowing Session) throws
    -> [TaskRunRecord]
  {
    try People.taskRuns(TaskRunFilter(run: run, limit: taskRunLimit, resultLimit: resultLimit), session)
      .reversed()
  }

  /// Prints a started run, waits for it if that is asked for, and ends with 1 if it did not succeed.
  static func report(_ run: RunID, wait: Bool, _ options: DatabaseOptions, _ connection: Connection)
    async throws
  {
    try await report([run], wait: wait, options, connection)
  }

  /// The same for several; as JSON, one is a document and several are an array of them.
  static func report(_ runs: [RunID], wait: Bool, _ options: DatabaseOptions, _ connection: Connection)
    async throws
  {
    if !options.json { for run in runs { print(run) } }
    var documents: [RunDocument] = []
    if wait {
      documents = try await Changes.watching(options, connection) { changes in
        var ended: [RunDocument] = []
        for run in runs { ended.append(try await result(of: run, json: options.json, &changes)) }
        return ended
      }
    } else if options.json {
      documents = try await connection.run { session in
        try runs.compactMap { try People.run($0, session).map { RunDocument(record: $0) } }
      }
    }
    if options.json {
      if runs.count == 1, let document = documents.first {
        try Output.json(document)
      } else {
        try Output.json(documents)
      }
    }
    if wait { for document in documents { try check(document.record) } }
  }

  private static func result(of run: RunID, json: Bool, _ changes: inout Changes) async throws -> RunDocument
  {
    let record = try await end(of: run, &changes)
    if json {
      let taskRuns = try await changes.read {
        try Self.taskRuns(of: run, resultLimit: RunDocument.resultLimit, $0)
      }
      return RunDocument(record: record, taskRuns: taskRuns)
    }
    let filter = TaskRunFilter(run: run, limit: 20, resultLimit: Table.resultLimit)
    Table.taskRuns(try await changes.read { try People.taskRuns(filter, $0) }.reversed())
    if record.total > 20 { print("… and \(record.total - 20) more") }
    print("\(record.name): \(record.state), \(record.total) task runs, \(record.failed) failed")
    return RunDocument(record: record)
  }

  static func check(_ record: RunRecord) throws {
    guard record.state == "succeeded" else {
      throw Failure(
        .failed, "run \(record.id) (\(record.name)) \(record.state): see 'zmctl show \(record.id)'")
    }
  }
}
