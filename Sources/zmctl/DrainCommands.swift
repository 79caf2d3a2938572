import ArgumentParser
import ZmeyStore

/// Why something gets no work, for those who wonder.
struct ReasonOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Why, for those who wonder: one line, at most 200 characters.", valueName: "text"))
  var reason: String?
}

extension WorkerCommand {
  struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a worker nothing new; it finishes what it has and stays linked.")
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var why: ReasonOption
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.drainWorker(name, reason: why.reason, session) }
      try Done.say("drained worker", name, json: database.json)
    }
  }

  struct Undrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give a drained worker work again.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.undrainWorker(name, session) }
      try Done.say("undrained worker", name, json: database.json)
    }
  }
}

extension SchedulerCommand {
  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a scheduler claim nothing new; its workers finish what they have.")
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var why: ReasonOption
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.pauseScheduler(name, reason: why.reason, session) }
      try Done.say("paused scheduler", name, json: database.json)
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a paused scheduler claim again.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.resumeScheduler(name, session) }
      try Done.say("resumed scheduler", name, json: database.json)
    }
  }
}
