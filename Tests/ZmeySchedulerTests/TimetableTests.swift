import Testing
import ZmeyCore
import ZmeyStore

@testable import ZmeyScheduler

@Suite struct `The timetable of an event` {
  private var timetables = Timetables(readZone: { $0 == "Here/Broken" ? [1, 2, 3] : nil })

  private func event(
    _ rule: EventDefinition.Rule?, id: Int32 = 7, generation: Int32 = 1, timezone: String = "UTC",
    misfire: EventDefinition.Misfire = .once, maxCatchUp: Int = 10, jitter: Int64 = 0, due: Int64? = nil,
    after: Int64 = 0, now: Int64 = 0
  ) -> DueEvent {
    DueEvent(
      id: EventID(id), owner: "anna", name: "e\(id)", generation: generation,
      definition: rule.map {
        EventDefinition(
          name: "e\(id)", rule: $0, timezone: timezone, jitter: Timespan(milliseconds: jitter) ?? .seconds(0),
          misfire: misfire,
          maxCatchUp: maxCatchUp, start: ["p"])
      }, nextDue: due, after: after, now: now)
  }

  /// `due outcome` of each, and `count` where it is more than one; then the next due time and its moment.
  private mutating func decide(_ event: DueEvent) throws -> [String] {
    let (fires, plan) = try timetables.planner(for: event)
      .decide(due: event.nextDue, after: event.after, now: event.now)
    #expect(plan.lastDue == fires.last?.until)
    return fires.map { "\($0.due) \($0.intent.rawValue)" + ($0.count > 1 ? " \($0.count)" : "") }
      + ["next \(plan.nextDue.map(String.init) ?? "never")"]
  }

  private let ten = EventDefinition.Rule.every(.seconds(10))
  private let hundred = EventDefinition.Rule.every(.seconds(100))

  @Test mutating func `begins strictly after the given second`() throws {
    #expect(try decide(event(ten, after: 100, now: 100_500)) == ["next 110"])
    #expect(try decide(event(ten, after: 109, now: 109_999)) == ["next 110"])
  }

  @Test mutating func `is met at the very millisecond, and not before`() throws {
    #expect(try decide(event(ten, due: 110, now: 109_999)) == ["next 110"])
    #expect(try decide(event(ten, due: 110, now: 110_000)) == ["110 started", "next 120"])
    #expect(
      try decide(event(ten, due: 110, now: 139_000)) == [
        "110 started", "120 started", "130 started", "next 140",
      ])
  }

  @Test(
    arguments: [
      (.skip, 10, ["100 missed 4", "next 500"]),
      (.once, 10, ["100 missed 3", "400 caught_up", "next 500"]),
      (.all, 2, ["100 missed 2", "300 caught_up", "400 caught_up", "next 500"]),
      (.all, 10, ["100 caught_up", "200 caught_up", "300 caught_up", "400 caught_up", "next 500"]),
    ] as [(EventDefinition.Misfire, Int, [String])])
  mutating func `makes up for what was missed as the event says`(
    misfire: EventDefinition.Misfire, maxCatchUp: Int, expected: [String]
  ) throws {
    let missed = event(hundred, misfire: misfire, maxCatchUp: maxCatchUp, due: 100, now: 475_000)
    #expect(try decide(missed) == expected)
  }

  @Test mutating func `ends when nothing comes any more`() throws {
    let once = EventDefinition.Rule.at(["1970-01-01T00:01"])
    #expect(try decide(event(once, due: 60, now: 60_000)) == ["60 started", "next never"])
    #expect(try decide(event(once, generation: 2, after: 60, now: 60_000)) == ["next never"])
  }

  @Test mutating func `puts a due time off by the jitter, the same for whoever asks`() throws {
    var moments: Set<Int64> = []
    for id in 1...50 as ClosedRange<Int32> {
      let early = event(ten, id: id, jitter: 5000, due: 110, now: 109_999)
      let plan = try timetables.planner(for: early).decide(due: 110, after: 0, now: early.now).1
      let moment = try #require(plan.nextAt)
      #expect((110_000..<115_000).contains(moment))
      #expect(try decide(event(ten, id: id, jitter: 5000, due: 110, now: moment - 1)) == ["next 110"])
      #expect(
        try decide(event(ten, id: id, jitter: 5000, due: 110, now: moment)) == ["110 started", "next 120"])
      moments.insert(moment)
    }
    #expect(moments.count > 40)
  }

  @Test mutating func `is that of the event's last change`() throws {
    #expect(try decide(event(ten, generation: 1, after: 100)) == ["next 110"])
    #expect(try decide(event(hundred, generation: 2, after: 100)) == ["next 200"])
  }

  @Test(
    arguments: [
      .cron("0 3 30 2 *"), .cron("nonsense"), .at(["2027-13-01T00:00"]), .times(["25:00"], days: []),
      .times(["12:00"], days: ["someday"]), nil,
    ] as [EventDefinition.Rule?])
  mutating func `is a problem of its own event alone if it cannot be read`(rule: EventDefinition.Rule?) {
    var round = EventRound(timetables: timetables)
    let due = [
      event(ten, id: 1, due: 110, now: 110_000), event(rule, id: 2, due: 110, now: 110_000),
      event(ten, id: 3, due: 110, now: 110_000),
    ]
    let (fires, plans) = round.decide(on: due, scheduler: "s")
    #expect(fires.map(\.event.rawValue) == [1, 3])
    #expect(round.problems.map(\.event.name) == ["e2"])
    #expect(plans.map { $0.problem == nil } == [true, false, true])
    // Nobody can reckon it, so nobody looks at it until it is changed.
    #expect(plans[1].nextAt == nil)
  }

  @Test(arguments: ["Mars/Olympus", "Here/Broken"])
  mutating func `in a zone that is not known here is left to others`(zone: String) {
    var round = EventRound(timetables: timetables)
    let due = [
      event(ten, id: 1, timezone: zone, due: 110, now: 110_000), event(ten, id: 2, due: 110, now: 110_000),
    ]
    let (fires, plans) = round.decide(on: due, scheduler: "s")
    #expect(fires.map(\.event.rawValue) == [2])
    #expect(
      plans.first
        == EventPlan(
          event: EventID(1), nextDue: 110, nextAt: 110_000,
          problem:
            "scheduler 's' does not know the time zone '\(zone)': install it there and restart the scheduler"
        ))
    #expect(round.timetables.unknownZones == [zone])
  }

  @Test mutating func `leaves what is too much for one transaction to the next`() {
    var round = EventRound(timetables: timetables)
    let due = (1...30).map {
      event(hundred, id: $0, misfire: .all, maxCatchUp: 100, due: 100, now: 20_000_000)
    }
    let (fires, plans) = round.decide(on: due, scheduler: "s")
    #expect(plans.count < 30)
    #expect((1000...1200).contains(fires.count))
    #expect(Set(fires.map(\.event)) == Set(plans.map(\.event)))
  }
}
