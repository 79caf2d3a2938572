import Testing

@testable import ZmeySchedule

@Suite struct `A timetable` {
  @Test func `counts from the epoch, or from its start`() throws {
    let every = Timetable(.every(seconds: 90))
    #expect(every.next(after: -91) == -90)
    #expect(every.next(after: -90) == 0)
    #expect(every.next(after: 89) == 90)
    #expect(every.next(after: 90) == 180)
    let anchored = Timetable(.every(seconds: 7), starting: try CivilDateTime("2027-01-01T00:00:03"))
    #expect(try anchored.next(2, after: "2020-01-01") == ["2027-01-01T00:00:03", "2027-01-01T00:00:10"])
    // No drift after a billion seconds.
    let far = try utc("2058-09-09")
    #expect((try #require(anchored.next(after: far)) - (try utc("2027-01-01T00:00:03"))) % 7 == 0)
  }

  @Test func `keeps to its dates`() throws {
    let table = Timetable(
      .cron(try CronExpression("0 12 * * *")), zone: try zone("Europe/Berlin"),
      starting: try CivilDateTime("2027-01-05T12:00"), until: try CivilDateTime("2027-01-07T12:00"))
    #expect(
      try table.next(9, after: "2020-01-01") == ["2027-01-05T11:00", "2027-01-06T11:00", "2027-01-07T11:00"])
    #expect(table.next(after: .max) == nil)
    #expect(table.next(after: .min) == (try utc("2027-01-05T11:00")))
    let never = Timetable(
      .every(seconds: 1), starting: try CivilDateTime("2027-01-02"), until: try CivilDateTime("2027-01-01"))
    #expect(never.next(after: 0) == nil)
  }

  @Test func `meets times of day on weekdays`() throws {
    let times = [try TimeOfDay("14:25:30"), try TimeOfDay("12:15")]
    let table = Timetable(.times(times, on: [.monday, .friday]))
    #expect(
      try table.next(4, after: "2027-01-01T12:15") == [
        "2027-01-01T14:25:30", "2027-01-04T12:15", "2027-01-04T14:25:30", "2027-01-08T12:15",
      ])
    #expect(
      try Timetable(.times(times, on: [.friday])).next(1, after: "2027-01-01T14:25:30") == [
        "2027-01-08T12:15"
      ])
    #expect(Timetable(.times([], on: [])).next(after: 0) == nil)
  }

  @Test func `meets a list of dates once each`() throws {
    let dates = [
      try CivilDateTime("2027-02-01"), try CivilDateTime("2027-01-01T12:00"),
      try CivilDateTime("2027-02-01T00:00"),
    ]
    #expect(
      try Timetable(.at(dates)).next(9, after: "2020-01-01") == ["2027-01-01T12:00", "2027-02-01T00:00"])
    #expect(Timetable(.at([])).next(after: 0) == nil)
  }

  @Test func `ends with the calendar`() throws {
    for table in [
      try .cron("* * * * *"), try .cron("0 0 * * *"), Timetable(.every(seconds: 60)),
      Timetable(.times([.midnight], on: [])),
    ] {
      #expect(table.next(after: .max) == nil)
      #expect(table.next(after: .max - 1) == nil)
      #expect(table.next(after: .min) != nil)
    }
  }

  @Test func `agrees with a clock that goes from minute to minute`() throws {
    let changes = [
      ("Europe/Berlin", "2027-03-28"), ("Europe/Berlin", "2027-10-31"), ("America/New_York", "2027-03-14"),
      ("America/New_York", "2027-11-07"), ("Australia/Lord_Howe", "2027-04-03"),
      ("Australia/Lord_Howe", "2027-10-02"),
      ("Pacific/Apia", "2011-12-30"), ("Europe/Dublin", "2027-10-31"), ("Asia/Kathmandu", "2027-01-01"),
      ("Asia/Tehran", "2022-03-21"),
    ]
    var random = SplitMix(seed: 6)
    var (times, wrong) = (0, [String]())
    for (name, day) in changes {
      let walk = MinuteWalk(zone: try zone(name), from: try utc(day) - 2 * 86_400, days: 4)
      for _ in 0..<30 {
        let cron = RandomCron(using: &random)
        let table = try Timetable.cron(cron.text, walk.zone)
        let found = table.all(from: walk.steps[0].instant, through: walk.last)
        let expected = cron.hours.count == 24 ? walk.elapsed(cron) : walk.onWall(cron)
        times += expected.count
        if found != expected { wrong.append("\(cron.text) in \(name) around \(day)") }
      }
    }
    #expect(wrong == [])
    #expect(times > 10_000)
  }
}

/// An expression whose fields are sets, to be compared one by one.
struct RandomCron {
  let minutes, hours, days, months, weekdays: Set<Int>

  init(using random: inout SplitMix) {
    func some(_ range: ClosedRange<Int>, _ chances: [Int]) -> Set<Int> {
      let count = chances.randomElement(using: &random) ?? 1
      return count == 0 ? Set(range) : Set((0..<count).map { _ in .random(in: range, using: &random) })
    }
    minutes = some(0...59, [0, 1, 2, 5])
    // Clocks change in these hours.
    hours = some(0...23, [0, 0, 20, 20, 40])
    days = some(1...31, [0, 0, 20])
    months = some(1...12, [0, 0, 8])
    weekdays = some(0...6, [0, 0, 3])
  }

  var text: String {
    func field(_ values: Set<Int>, _ all: Int) -> String {
      values.count == all ? "*" : values.map(String.init).joined(separator: ",")
    }
    return [field(minutes, 60), field(hours, 24), field(days, 31), field(months, 12), field(weekdays, 7)]
      .joined(separator: " ")
  }

  func takes(_ civil: CivilDateTime) -> Bool {
    let (inMonth, inWeek) = (days.contains(civil.date.day), weekdays.contains(civil.date.weekday.rawValue))
    let isDay = days.count < 31 && weekdays.count < 7 ? inMonth || inWeek : inMonth && inWeek
    return isDay && minutes.contains(civil.time.minute) && hours.contains(civil.time.hour)
      && months.contains(civil.date.month)
  }
}

/// What a wall clock shows from minute to minute.
struct MinuteWalk {
  let zone: TimeZoneRules
  let steps: [(instant: Int64, civil: CivilDateTime)]

  init(zone: TimeZoneRules, from start: Int64, days: Int64) {
    self.zone = zone
    steps = stride(from: start, to: start + days * 86_400, by: 60).map { ($0, zone.civil(at: $0)) }
  }

  var last: Int64 { steps[steps.count - 1].instant }

  func elapsed(_ cron: RandomCron) -> [Int64] { steps.filter { cron.takes($0.civil) }.map(\.instant) }

  /// Each minute of the calendar at the first instant at which the clock shows it or a later one.
  func onWall(_ cron: RandomCron) -> [Int64] {
    var found: [Int64] = []
    var index = 0
    var shown = steps[0].civil.localSeconds
    for local in stride(from: shown, through: steps[steps.count - 1].civil.localSeconds, by: 60) {
      while shown < local {
        index += 1
        shown = steps[index].civil.localSeconds
      }
      if cron.takes(CivilDateTime(localSeconds: local)), found.last != steps[index].instant {
        found.append(steps[index].instant)
      }
    }
    return found
  }
}
