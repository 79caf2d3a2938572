import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Apply the example pipelines, run them to the end, print each task's result.")
  @OptionGroup var database: DatabaseOptions

  /// How many bytes of a result are enough for its first lines.
  private static let resultLimit: Int32 = 1024

  func run() async throws {
    let text = String(decoding: PackageResources.demo_yaml, as: UTF8.self)
    let definitions = try DefinitionReader.read(text, file: "demo.yaml") { path in
      throw Failure(.failed, "the examples have no file '\(path)'")
    }
    let connection = try await database.open()
    let changes = try await connection.run { try People.apply(definitions, $0) }
    if !database.json { for change in changes { print("\(change.action) \(change.kind) \(change.name)") } }

    let runs = try await connection.run { session in
      try definitions.pipelines.map { try People.start(pipeline: $0.name, task: nil, arguments: [], session) }
    }
    let resultLimit = database.json ? RunDocument.resultLimit : Self.resultLimit
    let documents = try await Changes.watching(database, connection) { changes in
      var documents: [RunDocument] = []
      for run in runs {
        let record = try await follow(run, &changes)
        let taskRuns = try await changes.read { try Waiting.taskRuns(of: run, resultLimit: resultLimit, $0) }
        if !database.json { Self.show(record, taskRuns) }
        documents.append(RunDocument(record: record, taskRuns: taskRuns))
      }
      return documents
    }
    if database.json { try Output.json(documents) }
    for document in documents { try Waiting.check(document.record) }
    if database.json { return }
    print(
      """

      What to try next:
        zmctl list                         every task run, the newest first
        zmctl start machine-report --wait  the same pipeline again
        zmctl export machine-report        its definition, to be changed and applied
        zmctl exec --wait -- uname -a      any command, on some worker
        zmctl status                       schedulers, workers, and what they do
      """)
  }

  /// Prints a line whenever a task run takes another state, until all have ended.
  private func follow(_ run: RunID, _ changes: inout Changes) async throws -> RunRecord {
    var seen: [TaskRunID: String] = [:]
    while true {
      let (record, taskRuns) = try await changes.read { session in
        (
          try People.run(run, session),
          try People.taskRuns(TaskRunFilter(run: run, limit: 1000, resultLimit: 0), session).reversed()
        )
      }
      guard let record else { throw Failure(.refused, "no run \(run)") }
      for taskRun in taskRuns where !database.json && taskRun.state != .waiting {
        let bar = Self.bar(taskRun)
        if seen.updateValue(bar, forKey: taskRun.id) != bar {
          print("  \(record.name)/\(taskRun.name)  \(bar)")
        }
      }
      if record.isEnded { return record }
      try await changes.next()
    }
  }

  /// Such as `[#######·······] 47% running`.
  private static func bar(_ taskRun: TaskRunRecord) -> String {
    guard let progress = taskRun.progress else { return taskRun.state.name }
    let full = progress.percent / 10
    let filled = String(repeating: "#", count: full) + String(repeating: "·", count: 10 - full)
    return "[\(filled)] \(full * 10)% \(taskRun.state.name)"
  }

  private static func show(_ record: RunRecord, _ taskRuns: [TaskRunRecord]) {
    print("\n\(record.name): \(record.state)")
    for taskRun in taskRuns {
      let result = taskRun.result ?? []
      let lines = String(decoding: result, as: UTF8.self).split(separator: "\n")
      let head = lines.prefix(6).map { "    \(Output.safe(String($0)))" }
      print(
        "  \(taskRun.name) (\(taskRun.state.name)\(taskRun.elapsed.map { ", \(Output.span($0))" } ?? ""))")
      if let reason = taskRun.reason { print("    \(Output.safe(reason))") }
      for line in head { print(line) }
      if let bytes = taskRun.resultBytes, lines.count > 6 || bytes > result.count {
        print("    … \(bytes) bytes in all: zmctl result \(taskRun.id)")
      }
    }
  }
}
