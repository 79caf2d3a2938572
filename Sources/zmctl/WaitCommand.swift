import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait for runs or task runs; exit with 0 only if all succeeded.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Numbers of runs or task runs.")
  var ids: [Int64]

  func run() async throws {
    let documents = try await Changes.watching(database, try await database.open()) { changes in
      var documents: [WaitDocument] = []
      for id in ids {
        let state = try await Self.end(of: id, &changes)
        documents.append(WaitDocument(id: id, state: state))
        if !database.json { print("\(id) \(state)") }
      }
      return documents
    }
    if database.json { try Output.json(documents) }
    let failed = documents.filter { $0.state != "succeeded" }
    guard failed.isEmpty else {
      throw Failure(.failed, "not succeeded: \(failed.map { "\($0.id)" }.joined(separator: ", "))")
    }
  }

  private struct WaitDocument: Encodable {
    let id: Int64
    let state: String
  }

  private static func end(of id: Int64, _ changes: inout Changes) async throws -> String {
    if try await changes.read({ try People.run(RunID(id), $0) }) != nil {
      return try await Waiting.end(of: RunID(id), &changes).state
    }
    while true {
      let found = try await changes.read {
        try People.taskRuns(TaskRunFilter(ids: [TaskRunID(id)], resultLimit: 0), $0)
      }
      guard let taskRun = found.first else { throw Failure(.refused, "no run or task run \(id)") }
      if taskRun.state.isEnd { return taskRun.state.name }
      try await changes.next()
    }
  }
}
