/// Times of day on weekdays.
struct DailyTimes: Hashable, Sendable {
  /// Seconds of the day, ascending.
  private let seconds: [Int]
  /// Bit w: that weekday, Sunday 0.
  private let weekdays: UInt8

  /// On all days if none is given.
  init(_ times: [TimeOfDay], on days: Set<Weekday>) {
    seconds = Set(times.map(\.secondOfDay)).sorted()
    weekdays = days.isEmpty ? 0x7F : days.reduce(0) { $0 | 1 << UInt8($1.rawValue) }
  }

  /// The first one not before `local`, in seconds since 1970-01-01T00:00 on the wall.
  func firstTime(from local: Int64) -> Int64? {
    let today = local.dividedDown(by: 86_400).quotient
    for day in today...today + 7 where weekdays >> UInt8(Weekday(dayNumber: day).rawValue) & 1 == 1 {
      if let second = seconds.first(where: { day * 86_400 + Int64($0) >= local }) {
        return day * 86_400 + Int64(second)
      }
    }
    return nil
  }
}
