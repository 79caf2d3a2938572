/// A field of a cron expression.
enum CronField {
  case second, minute, hour, dayOfMonth, month, weekday

  /// As errors call it.
  var name: String {
    switch self {
    case .second: "second"
    case .minute: "minute"
    case .hour: "hour"
    case .dayOfMonth: "day of the month"
    case .month: "month"
    case .weekday: "weekday"
    }
  }

  /// What may be written; Sunday has two numbers.
  var range: ClosedRange<Int> {
    switch self {
    case .second, .minute: 0...59
    case .hour: 0...23
    case .dayOfMonth: 1...31
    case .month: 1...12
    case .weekday: 0...7
    }
  }

  /// The last value that differs from all others.
  var last: Int { self == .weekday ? 6 : range.upperBound }

  /// Names in place of the numbers from the first.
  var names: [String] {
    switch self {
    case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    case .weekday: Weekday.names
    default: []
    }
  }
}

/// What stands in one field.
struct CronFieldValue {
  /// Where it begins in the text.
  let column: Int
  /// Bit v: the value v.
  var values: UInt64 = 0
  /// Whether it is `*`, `?` or `*/1`.
  var isEverything = false
  /// Of the day of the month: see `CronDays`.
  var daysFromEnd: UInt64 = 0
  /// Of the day of the month: see `CronDays`.
  var nearWorkingDays: UInt64 = 0
  /// Of the weekday: see `CronDays`.
  var nthWeekdays: [UInt64] = [0, 0, 0, 0, 0, 0]
}

extension CronDays {
  init(_ daysOfMonth: CronFieldValue, _ weekdays: CronFieldValue) {
    self.init(
      daysOfMonth: daysOfMonth.values, daysFromEnd: daysOfMonth.daysFromEnd,
      nearWorkingDays: daysOfMonth.nearWorkingDays, isMonthRestricted: !daysOfMonth.isEverything,
      weekdays: weekdays.values, nthWeekdays: weekdays.nthWeekdays,
      isWeekRestricted: !weekdays.isEverything)
  }
}
