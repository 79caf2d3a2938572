import Testing

@testable import ZmeySchedule

@Suite struct `Other programs` {
  @Test func `croniter finds the same times`() throws {
    var (asked, wrong) = (0, [String]())
    for line in try Fixture.lines("croniter.txt") {
      let table = try Timetable.cron(line[0])
      let (start, leap) = (try #require(Int64(line[1])), try #require(Int64(line[2])))
      for (index, delay) in line[3].split(separator: " ").enumerated() {
        let base = start + Int64(index) * leap
        asked += 1
        if table.next(after: base) != base + (Int64(delay) ?? 0) { wrong.append("\(line[0]) after \(base)") }
      }
    }
    #expect(asked == 24_000)
    #expect(wrong == [])
  }

  @Test func `systemd finds the same times`() throws {
    var (asked, wrong) = (0, [String]())
    for line in try Fixture.lines("systemd.txt") {
      let table = try Timetable.cron(line[0])
      var instant = try #require(Int64(line[1]))
      for delay in line[2].split(separator: " ") {
        let due = instant + (Int64(delay) ?? 0)
        asked += 1
        if table.next(after: instant) != due { wrong.append("\(line[0]) after \(instant)") }
        instant = due
      }
    }
    #expect(asked == 9000)
    #expect(wrong == [])
  }
}
