/// What a calendar and a clock on one wall show: it becomes an instant in a time zone only.
public struct CivilDateTime: Hashable, Comparable, Sendable {
  /// The day.
  public let date: CivilDate
  /// The time of that day.
  public let time: TimeOfDay

  /// That time on that day.
  public init(_ date: CivilDate, _ time: TimeOfDay = .midnight) {
    self.date = date
    self.time = time
  }

  /// Reads `2027-01-01`, `2027-01-01T12:00` or `2027-01-01 12:00:30`; a date alone is its midnight.
  ///
  /// - Throws: `ScheduleError` with the column.
  public init(_ text: String) throws(ScheduleError) {
    var scanner = TextScanner(text)
    let year = try scanner.number("year", digits: 4...4, in: 1...9999)
    try scanner.expect("-", Self.shape)
    let month = try scanner.number("month", digits: 2...2, in: 1...12)
    try scanner.expect("-", Self.shape)
    let length = CivilDate.length(ofMonth: month, year: year)
    let dayColumn = scanner.column
    let day = try scanner.number("day", digits: 2...2, in: 1...31)
    guard let date = CivilDate(year: year, month: month, day: day) else {
      throw scanner.error("that month has \(length) days only", column: dayColumn)
    }
    var time = TimeOfDay.midnight
    if scanner.take("T") || scanner.take("t") || scanner.take(" ") { time = try TimeOfDay(&scanner) }
    if ["Z", "z", "+", "-"].contains(scanner.next) {
      throw scanner.error("a date and time stands without a zone here: its event has one, 'timezone'")
    }
    try scanner.expectEnd(after: Self.shape)
    self.init(date, time)
  }

  private static let shape = "a date such as 2027-01-31 or 2027-01-31T14:25"

  /// Orders as the calendar does.
  public static func < (left: CivilDateTime, right: CivilDateTime) -> Bool {
    left.localSeconds < right.localSeconds
  }

  /// Seconds since 1970-01-01T00:00 on the same wall.
  var localSeconds: Int64 { date.dayNumber * 86_400 + Int64(time.secondOfDay) }

  /// The inverse of `localSeconds`; the nearest one that there is if it lies beyond.
  init(localSeconds: Int64) {
    let seconds = min(max(localSeconds, Self.localRange.lowerBound), Self.localRange.upperBound)
    let (day, second) = seconds.dividedDown(by: 86_400)
    self.init(CivilDate(dayNumber: day), TimeOfDay(secondOfDay: Int(second)))
  }

  /// From 0001-01-01T00:00:00 to 9999-12-31T23:59:59.
  static let localRange: ClosedRange<Int64> =
    CivilDate.dayNumbers.lowerBound * 86_400...CivilDate.dayNumbers.upperBound * 86_400 + 86_399
}

extension CivilDateTime: CustomStringConvertible {
  /// `2027-01-31T14:25`, with seconds if they are not 0. Reading it back gives the same value.
  public var description: String { "\(date)T\(time)" }
}

extension Int64 {
  /// Quotient rounded down, and what is left: 0 or more.
  func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
