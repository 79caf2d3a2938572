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
    var documents: [RunDocument] = []
    for run in runs {
      let record = try await follow(run, connection)
      let taskRuns = try await Waiting.taskRuns(of: run, connection)
      if database.json {
        documents.append(RunDocument(record: record, taskRuns: taskRuns))
      } else {
        Self.show(record, taskRuns)
      }
      try Waiting.check(record)
    }
    if database.json { return try Output.json(documents) }
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
  private func follow(_ run: RunID, _ connection: Connection) async throws -> RunRecord {
    var seen: [TaskRunID: String] = [:]
    while true {
      let (record, taskRuns) = try await connection.run { session in
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
      try await Task.sleep(for: .milliseconds(100))
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
      let lines = String(decoding: taskRun.result ?? [], as: UTF8.self).split(separator: "\n")
      let head = lines.prefix(6).map { "    \(Output.safe(String($0)))" }
      print(
        "  \(taskRun.name) (\(taskRun.state.name)\(taskRun.elapsed.map { ", \(Output.span($0))" } ?? ""))")
      if let reason = taskRun.reason { print("    \(Output.safe(reason))") }
      for line in head { print(line) }
      if lines.count > 6 { print("    … \(lines.count) lines in all: zmctl result \(taskRun.id)") }
    }
  }
}
