import ArgumentParser
import Glibc
import ZmeyCommand
import ZmeyCore
import ZmeySchedule
import ZmeyStore

struct EventNextCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "List when an event, or a rule that is tried out, is due next.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Its name; none to try out a rule, without a database.")
  var name: String?
  @OptionGroup var rule: EventRuleOptions
  @Option(help: "How many times at most.")
  var count = 10
  @Option(help: "Those after that moment in its time zone (default: now).")
  var from: String?

  func validate() throws {
    if (name == nil) == (rule.rule == nil) {
      throw ValidationError("say which: the name of an event, or --cron, --every, --at or --times")
    }
    guard (1...10_000).contains(count) else { throw ValidationError("--count takes 1 to 10000") }
  }

  /// One time, in UTC and as clocks of the zone show it.
  private struct Document: Encodable {
    let due: String
    let local: String
  }

  func run() async throws {
    let event =
      if let timed = rule.rule {
        EventDefinition(name: "", rule: timed, timezone: rule.timezone, start: [])
      } else {
        try await stored()
      }
    let (instants, zone) = try instants(of: event)
    if database.json {
      return try Output.json(
        instants.map {
          Document(due: EventTimetable.utcText($0), local: EventTimetable.text($0, in: zone))
        })
    }
    if instants.isEmpty { print("It is never due any more.") }
    for instant in instants { print(EventTimetable.text(instant, in: zone)) }
  }

  private func stored() async throws -> EventDefinition {
    let name = name ?? ""
    return try await database.run { session in try Lookup.event(name, session) }
  }

  private func instants(of event: EventDefinition) throws -> ([Int64], TimeZoneRules) {
    do {
      let timetable = try EventTimetable(event)
      let start = try from.map { timetable.zone.firstInstant(of: try CivilDateTime($0)) } ?? Int64(time(nil))
      return (timetable.next(count, after: start), timetable.zone)
    } catch let error as ScheduleError {
      throw Failure(.usage, error.description)
    }
  }
}
