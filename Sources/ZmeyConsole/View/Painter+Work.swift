import ZmeyCore

extension TimeText {
  /// A span without seconds beyond a minute: `44s`, `12m`, `1h05`.
  static func coarse(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    return seconds >= 60 && seconds < 3600 ? "\(seconds / 60)m" : span(duration)
  }
}

extension Painter {
  /// How long it is since a moment, without seconds beyond a minute; drawn again when that changes.
  mutating func runningCoarse(since moment: Moment) -> String {
    let age = max(.zero, now - moment)
    let step: Int64 = age < .seconds(60) ? 1 : age < .seconds(86_400) ? 60 : 3600
    redraw(at: moment + .seconds((age.components.seconds / step + 1) * step))
    return TimeText.coarse(age)
  }

  /// Asks to draw again when a share that grows steadily reaches its next step: after `whole` it is complete.
  private mutating func redraw(afterNextOf steps: Int, elapsed: Duration, whole: Duration) {
    guard steps > 0, whole > .zero, elapsed <= whole else { return }
    let done = Int(elapsed / whole * Double(steps))
    let next = whole * (done + 1) / steps - elapsed
    redraw(at: now + max(.seconds(1), next))
  }

  /// A bar of that many per mille, to stand among other spans.
  func bar(width: Int, permille: Int, _ role: Role = .bar) -> [Span] {
    guard width > 0 else { return [] }
    let steps = signs.parts.count + 1
    let filled = max(0, min(1000, permille)) * width * steps / 1000
    var done = String(repeating: signs.full, count: filled / steps)
    if filled % steps > 0 { done.append(signs.parts[filled % steps - 1]) }
    return [Span(done, role), Span(String(repeating: signs.rest, count: width - done.count), .barRest)]
  }

  /// How far a task run is; drawn again when the bar or the percentage changes.
  mutating func bar(of taskRun: TaskRun, _ progress: Progress, width: Int) -> [Span] {
    var permille = progress.percent * 10
    if taskRun.percent == nil, let average = taskRun.average, average > .zero,
      let elapsed = taskRun.elapsed(now)
    {
      permille = min(990, Int(elapsed / average * 1000))
      if taskRun.state == .running {
        redraw(afterNextOf: width * (signs.parts.count + 1), elapsed: elapsed, whole: average)
        redraw(afterNextOf: 100, elapsed: elapsed, whole: average)
      }
    }
    let isLate = progress.isOverdue || taskRun.state != .running
    return bar(width: width, permille: permille, isLate ? .paused : .bar)
  }

  /// How far a run is; drawn again when the bar changes.
  mutating func bar(of run: Run, _ times: RunTimes, _ phase: BoardItem.Phase, width: Int) -> [Span] {
    if phase == .running, let elapsed = times.elapsed, let remaining = times.remaining, remaining > .zero {
      redraw(afterNextOf: width * (signs.parts.count + 1), elapsed: elapsed, whole: elapsed + remaining)
    }
    let role: Role =
      switch phase {
      case .failed: .failed
      case .succeeded: .success
      case .paused, .stopped: .paused
      case .running, .queued, .idle: .bar
      }
    return bar(width: width, permille: times.permille(run), role)
  }
}
