import ZmeyCore
import ZmeySchedule

extension TaskRun {
  /// Since when its clock runs, pauses left out; nil while it stands.
  var ticksSince: Moment? {
    guard duration == nil, pausedAt == nil, let startedAt, state.isInFlight, state != .assigned else {
      return nil
    }
    return startedAt + paused
  }

  /// Its state in words, with what is asked of it.
  var stateWords: String { intention.map { "\(state.name), \($0)" } ?? state.name }

  /// How it ended, in words: `exit 75: disk full`; before that, why it stands where it stands.
  var outcome: String? {
    guard state.isEnd else { return reason }
    let how = signal.map { "signal \($0)" } ?? exitCode.flatMap { $0 == 0 ? nil : "exit \($0)" }
    let parts = [how, reason].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ": ")
  }
}

extension Painter {
  /// How long a task run takes by now or took; drawn again when that changes.
  mutating func elapsed(of taskRun: TaskRun) -> String? {
    if let since = taskRun.ticksSince { return running(since: since) }
    return taskRun.elapsed(now).map { TimeText.span($0) }
  }

  /// How far a task run is: `58%`, `99%!` past its average; drawn again when that changes.
  mutating func percent(of taskRun: TaskRun) -> String? {
    guard let progress = taskRun.progress(now) else { return nil }
    redraw(atStepOf: taskRun, steps: 100)
    return "\(progress.percent)%\(progress.isOverdue ? String(signs.overdue) : "")"
  }

  /// Draws how far a task run is; drawn again when the bar comes to its next step.
  mutating func bar(of taskRun: TaskRun, row: Int, column: Int, width: Int) {
    var permille = (taskRun.progress(now)?.percent ?? 0) * 10
    if taskRun.percent == nil, let average = taskRun.average, average > .zero,
      let elapsed = taskRun.elapsed(now), !taskRun.state.isEnd
    {
      permille = Int(min(990, elapsed / average * 1000))
      redraw(atStepOf: taskRun, steps: width * (signs.parts.count + 1))
    }
    bar(row: row, column: column, width: width, permille: permille)
  }

  /// Asks to draw again when the next of so many equal parts of a task run's average has passed, at most once a second.
  private mutating func redraw(atStepOf taskRun: TaskRun, steps: Int) {
    guard let since = taskRun.ticksSince, taskRun.percent == nil, let average = taskRun.average,
      average > .zero, steps > 0
    else { return }
    let elapsed = now - since
    guard elapsed <= average else { return }
    let next = since + average * Int(elapsed / average * Double(steps) + 1) / steps
    redraw(at: max(next, now + .seconds(1)))
  }
}

extension TimeText {
  /// A time of day; with the day before it if that is not near.
  static func near(_ moment: Moment, _ now: Moment, _ zone: TimeZoneRules) -> String {
    let age = now - moment
    let isNear = age < .seconds(43_200) && age > .seconds(-43_200)
    return isNear ? clock(moment, zone) : date(moment, zone)
  }
}

/// A number of bytes: `312 KiB`.
func byteText(_ count: Int) -> String {
  var (value, unit) = (count, 0)
  while value >= 10_240, unit < 4 { (value, unit) = (value / 1024, unit + 1) }
  return "\(value) \(["B", "KiB", "MiB", "GiB", "TiB"][unit])"
}

/// A number with commas between thousands.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
