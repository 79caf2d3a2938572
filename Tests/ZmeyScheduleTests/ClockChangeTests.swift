import Testing

@testable import ZmeySchedule

/// All times in UTC; clocks change as the time zone database of 2025 has it.
@Suite struct `Where clocks change, a timetable` {
  @Test(
    arguments: [
      // Forward at 01:00Z: 02:00 becomes 03:00.
      ("Europe/Berlin", "30 2 * * *", "2027-03-27T12:00", ["2027-03-28T01:00", "2027-03-29T00:30"]),
      (
        "Europe/Berlin", "*/20 2,3 * * *", "2027-03-27T12:00",
        ["2027-03-28T01:00", "2027-03-28T01:20", "2027-03-28T01:40", "2027-03-29T00:00"]
      ),
      (
        "Europe/Berlin", "* * 2 * * *", "2027-03-27T12:00",
        ["2027-03-28T01:00", "2027-03-29T00:00", "2027-03-29T00:00:01"]
      ),
      (
        "Europe/Berlin", "0 */2 * * *", "2027-03-27T22:30",
        ["2027-03-27T23:00", "2027-03-28T01:00", "2027-03-28T02:00"]
      ),
      // Back at 01:00Z: 03:00 becomes 02:00.
      ("Europe/Berlin", "30 2 * * *", "2027-10-30T12:00", ["2027-10-31T00:30", "2027-11-01T01:30"]),
      ("Europe/Berlin", "30 2 * * *", "2027-10-31T01:10", ["2027-11-01T01:30"]),
      (
        "Europe/Berlin", "*/30 2,3 * * *", "2027-10-30T12:00",
        ["2027-10-31T00:00", "2027-10-31T00:30", "2027-10-31T02:00"]
      ),
      (
        "Europe/Berlin", "0 */2 * * *", "2027-10-30T21:30",
        ["2027-10-30T22:00", "2027-10-31T00:00", "2027-10-31T03:00"]
      ),
      ("America/New_York", "30 2 * * *", "2027-03-13T12:00", ["2027-03-14T07:00", "2027-03-15T06:30"]),
      ("America/New_York", "30 1 * * *", "2027-11-06T12:00", ["2027-11-07T05:30", "2027-11-08T06:30"]),
      // Half an hour only.
      ("Australia/Lord_Howe", "45 1 * * *", "2027-04-03T00:00", ["2027-04-03T14:45", "2027-04-04T15:15"]),
      ("Australia/Lord_Howe", "15 2 * * *", "2027-10-02T00:00", ["2027-10-02T15:30", "2027-10-03T15:15"]),
      // A day that was none: 30 December 2011.
      ("Pacific/Apia", "0 12 * * *", "2011-12-29T23:00", ["2011-12-30T10:00", "2011-12-30T22:00"]),
      ("Pacific/Apia", "0 0 30 * *", "2011-12-29T00:00", ["2011-12-30T10:00", "2012-01-29T10:00"]),
      // Ireland's daylight time is the winter, an hour back.
      ("Europe/Dublin", "30 1 * * *", "2027-03-27T12:00", ["2027-03-28T01:00", "2027-03-29T00:30"]),
      ("Europe/Dublin", "30 1 * * *", "2027-10-30T12:00", ["2027-10-31T00:30", "2027-11-01T01:30"]),
      ("Europe/Dublin", "30 1 * * *", "2057-03-24T12:00", ["2057-03-25T01:00", "2057-03-26T00:30"]),
      // Morocco goes back in Ramadan.
      ("Africa/Casablanca", "30 2 * * *", "2027-02-06T12:00", ["2027-02-07T01:30", "2027-02-08T02:30"]),
      ("Africa/Casablanca", "30 2 * * *", "2027-03-13T12:00", ["2027-03-14T02:00", "2027-03-15T01:30"]),
      // Iran changed at midnight, to 2022.
      ("Asia/Tehran", "30 0 * * *", "2022-03-21T12:00", ["2022-03-21T20:30", "2022-03-22T20:00"]),
      ("Asia/Tehran", "30 0 * * *", "2023-03-21T12:00", ["2023-03-21T21:00", "2023-03-22T21:00"]),
    ] as [(String, String, String, [String])])
  func `goes by the wall clock if it names hours`(
    name: String, cron: String, after: String, expected: [String]
  ) throws {
    #expect(try Timetable.cron(cron, zone(name)).next(expected.count, after: after) == expected)
  }

  @Test(
    arguments: [
      (
        "Europe/Berlin", "30 * * * *", "2027-03-28T00:00",
        ["2027-03-28T00:30", "2027-03-28T01:30", "2027-03-28T02:30"]
      ),
      (
        "Europe/Berlin", "30 * * * *", "2027-10-30T23:40",
        ["2027-10-31T00:30", "2027-10-31T01:30", "2027-10-31T02:30"]
      ),
      ("Europe/Berlin", "30 0-23 * * *", "2027-10-30T23:40", ["2027-10-31T00:30", "2027-10-31T01:30"]),
      (
        "Australia/Lord_Howe", "*/15 * * * *", "2027-04-03T14:31",
        ["2027-04-03T14:45", "2027-04-03T15:00", "2027-04-03T15:15", "2027-04-03T15:30"]
      ),
      ("Australia/Lord_Howe", "0 * * * *", "2027-04-03T13:30", ["2027-04-03T14:00", "2027-04-03T15:30"]),
      ("Australia/Lord_Howe", "0 * * * *", "2027-10-02T14:00", ["2027-10-02T14:30", "2027-10-02T16:00"]),
      ("Pacific/Apia", "0 * 30 12 *", "2011-12-01", ["2012-12-29T10:00"]),
      ("Africa/Casablanca", "0 0 * 29 2 *", "2025-01-01", ["2028-02-29T00:00", "2028-02-29T01:00"]),
    ] as [(String, String, String, [String])])
  func `goes by elapsed time if it takes in every hour`(
    name: String, cron: String, after: String, expected: [String]
  ) throws {
    #expect(try Timetable.cron(cron, zone(name)).next(expected.count, after: after) == expected)
  }

  @Test func `keeps dates and times of day by the wall clock`() throws {
    let berlin = try zone("Europe/Berlin")
    let times = [try TimeOfDay("02:15"), try TimeOfDay("02:45"), try TimeOfDay("12:00")]
    let daily = Timetable(.times(times, on: []), zone: berlin)
    #expect(
      try daily.next(3, after: "2027-03-28") == ["2027-03-28T01:00", "2027-03-28T10:00", "2027-03-29T00:15"])
    let dates = [
      try CivilDateTime("2027-10-31T02:30"), try CivilDateTime("2027-03-28T02:59:59"),
      try CivilDateTime("2027-03-28T03:00"),
    ]
    #expect(
      try Timetable(.at(dates), zone: berlin).next(3, after: "2027-01-01") == [
        "2027-03-28T01:00", "2027-10-31T00:30",
      ])
  }

  @Test func `counts seconds that elapse`() throws {
    let berlin = try zone("Europe/Berlin")
    let table = Timetable(
      .every(seconds: 7200), zone: berlin, starting: try CivilDateTime("2027-03-27T23:00"))
    #expect(
      try table.next(3, after: "2027-03-27T22:00") == [
        "2027-03-28T00:00", "2027-03-28T02:00", "2027-03-28T04:00",
      ])
  }
}
