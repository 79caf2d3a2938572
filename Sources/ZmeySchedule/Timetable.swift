/// When an event is due: a rule in a time zone, perhaps from one date and time to another.
///
/// Clocks that change:
/// - `every` counts elapsed seconds and knows no clock change.
/// - A cron expression whose hour field takes in all 24 hours (`*`, `0-23`) goes by elapsed time: it is due whenever
///   a wall clock shows a time that it names, so in both passes of an hour that comes twice, and not in an hour that
///   is skipped.
/// - All others (a cron expression that names hours, a list of dates, times of day) go by the wall clock: each time
///   that they name is due once. One that is skipped that day is due at the first instant after the gap,
///   and several of the same gap make one; one that comes twice is due the first time.
public struct Timetable: Hashable, Sendable {
  /// What it repeats.
  public enum Rule: Hashable, Sendable {
    /// Every so many seconds (1 to 2⁴⁰) from `starting`, or from 1970-01-01T00:00Z without it.
    case every(seconds: Int64)
    /// Whenever the expression says.
    case cron(CronExpression)
    /// At these dates and times.
    case at([CivilDateTime])
    /// At these times on these weekdays; on all if none is given.
    case times([TimeOfDay], on: Set<Weekday>)
  }

  /// What it repeats.
  public let rule: Rule
  /// Where the wall clock hangs.
  public let zone: TimeZoneRules
  /// Not due before this instant.
  private let earliest: Int64
  /// Not due after this instant.
  private let latest: Int64
  /// Where `every` begins to count.
  private let anchor: Int64
  /// The instants of `at`, ascending.
  private let instants: [Int64]
  /// The times of `times`.
  private let daily: DailyTimes

  /// A timetable.
  ///
  /// - Parameters:
  ///   - starting: The first date and time in `zone` at which it may be due.
  ///   - until: The last one. If clocks show it twice, the first time counts.
  public init(
    _ rule: Rule, zone: TimeZoneRules = .utc, starting: CivilDateTime? = nil, until: CivilDateTime? = nil
  ) {
    self.rule = rule
    self.zone = zone
    let start = starting.map { zone.firstInstant(of: $0) }
    earliest = start ?? Self.range.lowerBound
    latest = until.map { zone.firstInstant(of: $0) } ?? Self.range.upperBound
    anchor = start ?? 0
    if case .at(let list) = rule {
      instants = Set(list.map { zone.firstInstant(of: $0) }).sorted()
    } else {
      instants = []
    }
    if case .times(let times, let days) = rule {
      daily = DailyTimes(times, on: days)
    } else {
      daily = DailyTimes([], on: [])
    }
  }

  /// The first instant after `instant` at which it is due; nil if there is none before the year 10000.
  public func next(after instant: Int64) -> Int64? {
    let after = max(min(instant, latest), earliest - 1)
    let next: Int64? =
      switch rule {
      case .every(let seconds): nextCounted(after: after, step: Self.step(seconds))
      case .cron(let cron):
        cron.coversEveryHour
          ? zone.nextElapsed(after: after, before: Self.range.upperBound, cron.firstTime)
          : zone.nextOnWall(after: after, cron.firstTime)
      case .at: nextListed(after: after)
      case .times: zone.nextOnWall(after: after, daily.firstTime)
      }
    return next.flatMap { $0 <= latest ? $0 : nil }
  }

  private func nextCounted(after: Int64, step: Int64) -> Int64 {
    anchor + ((after - anchor).dividedDown(by: step).quotient + 1) * step
  }

  /// At least a second, and no more than what cannot overflow.
  private static func step(_ seconds: Int64) -> Int64 { min(max(1, seconds), 1 << 40) }

  private func nextListed(after: Int64) -> Int64? {
    var low = 0
    var high = instants.count
    while low < high {
      let middle = (low + high) / 2
      if instants[middle] <= after { low = middle + 1 } else { high = middle }
    }
    return low < instants.count ? instants[low] : nil
  }

  /// How often it is due from `first` to `last`, two of its instants: counted up to `limit`.
  func count(from first: Int64, through last: Int64, limit: Int) -> Int {
    if case .every(let seconds) = rule { return Int((last - first) / Self.step(seconds)) + 1 }
    var count = 1
    var current = first
    while count < limit, let next = next(after: current), next <= last {
      count += 1
      current = next
    }
    return count
  }

  /// The last instant before `end` at which it is due, not before `first`, which is one of its instants.
  func last(before end: Int64, from first: Int64) -> Int64? {
    guard first < end else { return nil }
    // `next` never falls as its argument grows: first leap back until something lies in between, then halve.
    var width: Int64 = 1
    while end - width > first, !(next(after: end - width - 1).map { $0 < end } ?? false) { width *= 2 }
    var low = max(first, end - width) - 1
    var high = end - 1
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if let next = next(after: middle), next < end { low = middle } else { high = middle }
    }
    return next(after: low)
  }

  /// A day within the years 1 to 9999 everywhere.
  private static let range: ClosedRange<Int64> =
    CivilDateTime.localRange.lowerBound + 2 * 86_400...CivilDateTime.localRange.upperBound - 2 * 86_400
}
