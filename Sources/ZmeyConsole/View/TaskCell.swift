import ZmeyCore

/// A task in a column of a box: sign, name, and at its right how far it is or how long it took.
struct TaskCell {
  let task: ShapeTask
  let taskRun: TaskRun?
  /// Whether a run goes on.
  let isLive: Bool
  /// Whether it was added since that run began.
  var isComing = false
  var isSelected = false
  /// Whether a link joins it with the one that is selected.
  var isNear = false
  var isMarked = false

  /// Whether it was turned off, and no run did anything with it.
  private var isOff: Bool {
    guard !task.isEnabled else { return false }
    return taskRun.map { $0.state == .waiting || $0.state == .skipped } ?? true
  }

  func draw(_ painter: inout Painter, row: Int, column: Int, width: Int) {
    guard width > 2 else { return }
    let role = isOff ? .dim : taskRun?.state.role ?? .waiting
    painter.run(
      taskRun?.state.sign(painter.signs) ?? painter.signs.waiting, row: row, column: column, count: 1, role)
    if isMarked { painter.run("*", row: row, column: column + 1, count: 1, .marked) }
    let nameWidth = painter.columns(task.name)
    let progress = taskRun?.progress(painter.now)
    let (label, labelRole) = label(&painter, progress, room: width - 3 - min(nameWidth, 5))
    let labelWidth = painter.columns(label)
    let room = width - 2 - (labelWidth > 0 ? labelWidth + 1 : 0)
    let hasBar = showsBar && progress != nil && room >= 10
    // The bar takes what the name leaves, at least four columns.
    let shown = min(nameWidth, hasBar ? room - 5 : room)
    painter.text(task.name, row: row, column: column + 2, width: shown, nameRole)
    if hasBar, let taskRun, let progress {
      let bar = painter.bar(of: taskRun, progress, width: room - shown - 1)
      painter.spans(bar, row: row, column: column + 3 + shown, width: room - shown - 1)
    }
    painter.text(label, row: row, column: column, width: width, labelRole, align: .right)
    if isSelected { painter.tint(Rect(row: row, column: column, rows: 1, columns: width), .selected) }
  }

  private var showsBar: Bool {
    switch taskRun?.state {
    case .running, .paused, .stopping: true
    default: false
    }
  }

  private var nameRole: Role {
    if isOff || (taskRun == nil && isLive) { return .dim }
    if isNear { return .title }
    return taskRun?.state == .skipped ? .dim : .text
  }

  /// What stands at the right: the longest of what is to be said that has room, for its sign says the rest.
  private func label(_ painter: inout Painter, _ progress: Progress?, room: Int) -> (String, Role) {
    func fit(_ texts: String...) -> String { texts.first { painter.columns($0) <= room } ?? "" }
    if isOff { return (fit("off"), .dim) }
    if isComing { return (fit("next run", "next"), .dim) }
    guard let taskRun else {
      return (isLive ? "" : fit(task.average.map(TimeText.estimate) ?? ""), .dim)
    }
    let estimate = (taskRun.average ?? task.average).map(TimeText.estimate) ?? ""
    switch taskRun.state {
    case .running, .paused, .stopping: return running(taskRun, &painter, progress, room)
    case .assigned: return (fit(taskRun.intention ?? "starting", estimate), .running)
    case .waiting, .held:
      return (fit(taskRun.state == .held ? "held" : taskRun.intention ?? estimate, estimate), .dim)
    case .queued:
      guard let dueAt = taskRun.dueAt, dueAt > painter.now else { return (fit(estimate), .dim) }
      let wait = painter.remaining(until: dueAt)
      return (fit("retry in \(wait)", "in \(wait)"), .paused)
    case .succeeded: return (fit(taskRun.duration.map(TimeText.span) ?? ""), .dim)
    case .failed:
      if let signal = taskRun.signal { return (fit("signal \(signal)"), .failed) }
      return (fit(taskRun.exitCode.map { "exit \($0)" } ?? "failed"), .failed)
    case .timedOut: return (fit("timed out"), .failed)
    case .lost: return (fit("lost"), .failed)
    case .stopped: return (fit("stopped"), .paused)
    case .skipped: return (fit("skipped"), .dim)
    }
  }

  private func running(_ taskRun: TaskRun, _ painter: inout Painter, _ progress: Progress?, _ room: Int) -> (
    String, Role
  ) {
    if let heardAt = taskRun.heardAt {
      if let silence = taskRun.silence(painter.now) {
        let text = "silent \(painter.running(since: heardAt))"
        return (painter.columns(text) <= room ? text : TimeText.span(silence), .failed)
      }
      painter.redraw(at: heardAt + TaskRun.silenceShown + .seconds(1))
    }
    if taskRun.state == .stopping, room >= 8 { return ("stopping", .paused) }
    if let intention = taskRun.intention, painter.columns(intention) <= room { return (intention, .paused) }
    if let progress, let number = painter.percent(of: taskRun) {
      return (
        number.count < 3 ? " \(number)" : number,
        progress.isOverdue || taskRun.state == .paused ? .paused : .text
      )
    }
    return (painter.elapsed(of: taskRun) ?? "", taskRun.state == .paused ? .paused : .text)
  }
}
