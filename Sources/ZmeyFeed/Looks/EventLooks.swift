import Postgres
import ZmeyCommand
import ZmeyConsole
import ZmeyCore
import ZmeySchedule

/// All events, by name.
struct EventsLook: Look {
  private var events: [Event] = []

  func calls(_ memory: Memory) -> [Call] {
    [
      (
        Statement(
          "feed_events",
          "select definition, owner, next_due, last_due, last_outcome, problem from zm_api.event order by id"),
        []
      )
    ]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    events = try rows.map { row throws(DatabaseError) in
      let definition: EventDefinition = try decode(try row.text(0))
      return Event(
        definition: definition, owner: try row.text(1), rule: definition.rule.words,
        nextDue: try row.momentOrNil(2), problem: try row.textOrNil(5), lastDue: try row.momentOrNil(3),
        lastOutcome: try row.textOrNil(4))
    }
  }

  func answer(_ memory: inout Memory) -> Answer? {
    let all = events.map { event in
      var event = event
      event.upcoming = memory.upcoming(of: event)
      return event
    }
    return .events(all.sorted { ($0.definition.name, $0.owner) < ($1.definition.name, $1.owner) })
  }
}

extension Memory {
  /// The times of an event within a day after its next one, at most 100; none if this machine does not know its zone.
  fileprivate mutating func upcoming(of event: Event) -> [Moment] {
    guard let next = event.nextDue, event.definition.isEnabled else { return [] }
    if let known = upcoming[event.definition], known.after == next { return known.times }
    let zone = zone(event.definition.timezone)
    guard let zone, let timetable = try? Timetable(event.definition, zone: zone) else { return [] }
    var times: [Moment] = []
    var last = next.seconds
    while times.count < 100, let time = timetable.next(after: last), time <= next.seconds + 86_400 {
      times.append(Moment(microseconds: time * 1_000_000))
      last = time
    }
    if upcoming.count > 10_000 { upcoming = [:] }
    upcoming[event.definition] = (next, times)
    return times
  }

  private mutating func zone(_ name: String) -> TimeZoneRules? {
    if let known = zones[name] { return known }
    let zone = try? ZoneFiles.rules(name)
    zones[name] = .some(zone)
    return zone
  }
}

extension EventDefinition.Rule {
  /// When it is due, in words: `0 3 * * *`, `every 90s`.
  fileprivate var words: String {
    switch self {
    case .every(let interval): "every \(interval)"
    case .cron(let fields): fields
    case .at(let moments): "at \(moments.joined(separator: ", "))"
    case .times(let times, let days):
      times.joined(separator: ", ") + (days.isEmpty ? "" : " on \(days.joined(separator: ", "))")
    }
  }
}

/// What came of one event, or of all, the newest first.
struct FiresLook: Look {
  let event: String?
  let limit: Int
  private var fires: [Fire] = []

  init(event: String?, limit: Int) {
    self.event = event
    self.limit = limit
  }

  func calls(_ memory: Memory) -> [Call] {
    let columns = "select event, owner, due_at, at, outcome, reason, runs, count from zm_api.fire"
    let limit = Parameter.int8(Int64(limit))
    guard let event else {
      return [(Statement("feed_fires", "\(columns) order by due_at desc limit $1"), [limit])]
    }
    let sql = "\(columns) where event = $2 order by due_at desc limit $1"
    return [(Statement("feed_event_fires", sql), [limit, .text(event)])]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    fires = try rows.map { row throws(DatabaseError) in
      Fire(
        event: try row.text(0), owner: try row.text(1), dueAt: try row.moment(2), at: try row.moment(3),
        outcome: try row.text(4), reason: try row.textOrNil(5), runs: try row.int8Array(6).map { RunID($0) },
        count: try row.int(7))
    }
  }

  func answer(_ memory: inout Memory) -> Answer? { .fires(fires) }
}
