import ZmeySchedule

/// How much of the time of a run is shown, as the operator chose it.
struct GanttZoom: Hashable, Sendable {
  /// How often it was doubled.
  private(set) var level = 0
  /// How much of the beginning is left out.
  private(set) var offset: Duration = .zero

  /// Zooms and pans as an action says; false if it is none that does.
  mutating func handle(_ action: Action, _ gantt: Gantt, columns: Int) -> Bool {
    let scale = TimeScale(gantt, self, columns: columns)
    let quarter = scale.unit * max(1, columns / 4)
    switch action {
    case .zoomIn: level = min(12, level + 1)
    case .zoomOut: level = max(0, level - 1)
    case .left: offset = max(.zero, scale.from - gantt.start - quarter)
    case .right: offset = scale.from - gantt.start + quarter
    default: return false
    }
    // What was wished beyond the end is forgotten.
    offset = TimeScale(gantt, self, columns: columns).from - gantt.start
    return true
  }
}

/// Which column stands for which time.
struct TimeScale {
  /// The beginning of the first column.
  let from: Moment
  /// How long a column is.
  let unit: Duration
  let columns: Int

  init(_ gantt: Gantt, _ zoom: GanttZoom, columns: Int) {
    self.columns = max(1, columns)
    let span = max(.seconds(1), gantt.end - gantt.start)
    unit = Self.round(span / (self.columns << zoom.level))
    let longest = max(.zero, span - unit * self.columns)
    from = gantt.start + max(.zero, min(zoom.offset, longest))
  }

  /// The next larger of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten of milliseconds: while a run goes on, its
  /// picture does not shrink at every look.
  private static func round(_ duration: Duration) -> Duration {
    var power: Int64 = 1
    while true {
      for tenths in [10, 12, 15, 20, 25, 30, 40, 50, 60, 80] as [Int64] {
        let unit = Duration.milliseconds(power) * Int(tenths) / 10
        if unit >= duration { return unit }
      }
      power *= 10
    }
  }

  /// The column of a time; below 0 or beyond the last if it is not shown.
  func column(_ moment: Moment) -> Int {
    let offset = (moment - from) / unit
    return Int(max(-1, min(Double(columns), offset.rounded(.down))))
  }

  /// When a time leaves its column.
  func next(_ moment: Moment) -> Moment { from + unit * (column(moment) + 1) }

  /// The times to write above the columns, at least so many columns apart.
  func ticks(every width: Int, _ zone: TimeZoneRules) -> [(column: Int, at: Moment)] {
    let least = unit * width
    let step =
      ([
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
        172_800, 604_800,
      ] as [Int64]).first { .seconds($0) >= least } ?? 2_592_000
    let shift = Int64(zone.utcOffset(at: from.seconds))
    var second = ((from.seconds + shift) / step) * step - shift
    var ticks: [(column: Int, at: Moment)] = []
    while true {
      let at = Moment(microseconds: second * 1_000_000)
      if at >= from {
        let column = column(at)
        guard column < columns else { return ticks }
        ticks.append((column, at))
      }
      second += step
    }
  }
}
