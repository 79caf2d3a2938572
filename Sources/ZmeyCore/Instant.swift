/// A reading of the monotonic clock, in nanoseconds. Machines take it as a value and never read a
/// clock themselves. It has no meaning on another host or after a restart.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since an arbitrary start.
  public let nanoseconds: UInt64

  /// The instant of that many nanoseconds.
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// Orders by time.
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The instant that much later (earlier if negative); never before the clock's start, never
  /// more than 292 years after it.
  public static func + (instant: Instant, span: Duration) -> Instant {
    let (moved, overflow) = Int64(clamping: instant.nanoseconds).addingReportingOverflow(
      span.wholeNanoseconds)
    return Instant(nanoseconds: UInt64(overflow ? Int64.max : max(0, moved)))
  }

  /// The time from `right` to `left`; negative if `right` is later.
  public static func - (left: Instant, right: Instant) -> Duration {
    .nanoseconds(Int64(clamping: left.nanoseconds) - Int64(clamping: right.nanoseconds))
  }
}

extension Duration {
  /// Whole nanoseconds; saturates beyond ±292 years.
  public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    if tooLong || overflow { return seconds < 0 ? .min : .max }
    return sum
  }

  /// Whole milliseconds, rounded down towards zero.
  public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
