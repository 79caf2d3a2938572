import ZmeyCore
public import ZmeySchedule

/// The board as lines, for screen readers and pipes: what there is at first, then each change.
public struct Journal: Sendable {
  private let zone: TimeZoneRules
  private let pipeline: String?
  private var known: Board?

  /// A journal that has told nothing yet.
  ///
  /// - Parameter pipeline: the only one to tell of; nil for all.
  public init(zone: TimeZoneRules, pipeline: String? = nil) {
    self.zone = zone
    self.pipeline = pipeline
  }

  /// What is to be told of a board: nothing of it is a control character, each line ends where it ends.
  public mutating func lines(_ board: Board, at now: Moment) -> [String] {
    let before = known
    known = board
    let old = Dictionary(before?.pipelines.map { ($0.id, $0) } ?? []) { first, _ in first }
    var lines: [String] = []
    for item in board.pipelines where pipeline == nil || item.name == pipeline {
      if before == nil {
        lines += overview(item, now)
      } else {
        lines += changes(old[item.id], item, now)
      }
    }
    if let before {
      let left = Set(board.pipelines.map(\.id))
      for item in before.pipelines where !left.contains(item.id) { lines.append("\(item.name): removed") }
    }
    lines += batches(before?.batches ?? [], board.batches)
    return lines.map { line(now, $0) }
  }

  /// A line with the time.
  public func line(_ now: Moment, _ text: String) -> String {
    "\(TimeText.clock(now, zone)) \(Self.safe(text))"
  }

  /// A text of which nothing can speak to a terminal.
  static func safe(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    for glyph in Glyph.glyphs(text, .full) {
      for value in [glyph.scalar, glyph.mark] where value != 0 { safe.append(Unicode.Scalar(value) ?? " ") }
    }
    return String(safe)
  }

  /// What there is of a pipeline, in a line; and one for each of its tasks that runs or failed.
  func overview(_ pipeline: Pipeline, _ now: Moment) -> [String] {
    guard let run = pipeline.run else {
      return ["\(pipeline.name): has not run yet\(pipeline.isPaused ? ", paused" : "")"]
    }
    let head =
      "\(pipeline.name): \(run.state.rawValue), \(run.ended) of \(run.total) tasks\(pipeline.isPaused ? ", paused" : ""), run \(run.id)"
    let tasks = pipeline.taskRuns.sorted { $0.id < $1.id }.filter {
      $0.state.isInFlight || $0.state.role == .failed
    }
    return [head] + tasks.map { task(pipeline, $0, now) }
  }

  private func changes(_ old: Pipeline?, _ new: Pipeline, _ now: Moment) -> [String] {
    guard let old else { return ["\(new.name): new"] + overview(new, now) }
    var lines: [String] = []
    if old.isPaused != new.isPaused { lines.append("\(new.name): \(new.isPaused ? "paused" : "goes on")") }
    guard let run = new.run else { return lines }
    let isNewRun = old.run?.id != run.id
    if isNewRun { lines.append("\(new.name): run \(run.id) started by \(run.event ?? run.createdBy)") }
    let before = Dictionary(isNewRun ? [] : old.taskRuns.map { ($0.id, $0) }) { first, _ in first }
    for taskRun in new.taskRuns.sorted(by: { $0.id < $1.id }) {
      let was = before[taskRun.id]?.state ?? .waiting
      if was != taskRun.state, taskRun.state != .assigned { lines.append(task(new, taskRun, now)) }
    }
    if run.state != .running, isNewRun || old.run?.state == .running {
      let took = run.finishedAt.map { ", took \(TimeText.span($0 - run.createdAt))" } ?? ""
      lines.append("\(new.name): \(run.state.rawValue), \(run.ended) of \(run.total) tasks\(took)")
    }
    return lines
  }

  private func task(_ pipeline: Pipeline, _ taskRun: TaskRun, _ now: Moment) -> String {
    var parts = [taskRun.state.name]
    if taskRun.state.isInFlight, let worker = taskRun.worker { parts.append("on \(worker)") }
    if taskRun.state.isInFlight, let progress = taskRun.progress(now) {
      parts.append("\(progress.percent) %")
    }
    if taskRun.state.isEnd, let took = taskRun.duration { parts.append("took \(TimeText.span(took))") }
    if taskRun.state.isEnd, taskRun.state != .succeeded, let reason = taskRun.reason { parts.append(reason) }
    return "\(pipeline.name)/\(taskRun.name): \(parts.joined(separator: ", ")) (\(taskRun.id))"
  }

  private func batches(_ old: [Run], _ new: [Run]) -> [String] {
    guard pipeline == nil else { return [] }
    let before = Dictionary(old.map { ($0.id, $0) }) { first, _ in first }
    let left = Set(new.map(\.id))
    return new.filter { before[$0.id] == nil }.map { "\($0.name): \($0.total) task runs, run \($0.id)" }
      + old.filter { !left.contains($0.id) }.map { "\($0.name): run \($0.id) has ended" }
  }
}
