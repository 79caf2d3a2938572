import ArgumentParser
import ZmeyCommand
import ZmeyCore

/// When an event is due, as flags: one of the four ways.
struct EventRuleOptions: ParsableArguments {
  @Option(help: "When these five fields of cron say so.")
  var cron: String?
  @Option(help: "Again and again after that time, such as 90s or 1h.")
  var every: Timespan?
  @Option(help: "At that moment, such as 2027-01-01T12:00.")
  var at: [String] = []
  @Option(help: "At that time of day, such as 12:15.")
  var times: [String] = []
  @Option(name: .customLong("day"), help: "With --times: on that day of the week, such as mon.")
  var days: [String] = []
  @Option(help: "The time zone of what is said.")
  var timezone = EventDefinition.defaultTimezone

  /// The rule; nil if none was given.
  var rule: EventDefinition.Rule? {
    if let cron { return .cron(cron) }
    if let every { return .every(every) }
    if !at.isEmpty { return .at(at) }
    return times.isEmpty ? nil : .times(times, days: days)
  }

  func validate() throws {
    let ways = [cron != nil, every != nil, !at.isEmpty, !times.isEmpty].count { $0 }
    guard ways <= 1 else { throw ValidationError("--cron, --every, --at and --times exclude each other") }
    if !days.isEmpty, times.isEmpty { throw ValidationError("--day needs --times") }
  }
}
