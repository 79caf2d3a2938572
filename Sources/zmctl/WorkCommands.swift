import ArgumentParser
import FoundationEssentials
import Glibc
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

struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Start many task runs of a template at once; prints the run that holds them.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The template.")
  var template: String
  @Option(help: "How many, without arguments.")
  var count: Int?
  @Option(help: "A file (- for standard input): one task run for each line, arguments parted by tabs.")
  var argsFrom: String?
  @Flag(help: "Wait for the end of all; exit with 1 if one did not succeed.")
  var wait = false

  func validate() throws {
    if count != nil, argsFrom != nil { throw ValidationError("--count and --args-from exclude each other") }
    guard (1...1_000_000).contains(count ?? 1) else { throw ValidationError("--count takes 1 to 1000000") }
  }

  func run() async throws {
    let lines = try argsFrom.map { path in
      // "\r\n" is one Character, and no "\n".
      var lines = try DefinitionFiles.storableText(path).split(omittingEmptySubsequences: false) {
        $0 == "\n" || $0 == "\r\n"
      }
      if lines.last?.isEmpty == true { lines.removeLast() }
      guard !lines.isEmpty else { throw Failure(.usage, "'\(path)' has no line") }
      return lines.map {
        $0.isEmpty ? [] : $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      }
    }
    let connection = try await database.open()
    let run = try await connection.run { session in
      if let lines { return try People.submit(template: template, arguments: lines, session) }
      return try People.submit(template: template, count: Int32(count ?? 1), session)
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
    var watch = Watch(connection, open: database.open)
    let record = try await Waiting.end(of: run, &watch)
    let taskRuns = try await Waiting.taskRuns(of: run, resultLimit: 0, &watch)
    for taskRun in taskRuns {
      let chunks = try await watch.read {
        try People.log(taskRun.id, attempt: taskRun.attempt, from: 0, $0)
      }
      for chunk in chunks {
        Output.bytes(chunk.bytes, to: chunk.stream == .standardOutput ? STDOUT_FILENO : STDERR_FILENO)
      }
      if let reason = taskRun.reason {
        throw Failure(.failed, "task run \(taskRun.id) \(taskRun.state.name): \(reason)")
      }
    }
    try Waiting.check(record)
  }
}

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait for runs or task runs; exit with 0 only if all succeeded.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Numbers of runs or task runs.")
  var ids: [Int64]

  func run() async throws {
    var watch = Watch(try await database.open(), open: database.open)
    var failed: [Int64] = []
    var documents: [WaitDocument] = []
    for id in ids {
      let state = try await Self.end(of: id, &watch)
      documents.append(WaitDocument(id: id, state: state))
      if state != "succeeded" { failed.append(id) }
      if !database.json { print("\(id) \(state)") }
    }
    if database.json { try Output.json(documents) }
    guard failed.isEmpty else {
      throw Failure(.failed, "not succeeded: \(failed.map(String.init).joined(separator: ", "))")
    }
  }

  private struct WaitDocument: Encodable {
    let id: Int64
    let state: String
  }

  private static func end(of id: Int64, _ watch: inout Watch) async throws -> String {
    if try await watch.read({ try People.run(RunID(id), $0) }) != nil {
      return try await Waiting.end(of: RunID(id), &watch).state
    }
    var pause = Duration.milliseconds(10)
    while true {
      let found = try await watch.read {
        try People.taskRuns(TaskRunFilter(ids: [TaskRunID(id)], resultLimit: 0), $0)
      }
      guard let taskRun = found.first else { throw Failure(.refused, "no run or task run \(id)") }
      if taskRun.state.isEnd { return taskRun.state.name }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(250))
    }
  }
}
