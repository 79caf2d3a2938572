import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct EventCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: "Timers that start pipelines and tasks.",
    subcommands: [
      EventAddCommand.self, List.self, Show.self, Set.self, Remove.self, EventNextCommand.self, History.self,
      Fire.self,
    ])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List events.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let rows = try await database.run { session in try People.events(session) }
      if database.json { return try Output.json(rows.map { EventDocument(view: $0) }) }
      Output.table(
        ["EVENT", "OWNER", "STATE", "RULE", "ZONE", "NEXT", "LAST", "OUTCOME", "STARTS"],
        rows.map { row in
          [
            row.definition.name, row.owner, row.isEnabled ? "on" : "off", row.definition.rule.text,
            row.definition.timezone, row.nextDue ?? row.problem ?? "", row.lastDue ?? "",
            row.lastOutcome ?? "",
            row.definition.start.joined(separator: ", "),
          ]
        })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show an event as YAML.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      let event = try await database.run { session in try Lookup.event(name, session) }
      try Catalogue.show(event, as: Definitions(events: [event]), json: database.json)
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Turn an event on or off.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String
    @Flag(exclusivity: .exclusive)
    var state: Switch

    func run() async throws {
      try await database.run { session in try People.setEvent(name, isEnabled: state.isOn, session) }
      try Done.say(state.turned("event"), name, json: database.json)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove an event; what it has started goes on.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.remove(.event, name, session) }
      try Done.say("removed event", name, json: database.json)
    }
  }

  struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List when an event was due and what came of it, the newest first.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String
    @Option(help: "How many at most.")
    var limit: Int32 = 50

    func validate() throws {
      guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
    }

    func run() async throws {
      let fires = try await database.run { session in
        let fires = try People.fires(ofEvent: name, limit: limit, session)
        if fires.isEmpty, try !People.events(session).contains(where: { $0.definition.name == name }) {
          throw Lookup.missing("event", name)
        }
        return fires
      }
      if database.json { return try Output.json(fires.map { FireDocument(fire: $0) }) }
      Output.table(
        ["DUE", "DONE", "OUTCOME", "RUNS", "OWNER", "REASON"],
        fires.map { fire in
          [
            fire.dueAt, fire.at, fire.count > 1 ? "\(fire.outcome) (\(fire.count) times)" : fire.outcome,
            fire.runs.map(\.description).joined(separator: ", "),
            fire.owner, fire.reason ?? "",
          ]
        })
    }
  }

  struct Fire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Start now what an event starts; prints the runs. When it is due stays as it is.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      let connection = try await database.open()
      let runs = try await connection.transaction(attempts: 4) { session in
        try People.fireEvent(name, session)
      }
      if !database.json {
        for run in runs { print(run) }
        return
      }
      let records = try await connection.run { session in try runs.compactMap { try People.run($0, session) }
      }
      try Output.json(records.map { RunDocument(record: $0) })
    }
  }
}

/// An event as JSON.
struct EventDocument: Encodable {
  let view: People.EventView

  private enum CodingKeys: String, CodingKey {
    case name, owner, enabled, problem, definition
    case nextDue = "next_due"
    case lastDue = "last_due"
    case lastOutcome = "last_outcome"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(view.definition.name, forKey: .name)
    try container.encode(view.owner, forKey: .owner)
    try container.encode(view.isEnabled, forKey: .enabled)
    try container.encode(view.nextDue, forKey: .nextDue)
    try container.encode(view.problem, forKey: .problem)
    try container.encode(view.lastDue, forKey: .lastDue)
    try container.encode(view.lastOutcome, forKey: .lastOutcome)
    try container.encode(view.definition, forKey: .definition)
  }
}

/// A time at which an event was due, as JSON.
struct FireDocument: Encodable {
  let fire: People.Fire

  private enum CodingKeys: String, CodingKey {
    case event, owner, at, count, outcome, reason, runs, scheduler
    case until = "until_due"
    case dueAt = "due_at"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(fire.event, forKey: .event)
    try container.encode(fire.owner, forKey: .owner)
    try container.encode(fire.dueAt, forKey: .dueAt)
    try container.encode(fire.count, forKey: .count)
    try container.encode(fire.until, forKey: .until)
    try container.encode(fire.at, forKey: .at)
    try container.encode(fire.outcome, forKey: .outcome)
    try container.encode(fire.reason, forKey: .reason)
    try container.encode(fire.runs.map(\.rawValue), forKey: .runs)
    try container.encode(fire.scheduler, forKey: .scheduler)
  }
}

extension EventDefinition.Rule {
  /// The rule as lists show it.
  var text: String {
    switch self {
    case .every(let interval): "every \(interval)"
    case .cron(let fields): "cron \(fields)"
    case .at(let moments): "at \(moments.joined(separator: ", "))"
    case .times(let times, let days):
      times.joined(separator: ", ") + (days.isEmpty ? "" : " on \(days.joined(separator: ", "))")
    }
  }
}
