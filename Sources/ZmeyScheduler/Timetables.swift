internal import ZmeyCore
internal import ZmeySchedule
internal import ZmeyStore

/// Why it cannot be reckoned when an event is due.
enum TimetableProblem: Error, Hashable {
  /// This machine does not know its time zone.
  case unknownZone(String)
  /// What it says cannot be read, by any scheduler of this release.
  case unreadable(String)

  /// What it is to that scheduler, and what to do.
  func message(to scheduler: String) -> String {
    switch self {
    case .unknownZone(let name):
      "scheduler '\(scheduler)' does not know the time zone '\(name)': install it there and restart the scheduler"
    case .unreadable(let reason): reason
    }
  }
}

/// When events are due: what was made of each, as long as it does not change, and the rules of time zones by name.
struct Timetables: Sendable {
  /// More than that are forgotten together, for some are of events that were removed.
  private static let mostKept = 20_000

  private let readZone: @Sendable (String) -> [UInt8]?
  private var planners: [EventID: (generation: Int32, planner: EventPlanner)] = [:]
  private var zones = ["UTC": TimeZoneRules.utc]
  private var unknown: Set<String> = []

  /// None yet.
  ///
  /// - Parameter readZone: reads the rules of a time zone by its name; nil for one that is not known.
  init(readZone: @escaping @Sendable (String) -> [UInt8]?) { self.readZone = readZone }

  /// Time zones that were asked for and are not known.
  var unknownZones: [String] { unknown.sorted() }

  /// Who decides on an event.
  mutating func planner(for event: DueEvent) throws(TimetableProblem) -> EventPlanner {
    if let (generation, planner) = planners[event.id], generation == event.generation { return planner }
    guard let definition = event.definition else {
      throw .unreadable("this release of zmey cannot read it")
    }
    let zone = try rules(of: definition.timezone)
    let timetable: Timetable
    do throws(ScheduleError) {
      timetable = try Timetable(definition, zone: zone)
    } catch {
      throw .unreadable("\(error)")
    }
    let planner = EventPlanner(
      event: event.id, timetable: timetable, misfire: MisfirePolicy(definition),
      jitter: Jitter(event: Int64(event.id.rawValue), milliseconds: definition.jitter.milliseconds))
    if planners.count >= Self.mostKept { planners = [:] }
    planners[event.id] = (event.generation, planner)
    return planner
  }

  private mutating func rules(of name: String) throws(TimetableProblem) -> TimeZoneRules {
    if let known = zones[name] { return known }
    guard let bytes = readZone(name), let rules = try? TimeZoneRules(tzif: bytes) else {
      unknown.insert(name)
      throw .unknownZone(name)
    }
    zones[name] = rules
    return rules
  }
}
