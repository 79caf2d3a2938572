internal import Glibc

/// How busy the machine is.
enum MachineLoad {
  /// The load average of the last minute in hundredths, from `/proc/loadavg`; nil if it cannot be read.
  @Sendable static func lastMinute() -> Int32? {
    var average = 0.0
    guard getloadavg(&average, 1) == 1 else { return nil }
    return Int32(exactly: (average * 100).rounded())
  }
}
