/// The days that a cron expression names, by their place in the month and by their weekday.
struct CronDays: Hashable, Sendable {
  /// Bit d: the day d.
  var daysOfMonth: UInt64 = 0
  /// Bit n: n days before the month's last.
  var daysFromEnd: UInt64 = 0
  /// Bit d: the working day nearest to the day d; bit 0: the last working day.
  var nearWorkingDays: UInt64 = 0
  /// Whether the field is anything but `*` or `?`.
  var isMonthRestricted = false

  /// Bit w: that weekday, Sunday 0.
  var weekdays: UInt64 = 0
  /// Index n, 1…5: bit w: the nth such weekday of the month; index 0: the last one.
  var nthWeekdays: [UInt64] = [0, 0, 0, 0, 0, 0]
  /// Whether the field is anything but `*` or `?`.
  var isWeekRestricted = false

  /// Bit d: the day d of that month is one of them.
  func mask(year: Int, month: Int) -> UInt64 {
    let length = CivilDate.length(ofMonth: month, year: year)
    let all: UInt64 = (1 << (length + 1)) - 2
    let first = Weekday(dayNumber: CivilDate.dayNumber(year: year, month: month, day: 1)).rawValue
    return switch (isMonthRestricted, isWeekRestricted) {
    case (false, false): all
    case (true, false): monthMask(length, first) & all
    case (false, true): weekMask(length, first) & all
    case (true, true): (monthMask(length, first) | weekMask(length, first)) & all
    }
  }

  private func monthMask(_ length: Int, _ first: Int) -> UInt64 {
    var mask = daysOfMonth
    for before in Bits(daysFromEnd) where before < length { mask |= 1 << (length - before) }
    for day in Bits(nearWorkingDays) {
      mask |=
        1 << Self.workingDay(nearest: day == 0 ? length : min(day, length), length, first, isLast: day == 0)
    }
    return mask
  }

  /// The nearest day from Monday to Friday in the same month; no later one if `isLast`.
  private static func workingDay(nearest day: Int, _ length: Int, _ first: Int, isLast: Bool) -> Int {
    switch (first + day - 1) % 7 {
    case 6: day == 1 ? 3 : day - 1
    case 0: day == length || isLast ? day - 2 : day + 1
    default: day
    }
  }

  private func weekMask(_ length: Int, _ first: Int) -> UInt64 {
    var mask: UInt64 = 0
    let everyWeek: UInt64 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28
    for weekday in Bits(weekdays) { mask |= everyWeek << Self.firstDay(of: weekday, first) }
    guard nthWeekdays.contains(where: { $0 != 0 }) else { return mask }
    for weekday in Bits(nthWeekdays[0]) {
      let day = Self.firstDay(of: weekday, first) + 28
      mask |= 1 << (day <= length ? day : day - 7)
    }
    for week in 1...5 {
      for weekday in Bits(nthWeekdays[week]) {
        mask |= 1 << (Self.firstDay(of: weekday, first) + 7 * (week - 1))
      }
    }
    return mask
  }

  /// The first such weekday of a month that begins on `first`.
  private static func firstDay(of weekday: Int, _ first: Int) -> Int { (weekday - first + 7) % 7 + 1 }
}

/// The numbers of the bits that are set, ascending.
struct Bits: Sequence, IteratorProtocol {
  private var rest: UInt64

  init(_ mask: UInt64) { rest = mask }

  mutating func next() -> Int? {
    guard rest != 0 else { return nil }
    defer { rest &= rest - 1 }
    return rest.trailingZeroBitCount
  }

  /// The lowest set bit of `mask` not below `number`, which is at most 63.
  static func first(_ mask: UInt64, from number: Int) -> Int? {
    let rest = (mask >> number) << number
    return rest == 0 ? nil : rest.trailingZeroBitCount
  }
}
