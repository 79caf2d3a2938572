import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

struct EventAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add an event, or replace the one of that name.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Its name.")
  var name: String
  @OptionGroup var rule: EventRuleOptions
  @Option(help: "What it starts: PIPELINE or PIPELINE/TASK.")
  var start: [String]
  @Option(
    name: .customLong("arg"), parsing: .unconditionalSingleValue,
    help: "One more argument for what it starts.")
  var arguments: [String] = []
  @Option(help: "Not before that moment.")
  var starting: String?
  @Option(help: "Not after that moment.")
  var until: String?
  @Option(help: "Up to that much later, by chance.")
  var jitter = Timespan.seconds(0)
  @Option(help: "What to make up for that no scheduler saw: skip, once or all.")
  var misfire = EventDefinition.Misfire.once
  @Option(help: "With all, how many at most.")
  var maxCatchUp = EventDefinition.defaultCatchUp
  @Option(help: "What to do while what it started before still runs: allow, skip or queue.")
  var overlap = EventDefinition.Overlap.skip
  @Flag(help: "Add it turned off.")
  var off = false
  @Option(help: "What it is for, in a line.")
  var description = ""

  func validate() throws {
    if rule.rule == nil { throw ValidationError("say when: --cron, --every, --at or --times") }
  }

  func run() async throws {
    guard let rule = rule.rule else { return }
    let event = EventDefinition(
      name: name, description: description, rule: rule, timezone: self.rule.timezone, starting: starting,
      until: until, jitter: jitter, misfire: misfire, maxCatchUp: maxCatchUp, overlap: overlap,
      isEnabled: !off, start: start, arguments: arguments)
    let definitions = try Self.checked(event)
    let change = try await database.run { session in
      if let problem = try People.problems(of: definitions, session).first {
        throw Failure(.usage, problem.message)
      }
      return try People.apply(definitions, session)
    }
    if database.json {
      try Output.json(change)
    } else {
      for change in change { print("\(change.action) \(change.kind) \(Output.safe(change.name))") }
    }
  }

  /// The event, if a file may say the same.
  private static func checked(_ event: EventDefinition) throws -> Definitions {
    do {
      let text = DefinitionWriter.write(Definitions(events: [event]))
      return try DefinitionReader.read(text, file: "event") { _ in "" }
    } catch {
      throw Failure(.usage, error.errors.map(\.message).joined(separator: "; "))
    }
  }
}
