/// The offsets from UTC that hold in one place, for all times.
///
/// Instants are whole seconds since 1970-01-01T00:00Z, without leap seconds.
public struct TimeZoneRules: Hashable, Sendable {
  /// From when on `offsets` hold, ascending.
  private let changes: [Int64]
  /// Seconds east of UTC, one for each change.
  private let offsets: [Int64]
  /// What holds before the first change.
  private let first: Int64
  /// What holds after the last change, if it is more than the last offset.
  private let rule: PosixZone?

  /// A zone that is UTC for ever.
  public static let utc = TimeZoneRules(changes: [], first: 0, rule: nil)

  init(changes: [(at: Int64, offset: Int64)], first: Int64, rule: PosixZone?) {
    // Many entries of a table change the name or the kind of the time only.
    var kept: [(at: Int64, offset: Int64)] = []
    for change in changes where change.offset != kept.last?.offset ?? first { kept.append(change) }
    self.changes = kept.map(\.at)
    offsets = kept.map(\.offset)
    self.first = first
    // A rule begins where the table ends, even if the last entries change no offset.
    self.rule = rule.map { PosixZone($0, from: changes.last?.at ?? ZonePeriod.past) }
  }

  /// Seconds east of UTC at an instant.
  public func utcOffset(at instant: Int64) -> Int { Int(period(at: instant).offset) }

  /// What a wall clock shows at an instant; years before 1 and after 9999 are shown as the nearest of these.
  public func civil(at instant: Int64) -> CivilDateTime {
    let bounded = min(max(instant, -ZonePeriod.future), ZonePeriod.future)
    return CivilDateTime(localSeconds: bounded + period(at: bounded).offset)
  }

  /// When a wall clock shows that.
  public func instants(of civil: CivilDateTime) -> CivilInstants { instants(ofLocal: civil.localSeconds) }

  /// The first instant at which a wall clock shows that; where it never does because clocks went forward
  /// over it, the first instant after that gap.
  public func firstInstant(of civil: CivilDateTime) -> Int64 { firstInstant(ofLocal: civil.localSeconds) }

  func firstInstant(ofLocal local: Int64) -> Int64 {
    switch instants(ofLocal: local) {
    case .none(let next): next
    case .one(let instant): instant
    case .two(let first, _): first
    }
  }

  func instants(ofLocal local: Int64) -> CivilInstants {
    // No offset is larger, so the search begins with a period that is over by then, or holds the instant.
    var period = period(at: local - Self.largestOffset)
    while local - period.offset >= period.end { period = self.period(at: period.end) }
    let instant = local - period.offset
    guard instant >= period.start else { return .none(next: period.start) }
    while period.end <= local + Self.largestOffset {
      period = self.period(at: period.end)
      let again = local - period.offset
      if again >= period.start, again < period.end { return .two(instant, again) }
    }
    return .one(instant)
  }

  /// What holds at an instant, and for how long.
  func period(at instant: Int64) -> ZonePeriod {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    if let rule, low == changes.count, instant >= rule.from { return rule.period(at: instant) }
    return ZonePeriod(
      start: low == 0 ? ZonePeriod.past : changes[low - 1],
      end: low == changes.count ? rule?.from ?? ZonePeriod.future : changes[low],
      offset: low == 0 ? first : offsets[low - 1])
  }

  /// No zone is further from UTC, in seconds; RFC 8536 advises less.
  static let largestOffset: Int64 = 26 * 3600
}

/// When a wall clock shows a certain time.
public enum CivilInstants: Hashable, Sendable {
  /// Never: clocks went forward over it, and `next` is the first instant after that gap.
  case none(next: Int64)
  /// Once.
  case one(Int64)
  /// Twice: clocks went back over it.
  case two(Int64, Int64)
}

/// A stretch of time with one offset.
struct ZonePeriod: Hashable {
  /// Its first second.
  let start: Int64
  /// The first second after it.
  let end: Int64
  /// Seconds east of UTC.
  let offset: Int64

  /// Before every change; what is added to it does not overflow.
  static let past: Int64 = -(1 << 60)
  /// After every change.
  static let future: Int64 = 1 << 60
}
