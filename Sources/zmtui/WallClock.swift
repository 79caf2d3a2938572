import Glibc
import ZmeyConsole

/// The database's time, as far as this machine knows it.
struct WallClock {
  /// By how many microseconds the database is ahead of this machine.
  private var offset: Int64 = 0

  /// Takes notice of the database's time of now. Less than half a second is the way here, not a difference.
  mutating func learn(_ moment: Moment) {
    let difference = moment.microseconds - Self.local
    offset = abs(difference) < 500_000 ? 0 : difference
  }

  /// The time of now.
  var now: Moment { Moment(microseconds: Self.local + offset) }

  /// When that time has come, by the clock that poll(2) waits with.
  func instant(of moment: Moment) -> ContinuousClock.Instant { .now + (moment - now) }

  private static var local: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
