import ZmeyCore
import ZmeySchedule

/// Times and spans as the console writes them, short.
enum TimeText {
  /// A span: `8s`, `3m12`, `1h05`, `12d04h`.
  static func span(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 60 { return "\(seconds)s" }
    if seconds < 3600 { return "\(seconds / 60)m\(two(seconds % 60))" }
    if seconds < 86_400 { return "\(seconds / 3600)h\(two(seconds / 60 % 60))" }
    return "\(seconds / 86_400)d\(two(seconds / 3600 % 24))h"
  }

  /// A span without seconds beyond a minute: `44s`, `12m`, `1h05`.
  static func coarse(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    return seconds >= 60 && seconds < 3600 ? "\(seconds / 60)m" : span(duration)
  }

  /// A span, in milliseconds where it has less than a second.
  static func precise(_ duration: Duration) -> String {
    duration < .seconds(1) ? "\(duration.components.attoseconds / 1_000_000_000_000_000)ms" : span(duration)
  }

  /// An estimate, coarser: `~8m`, `~40s`.
  static func estimate(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    if seconds < 60 { return "~\(seconds)s" }
    if seconds < 3600 { return "~\((seconds + 30) / 60)m" }
    if seconds < 36_000 { return "~\(seconds / 3600)h\((seconds / 60 % 60) / 10)0" }
    return "~\((seconds + 1800) / 3600)h"
  }

  /// A time of day: `14:03:22`.
  static func clock(_ moment: Moment, _ zone: TimeZoneRules) -> String {
    let civil = zone.civil(at: moment.seconds)
    return "\(two(civil.time.hour)):\(two(civil.time.minute)):\(two(civil.time.second))"
  }

  /// A time of day without seconds: `14:03`.
  static func minute(_ moment: Moment, _ zone: TimeZoneRules) -> String {
    String(clock(moment, zone).prefix(5))
  }

  /// Day and time: `03-01 13:51:04`.
  static func date(_ moment: Moment, _ zone: TimeZoneRules) -> String {
    let civil = zone.civil(at: moment.seconds)
    return "\(two(civil.date.month))-\(two(civil.date.day)) \(clock(moment, zone))"
  }

  /// A time of day; with the day before it if that is not near.
  static func near(_ moment: Moment, _ now: Moment, _ zone: TimeZoneRules) -> String {
    let age = now - moment
    let isNear = age < .seconds(43_200) && age > .seconds(-43_200)
    return isNear ? clock(moment, zone) : date(moment, zone)
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension Painter {
  /// How long ago a moment was, or the moment itself, as the operator wants it; sees to it that it is drawn again when it
  /// changes.
  mutating func past(_ moment: Moment, _ world: World) -> String {
    if world.isAbsoluteTime { return TimeText.date(moment, world.zone) }
    return "\(running(since: moment)) ago"
  }

  /// How long it is since a moment, if coarse without seconds beyond a minute; drawn again when that changes.
  mutating func running(since moment: Moment, isCoarse: Bool = false) -> String {
    let age = max(.zero, now - moment)
    // Beyond an hour seconds are not shown, beyond a day minutes are not.
    let step: Int64 = age < .seconds(isCoarse ? 60 : 3600) ? 1 : age < .seconds(86_400) ? 60 : 3600
    let next = (age.components.seconds / step + 1) * step
    redraw(at: moment + .seconds(next))
    return isCoarse ? TimeText.coarse(age) : TimeText.span(age)
  }

  /// How long it is until a moment; drawn again when that changes.
  mutating func remaining(until moment: Moment) -> String {
    let rest = max(.zero, moment - now)
    let step: Int64 = rest < .seconds(3600) ? 1 : rest < .seconds(86_400) ? 60 : 3600
    // At a full step the text still says so; it changes right after.
    if rest > .zero {
      redraw(at: moment + .seconds(-(rest.components.seconds / step * step)) + .microseconds(1))
    }
    return TimeText.span(rest)
  }
}
