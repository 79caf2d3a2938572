import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let running task runs stand still and hold back all others.")
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: ControlOptions
  @Flag(help: "Wait until every one that runs is proven to stand still.")
  var wait = false

  func run() async throws { try await options.carryOut(.pause, wait: wait, database) }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Take a pause or a hold back.")
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: ControlOptions
  @Flag(help: "Wait until every one that stood still is proven to go on.")
  var wait = false

  func run() async throws { try await options.carryOut(.resume, wait: wait, database) }
}

struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep back what does not run yet.")
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await options.carryOut(.hold, database) }
}

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Take a hold back.")
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await options.carryOut(.release, database) }
}

struct StopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "End task runs: TERM, the template's grace, KILL.")
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: ControlOptions
  @Flag(help: "KILL at once.")
  var now = false
  @Flag(help: "Wait until every one is proven to have ended.")
  var wait = false

  func run() async throws {
    try await options.carryOut(now ? .kill : .stop, wait: wait, database)
  }
}

struct RerunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun",
    abstract: "Run task runs or runs again with the same arguments; prints the new runs.")
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: ControlOptions
  @Flag(help: "The task run and everything that follows it.")
  var from = false
  @Flag(help: "Of a run what failed, and everything that follows that.")
  var failed = false
  @Flag(help: "With the definitions of now, not with those of the first time.")
  var latest = false
  @Flag(help: "Wait for the end; exit with 1 if one did not succeed.")
  var wait = false

  func validate() throws {
    if from, failed { throw ValidationError("--from and --failed exclude each other") }
    if from, !options.runs.isEmpty || !options.pipelines.isEmpty {
      throw ValidationError("--from takes numbers of task runs, not --run or --pipeline")
    }
  }

  func run() async throws {
    let connection = try await database.open()
    let mode: RerunMode = from ? .from : failed ? .failed : .alone
    let runs = try await connection.transaction(attempts: 4) { session in
      try options.checkRuns(session)
      let newest = try options.pipelines.map { name in
        guard let run = try People.newestRun(ofPipeline: name, session) else {
          throw Failure(.refused, "no run of a pipeline '\(name)' is there")
        }
        return run.rawValue
      }
      return try (options.numbers + newest).map { try People.rerun($0, mode, isLatest: latest, session) }
    }
    try await Waiting.report(runs, wait: wait, database, connection)
  }
}
