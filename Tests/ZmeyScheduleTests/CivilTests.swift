import Testing

@testable import ZmeySchedule

@Suite struct `Civil time` {
  @Test func `numbers days as the calendar does`() throws {
    #expect(try #require(CivilDate(year: 1970, month: 1, day: 1)).dayNumber == 0)
    #expect(try #require(CivilDate(year: 2000, month: 2, day: 29)).dayNumber == 11_016)
    #expect(try #require(CivilDate(year: 1, month: 1, day: 1)).dayNumber == CivilDate.dayNumbers.lowerBound)
    #expect(
      try #require(CivilDate(year: 9999, month: 12, day: 31)).dayNumber == CivilDate.dayNumbers.upperBound)
  }

  @Test func `counts on over months and years`() {
    var (year, month, day) = (1, 1, 1)
    var wrong = 0
    // In steps of 97 days, counted by hand.
    while year <= 2500 {
      let number = CivilDate.dayNumber(year: year, month: month, day: day)
      let date = CivilDate(dayNumber: number)
      if (date.year, date.month, date.day) != (year, month, day) { wrong += 1 }
      day += 97
      while day > CivilDate.length(ofMonth: month, year: year) {
        day -= CivilDate.length(ofMonth: month, year: year)
        month += 1
        if month == 13 { (year, month) = (year + 1, 1) }
      }
      if CivilDate.dayNumber(year: year, month: month, day: day) - number != 97 { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test func `knows weekdays`() throws {
    #expect(try #require(CivilDate(year: 2027, month: 1, day: 1)).weekday == .friday)
    #expect(try #require(CivilDate(year: 1, month: 1, day: 1)).weekday == .monday)
    #expect(try Weekday("Mon") == .monday)
    #expect(try Weekday("sunday") == .sunday)
    #expect(throws: ScheduleError.self) { try Weekday("mo") }
  }

  @Test(arguments: [
    (2026, 2, 29), (2027, 13, 1), (2027, 0, 1), (2027, 4, 31), (0, 1, 1), (10_000, 1, 1), (1900, 2, 29),
  ])
  func `has no such day`(year: Int, month: Int, day: Int) {
    #expect(CivilDate(year: year, month: month, day: day) == nil)
  }

  @Test(arguments: [
    ("2027-01-01", "2027-01-01T00:00"), ("2027-01-01T12:00", "2027-01-01T12:00"),
    ("2027-01-01 12:00:30", "2027-01-01T12:00:30"), ("0099-12-31T9:05:00", "0099-12-31T09:05"),
  ])
  func `reads and writes dates and times`(text: String, written: String) throws {
    let value = try CivilDateTime(text)
    #expect("\(value)" == written)
    #expect(try CivilDateTime(written) == value)
    #expect(CivilDateTime(localSeconds: value.localSeconds) == value)
  }

  @Test(arguments: [
    ("", 1, "year"), ("27-01-01", 3, "year"), ("2027-1-01", 7, "month"), ("2027-13-01", 6, "month"),
    ("2027-02-29", 9, "28 days"), ("2027/01/01", 5, "2027-01-31"), ("2027-01-01T", 12, "hour"),
    ("2027-01-01T25:00", 12, "hour"), ("2027-01-01T12", 14, "24-hour"), ("2027-01-01T12:60", 15, "minute"),
    ("2027-01-01T12:00Z", 17, "zone"), ("2027-01-01T12:00+01:00", 17, "zone"),
    ("2027-01-01x", 11, "unexpected"),
    ("2027-01-01T12:00:00.5", 20, "unexpected"), ("٢٠٢٧-01-01", 1, "year"),
  ])
  func `says what is wrong with a date and where`(text: String, column: Int, word: String) {
    let error = #expect(throws: ScheduleError.self) { try CivilDateTime(text) }
    #expect(error?.column == column)
    #expect(error?.message.contains(word) == true, "\(String(describing: error))")
  }

  @Test(arguments: [("12:15", "12:15"), ("14:25:30", "14:25:30"), ("9:05", "09:05"), ("00:00:00", "00:00")])
  func `reads and writes times of day`(text: String, written: String) throws {
    #expect("\(try TimeOfDay(text))" == written)
  }

  @Test(arguments: [
    ("24:00", 1, "hour"), ("2pm", 2, "24-hour"), ("2:15pm", 5, "unexpected"), ("12", 3, "24-hour"),
    ("12:5", 5, "minute"), ("12:00:60", 7, "second"), ("-1:00", 1, "hour"), ("123:00", 3, "24-hour"),
  ])
  func `says what is wrong with a time and where`(text: String, column: Int, word: String) {
    let error = #expect(throws: ScheduleError.self) { try TimeOfDay(text) }
    #expect(error?.column == column)
    #expect(error?.message.contains(word) == true, "\(String(describing: error))")
  }
}
