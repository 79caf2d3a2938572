/// A set of times written as in crontab: `0 3 * * *`, `*/15 9-17 * * mon-fri`, `0 0 L * *`, `@daily`.
///
/// Five fields: minute, hour, day of the month, month, weekday; or six, with the second in front.
/// - Each takes lists (`1,15`), ranges (`9-17`; `fri-mon` and `22-4` go over the end) and steps (`*/5`; `10-50/20`;
///   `10/20` is `10-59/20`). Months and weekdays have names (`jan`, `mon`); Sunday is 0 and 7.
/// - Day of the month: `L` is the last one, `L-3` the third before it, `15W` the working day nearest to the 15th in
///   the same month (the last day stands in for one that the month doesn't have), `LW` the last working day.
/// - Weekday: `mon#2` is the second Monday of the month, `friL` (or `5L`, `L5`) the last Friday.
/// - `?` is `*` in the two fields of days.
/// - Where both fields of days are restricted, a day that either names is taken, as POSIX and Vixie's cron have it.
///   A field is restricted unless it is `*`, `?` or `*/1`.
/// - `@yearly` or `@annually`, `@monthly`, `@weekly`, `@daily` or `@midnight`, `@hourly`.
public struct CronExpression: Hashable, Sendable {
  /// As it was written.
  public let text: String
  let seconds: UInt64
  let minutes: UInt64
  let hours: UInt64
  let months: UInt64
  let days: CronDays

  /// Reads an expression.
  ///
  /// - Throws: `ScheduleError` with the column; also for one that never comes, such as 30 February.
  public init(_ text: String) throws(ScheduleError) {
    var parser = try CronParser(text)
    self.text = text
    seconds = parser.hasSeconds ? try parser.field(.second).values : 1
    minutes = try parser.field(.minute).values
    hours = try parser.field(.hour).values
    let daysOfMonth = try parser.field(.dayOfMonth)
    months = try parser.field(.month).values
    let weekdays = try parser.field(.weekday)
    days = CronDays(daysOfMonth, weekdays)
    // The calendar repeats itself after 400 years.
    guard firstDay(from: CivilDate.dayNumber(year: 2000, month: 1, day: 1), through: 2399) != nil else {
      throw ScheduleError(
        "'\(text)' never comes: no month that it names has such a day", column: daysOfMonth.column)
    }
  }

  /// Whether its hour field takes in every hour: it then goes by elapsed time, see `Timetable`.
  public var coversEveryHour: Bool { hours == (1 << 24) - 1 }

  /// The first time on a wall not before `local`, in seconds since 1970-01-01T00:00 there.
  func firstTime(from local: Int64) -> Int64? {
    let (day, second) = local.dividedDown(by: 86_400)
    guard let found = firstDay(from: day, through: 9999) else { return nil }
    if found == day {
      if let time = firstTimeOfDay(from: Int(second)) { return day * 86_400 + time }
      guard let later = firstDay(from: day + 1, through: 9999) else { return nil }
      return firstTimeOfDay(from: 0).map { later * 86_400 + $0 }
    }
    return firstTimeOfDay(from: 0).map { found * 86_400 + $0 }
  }

  private func firstTimeOfDay(from second: Int) -> Int64? {
    var hour = second / 3600
    var minute = second / 60 % 60
    var second = Bits.first(seconds, from: second % 60)
    if hours >> hour & 1 == 0 {
      guard let later = Bits.first(hours, from: hour) else { return nil }
      (hour, minute, second) = (later, 0, Bits.first(seconds, from: 0))
    }
    if minutes >> minute & 1 == 0 || second == nil {
      let from = minutes >> minute & 1 == 0 ? minute : minute + 1
      second = Bits.first(seconds, from: 0)
      if let later = Bits.first(minutes, from: from) {
        minute = later
      } else {
        guard let laterHour = Bits.first(hours, from: hour + 1),
          let firstMinute = Bits.first(minutes, from: 0)
        else { return nil }
        (hour, minute) = (laterHour, firstMinute)
      }
    }
    return second.map { Int64(hour * 3600 + minute * 60 + $0) }
  }

  private func firstDay(from dayNumber: Int64, through lastYear: Int) -> Int64? {
    let start = CivilDate(dayNumber: dayNumber)
    guard start.dayNumber >= dayNumber else { return nil }
    var (year, month, day) = (start.year, start.month, start.day)
    while year <= lastYear {
      if let next = Bits.first(months, from: month) {
        if next != month { (month, day) = (next, 1) }
        if let found = Bits.first(days.mask(year: year, month: month), from: day) {
          return CivilDate.dayNumber(year: year, month: month, day: found)
        }
        (month, day) = (month + 1, 1)
      } else {
        (year, month, day) = (year + 1, 1, 1)
      }
    }
    return nil
  }
}
