import Glibc

/// This machine's clock beside the database's.
enum Clock {
  /// Microseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// What the database's time says that was asked for between two readings here, in microseconds.
  static func judge(_ theirs: Int64, between began: Int64, and ended: Int64) -> Finding {
    let difference = theirs < began ? began - theirs : theirs > ended ? theirs - ended : 0
    let message = "this machine and the database differ by \(difference / 1_000_000) s"
    return difference >= 2_000_000
      ? .warn(
        "clock", message, "let both follow a time server: what people read here of times is the database's")
      : .ok("clock", "this machine and the database agree on the time")
  }
}
