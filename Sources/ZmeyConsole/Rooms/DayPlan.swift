import ZmeyCore
import ZmeySchedule

/// How often events are due in each part of the next day.
struct DayPlan {
  /// How often in each part, from the first on.
  let counts: [Double]
  /// When the first part begins: parts begin at full minutes of the local clock.
  let start: Moment
  /// How long a part is, in seconds.
  let step: Int64
  private let zone: TimeZoneRules

  /// The plan in as many parts as `columns` have room for; at least one an hour.
  init(_ events: [Event], now: Moment, zone: TimeZoneRules, columns: Int) {
    let anHour = [12, 10, 8, 6, 5, 4, 3, 2].first { $0 * 24 <= columns } ?? 1
    step = 3600 / Int64(anHour)
    let local = now.seconds + Int64(zone.utcOffset(at: now.seconds))
    start = Moment(microseconds: (now.seconds - local % step) * 1_000_000)
    self.zone = zone
    var counts = [Double](repeating: 0, count: 24 * anHour)
    for event in events where event.definition.isEnabled {
      Self.add(event, to: &counts, start: start.seconds, step: step)
    }
    self.counts = counts
  }

  private static func add(_ event: Event, to counts: inout [Double], start: Int64, step: Int64) {
    let moments = ([event.nextDue].compactMap { $0 } + event.upcoming.filter { $0 != event.nextDue }).map(
      \.seconds)
    for moment in moments where moment >= start && (moment - start) / step < counts.count {
      counts[Int((moment - start) / step)] += 1
    }
    // Only so many times of an event are known. One that is due more often goes on at its pace.
    guard event.upcoming.count >= Self.known, let first = moments.first, let last = moments.last, last > first
    else {
      return
    }
    let pace = Double(step) * Double(moments.count - 1) / Double(last - first)
    let next = max(0, (last - start) / step + 1)
    if next < counts.count { for index in Int(next)..<counts.count { counts[index] += pace } }
  }

  /// How many of the coming times of an event are known at most, see `Event.upcoming`.
  private static let known = 100

  /// Draws it: heights, an axis below them, and its hours.
  func draw(_ painter: inout Painter, in rect: Rect) {
    let column = rect.column + 1
    let levels = painter.signs.heights.count
    let most = counts.max() ?? 0
    // What is not nothing shows as more than nothing.
    let heights = counts.map { $0 == 0 ? 0 : max(1001 / levels + 1, Int($0 * 1000 / most)) }
    painter.heights(
      heights.dropLast(max(0, heights.count - rect.columns + 2)), row: rect.row, column: column,
      width: heights.count)
    painter.redraw(at: start + .seconds(step))
    guard rect.rows >= 3 else { return }
    let width = min(counts.count, rect.columns - 2)
    painter.run(painter.signs.horizontal, row: rect.row + 1, column: column, count: width, .border)
    // Labels of two digits with some room between.
    let every = [1, 2, 3, 4].first { $0 * 3600 / Int(step) >= 5 } ?? 6
    for index in 0..<max(0, width) {
      let time = zone.civil(at: start.seconds + Int64(index) * step).time
      guard time.secondOfDay % 3600 < Int(step), time.hour % every == 0 else { continue }
      painter.run(painter.signs.down, row: rect.row + 1, column: column + index, count: 1, .border)
      painter.text(
        time.hour < 10 ? "0\(time.hour)" : "\(time.hour)", row: rect.row + 2, column: column + index,
        width: min(2, rect.trailing - column - index), .dim)
    }
  }
}
