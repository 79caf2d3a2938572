internal import ZmeyCore
internal import ZmeySchedule

/// What an event says of time: an expression of cron, a date, a time of day or a span; in a second line perhaps the
/// rule of a time zone (`CET-1CEST,M3.5.0,M10.5.0/3`), in a third one perhaps the present in seconds.
enum CronTarget {
  static func check(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", maxSplits: 2, omittingEmptySubsequences: false
    ).map(String.init)
    guard let text = lines.first, let rule = try rule(text) else { return }
    let zone = lines.count > 1 ? try? TimeZoneRules(tzif: zoneFile(rule: lines[1])) : .utc
    guard let zone else { return }
    let table = Timetable(rule, zone: zone)
    let present = lines.count > 2 ? Int64(lines[2]) : nil
    for instant in [present ?? 1_800_000_000, .min, .max] { try runs(table, from: instant) }
    try catchesUp(table, from: min(max(present ?? 0, -years), years))
  }

  /// Some ten thousand years in seconds: milliseconds of it do not overflow.
  private static let years: Int64 = 320_000_000_000

  private static func rule(_ text: String) throws(BrokenPromise) -> Timetable.Rule? {
    let cron = try read(text) { text throws(ScheduleError) in try CronExpression(text) }
    let date = try read(text) { text throws(ScheduleError) in try CivilDateTime(text) }
    let time = try read(text) { text throws(ScheduleError) in try TimeOfDay(text) }
    let span = Timespan(text)
    if let date { try promise((try? CivilDateTime(date.description)) == date, "\(date) is read again") }
    if let time { try promise((try? TimeOfDay(time.description)) == time, "\(time) is read again") }
    if let span { try promise(Timespan(span.description) == span, "\(span) is read again") }
    return cron.map { .cron($0) } ?? date.map { .at([$0]) } ?? time.map { .times([$0], on: []) }
      ?? span.map { .every(seconds: $0.milliseconds / 1000) }
  }

  private static func read<Value>(
    _ text: String, _ read: (String) throws(ScheduleError) -> Value
  ) throws(BrokenPromise) -> Value? {
    do throws(ScheduleError) { return try read(text) } catch {
      let columns = 1...text.unicodeScalars.count + 1
      try promise(columns.contains(error.column), "\(error) names a column of \(columns)")
      try promise(!error.message.isEmpty, "a refusal says why")
      return nil
    }
  }

  private static func runs(_ table: Timetable, from start: Int64) throws(BrokenPromise) {
    var instant = start
    for _ in 0..<10 {
      guard let next = table.next(after: instant) else { return }
      try promise(next > instant, "after \(instant) comes \(next)")
      let same = table.next(after: next - 1)
      try promise(same == next, "right before \(next) comes \(String(describing: same))")
      instant = next
    }
  }

  /// Ten minutes without a scheduler.
  private static func catchesUp(_ table: Timetable, from start: Int64) throws(BrokenPromise) {
    for misfire in [MisfirePolicy.skip, .once, .all(atMost: 5)] {
      let plan = table.plan(due: start, nowMilliseconds: (start + 600) * 1000, misfire: misfire)
      let times = plan.decisions.map(\.due) + [plan.next].compactMap(\.self)
      try promise(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "a plan goes forward: \(plan)")
      try promise(plan.next.map { $0 > start + 600 } ?? true, "a plan leaves nothing behind: \(plan)")
    }
  }

  /// A TZif file without a table: two headers that announce one kind of time, UTC, and the rule behind them.
  private static func zoneFile(rule: String) -> [UInt8] {
    let counts: [UInt8] = [0, 0, 0, 0, 0, 1, 4].flatMap { [0, 0, 0, $0] as [UInt8] }
    let header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.dropFirst(4)
    let kind: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    return header + kind + header + kind + Array("\n\(rule)\n".utf8)
  }
}
