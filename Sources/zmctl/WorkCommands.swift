import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct StartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start a pipeline, or one task of it and what follows; prints the run.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "PIPELINE or PIPELINE/TASK.")
  var target: String
  @Option(
    name: .customLong("arg"), parsing: .unconditionalSingleValue,
    help: "One more argument for the tasks that start first.")
  var arguments: [String] = []
  @Flag(help: "Wait for the end; exit with 1 if it did not succeed.")
  var wait = false

  func run() async throws {
    let parts = target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let connection = try await database.open()
    let run = try await connection.run { session in
      try People.start(
        pipeline: parts[0], task: parts.count == 2 ? parts[1] : nil, arguments: arguments, session)
    }
    try await Waiting.report(run, wait: wait, database, connection)
  }
}

struct ExecCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a command once, on some worker; with --wait print what it wrote.")
  @OptionGroup var database: DatabaseOptions
  @Flag(help: "Wait for the end; exit with 1 if it failed.")
  var wait = false
  @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
  var command: [String] = []

  func validate() throws {
    if command.isEmpty { throw ValidationError("no command is given: zmctl exec --wait -- COMMAND [ARG]...") }
  }

  func run() async throws {
    let connection = try await database.open()
    let run = try await connection.run { session in try People.execute(command, session) }
    if !wait || database.json { return try await Waiting.report(run, wait: wait, database, connection) }
    let (record, taskRun) = try await Changes.watching(database, connection) { changes in
      let id = try await changes.read { try Waiting.taskRuns(of: run, resultLimit: 0, $0).first?.id }
      guard let id else { throw Failure(.failed, "run \(run) has no task run") }
      var reader = LogReader(taskRun: id, attempt: nil, isFollowing: true, json: false)
      try await reader.printAll(&changes)
      return (
        try await Waiting.end(of: run, &changes),
        try await changes.read { try People.taskRuns(TaskRunFilter(ids: [id], resultLimit: 0), $0).first }
      )
    }
    if let taskRun, let reason = taskRun.reason {
      throw Failure(.failed, "task run \(taskRun.id) \(taskRun.state.name): \(reason)")
    }
    try Waiting.check(record)
  }
}
