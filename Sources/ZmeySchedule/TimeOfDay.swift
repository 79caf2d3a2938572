/// A reading of a wall clock, from 00:00:00 to 23:59:59.
public struct TimeOfDay: Hashable, Comparable, Sendable {
  /// Seconds since midnight, 0…86399.
  public let secondOfDay: Int

  /// The time, if there is one: no 24:00, no leap second.
  public init?(hour: Int, minute: Int, second: Int = 0) {
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
    secondOfDay = hour * 3600 + minute * 60 + second
  }

  /// Takes 0…86399.
  init(secondOfDay: Int) { self.secondOfDay = secondOfDay }

  /// 00:00.
  public static let midnight = TimeOfDay(secondOfDay: 0)

  /// Reads `12:15`, `9:05` or `14:25:30`, on the 24-hour clock.
  ///
  /// - Throws: `ScheduleError` with the column.
  public init(_ text: String) throws(ScheduleError) {
    var scanner = TextScanner(text)
    try self.init(&scanner)
    try scanner.expectEnd(after: "a time such as 14:25 or 14:25:30")
  }

  init(_ scanner: inout TextScanner) throws(ScheduleError) {
    let hour = try scanner.number("hour", digits: 1...2, in: 0...23)
    try scanner.expect(":", "a time is written on the 24-hour clock, such as 14:25 or 14:25:30")
    let minute = try scanner.number("minute", digits: 2...2, in: 0...59)
    let second = scanner.take(":") ? try scanner.number("second", digits: 2...2, in: 0...59) : 0
    secondOfDay = hour * 3600 + minute * 60 + second
  }

  /// 0…23.
  public var hour: Int { secondOfDay / 3600 }
  /// 0…59.
  public var minute: Int { secondOfDay / 60 % 60 }
  /// 0…59.
  public var second: Int { secondOfDay % 60 }

  /// Orders within the day.
  public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.secondOfDay < right.secondOfDay }
}

extension TimeOfDay: CustomStringConvertible {
  /// `09:05`, or `09:05:30` if the seconds are not 0. Reading it back gives the same value.
  public var description: String {
    "\(padded(hour, 2)):\(padded(minute, 2))" + (second == 0 ? "" : ":\(padded(second, 2))")
  }
}
