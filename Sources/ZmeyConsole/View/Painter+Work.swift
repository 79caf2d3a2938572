import ZmeyCore

extension Painter {
  /// How long a task run takes by now or took; drawn again when that changes.
  mutating func elapsed(of taskRun: TaskRun) -> String? {
    if let since = taskRun.ticksSince { return running(since: since) }
    return taskRun.elapsed(now).map { TimeText.span($0) }
  }

  /// How far a task run is: `58%`, `99%!` past its average; drawn again when that changes.
  mutating func percent(of taskRun: TaskRun) -> String? {
    guard let progress = taskRun.progress(now) else { return nil }
    redraw(atStepOf: taskRun, of: 100)
    return "\(progress.percent)%\(progress.isOverdue ? String(signs.overdue) : "")"
  }

  /// How far a task run is, as a bar; drawn again when that changes.
  mutating func bar(of taskRun: TaskRun, _ progress: Progress, width: Int) -> [Span] {
    var permille = progress.percent * 10
    if taskRun.percent == nil, let average = taskRun.average, average > .zero,
      let elapsed = taskRun.elapsed(now)
    {
      permille = Int(min(990, elapsed / average * 1000))
      redraw(atStepOf: taskRun, of: width * (signs.parts.count + 1))
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

  /// Asks to draw again when the next of so many equal parts of a task run's average has passed.
  private mutating func redraw(atStepOf taskRun: TaskRun, of steps: Int) {
    guard let since = taskRun.ticksSince, taskRun.percent == nil, let average = taskRun.average else {
      return
    }
    redraw(afterNextOf: steps, elapsed: now - since, whole: average)
  }

  /// Asks to draw again when a share that grows steadily reaches its next step, at most once a second: after
  /// `whole` it is complete.
  private mutating func redraw(afterNextOf steps: Int, elapsed: Duration, whole: Duration) {
    guard steps > 0, whole > .zero, elapsed <= whole else { return }
    let done = Int(elapsed / whole * Double(steps))
    let next = whole * (done + 1) / steps - elapsed
    redraw(at: now + max(.seconds(1), next))
  }
}
