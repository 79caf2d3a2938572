/// The rule for all years after a zone's table: the text at the end of a TZif file, `CET-1CEST,M3.5.0,M10.5.0/3`
/// (POSIX, environment variable TZ, with the longer hours of RFC 8536).
///
/// Daylight time may lie on either side of standard time: Ireland's is the winter, an hour back.
struct PosixZone: Hashable, Sendable {
  /// Where the table ends.
  let from: Int64
  /// Seconds east of UTC.
  let standard: Int64
  /// Absent where clocks stay as they are.
  let daylight: Daylight?

  struct Daylight: Hashable, Sendable {
    let offset: Int64
    /// In standard time.
    let start: YearlyChange
    /// In daylight time.
    let end: YearlyChange
  }

  init(standard: Int64, daylight: Daylight?, from: Int64 = ZonePeriod.past) {
    self.from = from
    self.standard = standard
    self.daylight = daylight
  }

  init(_ other: PosixZone, from: Int64) {
    self.init(standard: other.standard, daylight: other.daylight, from: from)
  }

  /// What holds at an instant not before `from`, and for how long.
  func period(at instant: Int64) -> ZonePeriod {
    guard let daylight else { return ZonePeriod(start: from, end: ZonePeriod.future, offset: standard) }
    let bounded = min(max(instant, -Self.horizon), Self.horizon)
    let year = 1970 + Int((bounded + standard).dividedDown(by: Self.meanYear).quotient)
    var (start, end, offset) = (ZonePeriod.past, ZonePeriod.future, standard)
    func meet(_ at: Int64, _ after: Int64) {
      if at > bounded { end = min(end, at) } else if at >= start { (start, offset) = (at, after) }
    }
    // Changes may stray by a week into the neighbouring years. In this order, where one period ends as the next
    // begins the later one wins: that is how daylight time all year round is written.
    for year in year - 2...year + 2 {
      meet(daylight.start.localSeconds(in: year) - standard, daylight.offset)
      meet(daylight.end.localSeconds(in: year) - daylight.offset, standard)
    }
    return ZonePeriod(start: max(start, from), end: end, offset: offset)
  }

  /// Some 30,000 years on both sides: beyond that the last year's offsets hold.
  private static let horizon: Int64 = 1_000_000_000_000

  /// In seconds.
  private static let meanYear: Int64 = 31_556_952
}

/// A moment of every year on a wall.
struct YearlyChange: Hashable, Sendable {
  enum Day: Hashable, Sendable {
    /// 1…365: 29 February does not count.
    case withoutLeapDay(Int)
    /// 0…365: it does.
    case withLeapDay(Int)
    /// The first to fourth, or with 5 the last, such day of the month.
    case weekday(month: Int, week: Int, weekday: Int)
  }

  let day: Day
  /// Seconds since that day's midnight, within a week on both sides.
  let time: Int64

  /// Seconds since 1970-01-01T00:00 on that wall.
  func localSeconds(in year: Int) -> Int64 {
    let newYear = CivilDate.dayNumber(year: year, month: 1, day: 1)
    let number =
      switch day {
      case .withoutLeapDay(let day):
        newYear + Int64(day - 1 + (day >= 60 && CivilDate.isLeap(year) ? 1 : 0))
      case .withLeapDay(let day): newYear + Int64(day)
      case .weekday(let month, let week, let weekday): Self.dayNumber(year, month, week, weekday)
      }
    return number * 86_400 + time
  }

  private static func dayNumber(_ year: Int, _ month: Int, _ week: Int, _ weekday: Int) -> Int64 {
    let first = CivilDate.dayNumber(year: year, month: month, day: 1)
    let day = (weekday - Weekday(dayNumber: first).rawValue + 7) % 7 + 7 * (week - 1)
    return first + Int64(day < CivilDate.length(ofMonth: month, year: year) ? day : day - 7)
  }
}
