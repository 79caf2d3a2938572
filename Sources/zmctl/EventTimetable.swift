import ZmeyCommand
import ZmeyCore
import ZmeySchedule

/// When an event is due, as far as this machine knows its time zone.
struct EventTimetable {
  let zone: TimeZoneRules
  private let timetable: Timetable

  /// - Throws: `Failure` for a time zone that is not known here, `ScheduleError` for a rule that cannot be read.
  init(_ event: EventDefinition) throws {
    zone = try ZoneFiles.rules(event.timezone)
    timetable = try Timetable(event, zone: zone)
  }

  /// The first instants after one, in seconds since 1970, `count` at most.
  func next(_ count: Int, after instant: Int64) -> [Int64] {
    var found: [Int64] = []
    while found.count < count, let next = timetable.next(after: found.last ?? instant) { found.append(next) }
    return found
  }

  /// An instant as clocks of a zone show it, in ISO 8601: `2027-03-28T03:00:00+02:00`.
  static func text(_ instant: Int64, in zone: TimeZoneRules) -> String {
    let civil = zone.civil(at: instant)
    let seconds = civil.time.second == 0 ? ":00" : ""
    return "\(civil)\(seconds)\(offset(zone.utcOffset(at: instant)))"
  }

  /// An instant as all JSON has it, in UTC.
  static func utcText(_ instant: Int64) -> String {
    let civil = TimeZoneRules.utc.civil(at: instant)
    return "\(civil)\(civil.time.second == 0 ? ":00" : "").000Z"
  }

  private static func offset(_ seconds: Int) -> String {
    let parts = [abs(seconds) / 3600, abs(seconds) / 60 % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return (seconds < 0 ? "-" : "+") + parts.joined(separator: ":")
  }
}
