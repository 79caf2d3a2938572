import ZmeyCore

/// A point in time by the database's clock, in microseconds since 1970-01-01T00:00Z.
public struct Moment: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00Z.
  public let microseconds: Int64

  /// That many microseconds since 1970-01-01T00:00Z.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Whole seconds since 1970-01-01T00:00Z, rounded down.
  public var seconds: Int64 {
    microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
  }

  /// Orders by time.
  public static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }

  /// The time from `right` to `left`.
  public static func - (left: Moment, right: Moment) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }

  /// The moment that much later.
  public static func + (moment: Moment, span: Duration) -> Moment {
    Moment(microseconds: moment.microseconds + span.wholeNanoseconds / 1000)
  }
}
