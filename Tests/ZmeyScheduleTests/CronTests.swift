import Testing

@testable import ZmeySchedule

@Suite struct `A cron expression` {
  @Test(
    arguments: [
      ("0 3 * * *", "2027-01-01", ["2027-01-01T03:00", "2027-01-02T03:00"]),
      ("*/15 * * * *", "2027-01-01T00:07", ["2027-01-01T00:15", "2027-01-01T00:30"]),
      ("30 */15 * * * *", "2027-01-01T00:00:30", ["2027-01-01T00:15:30", "2027-01-01T00:30:30"]),
      ("0 0 L * *", "2028-02-01", ["2028-02-29T00:00", "2028-03-31T00:00"]),
      ("0 0 L-3 * *", "2027-02-01", ["2027-02-25T00:00", "2027-03-28T00:00"]),
      ("0 0 LW * *", "2027-01-01", ["2027-01-29T00:00", "2027-02-26T00:00"]),
      ("0 0 15W * *", "2027-05-01", ["2027-05-14T00:00", "2027-06-15T00:00"]),
      ("0 0 1W * *", "2027-05-01", ["2027-05-03T00:00", "2027-06-01T00:00"]),
      ("0 0 31W * *", "2027-02-01", ["2027-02-26T00:00", "2027-03-31T00:00"]),
      ("0 0 1w,L-1 2 *", "2027-01-01", ["2027-02-01T00:00", "2027-02-27T00:00"]),
      ("0 0 * * friL", "2027-01-01", ["2027-01-29T00:00", "2027-02-26T00:00"]),
      ("0 0 * * 5L", "2027-01-01", ["2027-01-29T00:00", "2027-02-26T00:00"]),
      ("0 0 * * Lfri", "2027-01-01", ["2027-01-29T00:00", "2027-02-26T00:00"]),
      ("0 0 * * mon#2,7L", "2027-01-01", ["2027-01-11T00:00", "2027-01-31T00:00"]),
      (
        "0 0 * * fri-mon", "2027-01-05",
        ["2027-01-08T00:00", "2027-01-09T00:00", "2027-01-10T00:00", "2027-01-11T00:00", "2027-01-15T00:00"]
      ),
      (
        "0 22-4/3 * * *", "2027-01-01T12:00",
        ["2027-01-01T22:00", "2027-01-02T01:00", "2027-01-02T04:00", "2027-01-02T22:00"]
      ),
      ("0 0 1 NOV-Feb *", "2027-02-02", ["2027-11-01T00:00", "2027-12-01T00:00", "2028-01-01T00:00"]),
      ("0 0 * * 7", "2027-01-01", ["2027-01-03T00:00"]),
      ("0 0 * * sun-tue", "2027-01-01", ["2027-01-03T00:00", "2027-01-04T00:00"]),
      (
        "0 0 * * 5-7", "2027-01-04",
        ["2027-01-08T00:00", "2027-01-09T00:00", "2027-01-10T00:00", "2027-01-15T00:00"]
      ),
      ("0 0 * * 0-7", "2027-01-04", ["2027-01-05T00:00", "2027-01-06T00:00"]),
      ("0 0 * * 5-5", "2027-01-01", ["2027-01-08T00:00"]),
      ("0 0 * * 7-7", "2027-01-01", ["2027-01-03T00:00"]),
      ("50/5 0 * * ?", "2027-01-01", ["2027-01-01T00:50", "2027-01-01T00:55", "2027-01-02T00:50"]),
      ("@daily", "2027-01-01", ["2027-01-02T00:00"]), ("  @Weekly ", "2027-01-01", ["2027-01-03T00:00"]),
      ("@monthly", "2027-01-01", ["2027-02-01T00:00"]), ("@annually", "2027-01-01", ["2028-01-01T00:00"]),
      ("@hourly", "2027-01-01", ["2027-01-01T01:00"]), ("\t0  0\t1 1 * ", "2027-01-01", ["2028-01-01T00:00"]),
    ] as [(String, String, [String])])
  func `finds its times`(text: String, after: String, expected: [String]) throws {
    #expect(try Timetable.cron(text).next(expected.count, after: after) == expected)
  }

  @Test func `takes a day that either field of days names`() throws {
    let found = try Timetable.cron("0 0 13 * fri").next(4, after: "2027-08-05T12:00")
    #expect(found == ["2027-08-06T00:00", "2027-08-13T00:00", "2027-08-20T00:00", "2027-08-27T00:00"])
    let steps = try Timetable.cron("0 0 */15 * mon").next(3, after: "2027-08-01")
    #expect(steps == ["2027-08-02T00:00", "2027-08-09T00:00", "2027-08-16T00:00"])
    let all = try Timetable.cron("0 0 */1 * mon").next(2, after: "2027-08-01")
    #expect(all == ["2027-08-02T00:00", "2027-08-09T00:00"])
  }

  @Test func `finds rare days`() throws {
    #expect(
      try Timetable.cron("0 0 29 2 *").next(2, after: "2096-03-01") == [
        "2104-02-29T00:00", "2108-02-29T00:00",
      ])
    // Five Mondays in February: a 29th that is one.
    #expect(
      try Timetable.cron("0 0 * 2 mon#5").next(3, after: "2027-01-01") == [
        "2044-02-29T00:00", "2072-02-29T00:00", "2112-02-29T00:00",
      ])
    #expect(try Timetable.cron("59 59 23 31 12 *").next(1, after: "9999-01-01") == [])
  }

  @Test(arguments: [
    ("", 1, "5 fields"), ("* * * *", 8, "has 4"), ("* * * * * * *", 13, "has 7"),
    ("60 * * * *", 1, "0 to 59"),
    ("* 24 * * *", 3, "0 to 23"), ("* * 0 * *", 5, "1 to 31"), ("* * 32 * *", 5, "1 to 31"),
    ("* * * 13 *", 7, "1 to 12"),
    ("* * * * 8", 9, "0 to 7"), ("* * * foo *", 7, "jan, feb"), ("* * * * mo", 9, "sun, mon"),
    ("* * * * monday", 12, "unexpected 'd'"), ("1, * * * *", 3, "nothing"), ("1,,2 * * * *", 3, "','"),
    ("1- * * * *", 3, "nothing"), ("*/0 * * * *", 3, "1 to 59"), ("*/90 * * * *", 3, "1 to 59"),
    ("5/ * * * *", 3, "nothing"),
    ("? * * * *", 1, "alone"), ("* * 1,? * *", 7, "alone"), ("* * ?/2 * *", 5, "alone"),
    ("* * * * L", 9, "friL"),
    ("* * * * mon#6", 13, "1 to 5"), ("* * * * mon#", 13, "nothing"), ("* * L-31 * *", 7, "0 to 30"),
    ("* L * * *", 3, "not 'L'"),
    ("* * * * * x", 11, "no weekday 'x'"), ("-1 * * * *", 1, "not '-'"), ("1.5 * * * *", 2, "unexpected '.'"),
    ("99999999999999999999 * * * *", 1, "out of range"), ("@reboot", 1, "@hourly"),
    (" @every 5m", 2, "@hourly"),
    ("0 0 30 2 *", 5, "never comes"), ("0 0 31 4,6 *", 5, "never comes"),
    ("0 0 0 L-30 feb *", 7, "never comes"),
    ("0 0 * 2 mon#5,é", 15, "not 'é'"), ("０ 0 * * *", 1, "not '０'"),
  ])
  func `says what is wrong and where`(text: String, column: Int, word: String) {
    let error = #expect(throws: ScheduleError.self) { try CronExpression(text) }
    #expect(error?.column == column)
    #expect(error?.message.contains(word) == true, "\(String(describing: error))")
  }

  @Test func `survives any text`() {
    let letters = Array("0123456789*/,-LW#? @monjé\t".unicodeScalars)
    var random = SplitMix(seed: 3)
    var read = 0
    for _ in 0..<20_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        text.append(letters[Int.random(in: 0..<letters.count, using: &random)])
      }
      if Bool.random(using: &random) { text += " * * * *".unicodeScalars }
      do {
        let cron = try CronExpression(String(text))
        read += cron.firstTime(from: 0) == nil ? 0 : 1
      } catch {
        let columns = 1...text.count + 1
        if !columns.contains(error.column) { Issue.record("\(String(text)): \(error)") }
      }
    }
    #expect(read > 100)
  }
}
