import ArgumentParser
import Glibc
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// What a verb is done to.
struct ControlOptions: ParsableArguments {
  @Argument(help: "Numbers of task runs or runs.")
  var ids: [Int64] = []
  @Option(name: .customLong("run"), help: "One more run.")
  var runs: [Int64] = []
  @Option(name: .customLong("pipeline"), help: "A pipeline, by its name.")
  var pipelines: [String] = []
  @Flag(help: "Do not ask.")
  var yes = false

  var numbers: [Int64] { ids + runs }

  func validate() throws {
    if numbers.isEmpty && pipelines.isEmpty {
      throw ValidationError("say what: the number of a task run or run, --run R or --pipeline P")
    }
  }

  /// Refuses what was named as a run and is none.
  func checkRuns(_ session: borrowing Session) throws {
    for run in runs where try People.run(RunID(run), session) == nil {
      throw Failure(.refused, "no run \(run)")
    }
  }

  /// Does the verb to everything in one transaction, prints what came of it, and waits for its proof if that is asked
  /// for.
  func carryOut(_ verb: ControlVerb, wait: Bool = false, _ database: DatabaseOptions)
    async throws
  {
    let connection = try await database.open()
    if verb == .stop || verb == .kill { try await ask(connection) }
    let effects = try await connection.transaction(attempts: 5) { session in
      try checkRuns(session)
      let ofNumbers = numbers.isEmpty ? [] : try People.control(verb, numbers, session)
      return try pipelines.reduce(into: ofNumbers) { effects, pipeline in
        effects += try People.control(verb, pipeline: pipeline, session)
      }
    }
    let counts = Dictionary(effects.map { ($0.effect, $0.count) }, uniquingKeysWith: +)
    if !database.json { print(Self.line(counts)) }
    if wait {
      try await Changes.watching(database, connection) { changes in
        while try await changes.read({ try People.unproven(verb, numbers, pipelines: pipelines, $0) }) > 0 {
          try await changes.next()
        }
      }
    }
    if database.json {
      try Output.json(Document(verb: verb == .kill ? "stop" : verb.rawValue, effects: counts))
    }
  }

  private struct Document: Encodable {
    let verb: String
    let effects: [String: Int64]
  }

  private static let order = [
    "pipeline_paused", "pipeline_resumed", "submission_held", "submission_released", "submission_stopped",
    "pausing", "resuming", "stopping", "held", "queued", "stopped",
    "waiting",
  ]

  private static func line(_ counts: [String: Int64]) -> String {
    let known = order.compactMap { effect in
      counts[effect].map { "\($0) \(effect.replacing("_", with: " "))" }
    }
    return known.isEmpty ? "nothing to do: all have ended or are so already" : known.joined(separator: ", ")
  }

  /// Asks whoever sits at a terminal before more than single task runs are stopped.
  private func ask(_ connection: Connection) async throws {
    guard !yes, isatty(STDIN_FILENO) == 1 else { return }
    let runs = try await connection.run { session in
      try Set(numbers).filter { try People.run(RunID($0), session) != nil }.sorted()
    }
    let names =
      runs.map { "run \($0)" } + pipelines.map { "everything of pipeline '\(Output.safe($0))'" }
    guard !names.isEmpty else { return }
    Output.bytes(Array("Stop \(names.joined(separator: ", "))? [y/N] ".utf8), to: STDERR_FILENO)
    guard ["y", "yes"].contains(readLine()?.lowercased()) else {
      throw Failure(.failed, "nothing was stopped")
    }
  }
}
