import ZmeyCore
public import ZmeySchedule

/// The board as lines, for screen readers and pipes: what there is at first, then each change.
public struct Journal: Sendable {
  private let zone: TimeZoneRules
  private let pipeline: PipelineAddress?
  private var known: Board?
  /// The newest runs, the newest first; nil until they are known.
  private var runs: [Run]?
  /// Runs whose beginning was told, or was before.
  private var seen: Set<RunID> = []
  /// Runs whose end was told, or was before.
  private var over: Set<RunID> = []
  /// Whose pipelines go by their names alone.
  public var user: String?

  /// A journal that has told nothing yet.
  ///
  /// - Parameter pipeline: the only one to tell of, by NAME or OWNER:NAME; nil for all.
  public init(zone: TimeZoneRules, pipeline: String? = nil) {
    self.zone = zone
    self.pipeline = pipeline.map(PipelineAddress.init)
  }

  /// Tells everything anew.
  public mutating func forget() { (known, runs, seen, over) = (nil, nil, [], []) }

  /// What is to be told of a board: nothing of it is a control character, each line ends where it ends.
  public mutating func lines(_ board: Board, at now: Moment) -> [String] {
    let before = known
    known = board
    let old = Dictionary(before?.pipelines.map { ($0.id, $0) } ?? []) { first, _ in first }
    var lines: [String] = []
    let told = pipeline.map { [$0.pipeline(in: board.pipelines, for: user)].compactMap { $0 } }
    for item in told ?? board.pipelines {
      if before == nil {
        lines += overview(item, now)
      } else {
        lines += changes(old[item.id], item, now)
      }
    }
    if let before {
      let left = Set(board.pipelines.map(\.id))
      let gone = pipeline.map { [$0.pipeline(in: before.pipelines, for: user)].compactMap { $0 } }
      for item in gone ?? before.pipelines where !left.contains(item.id) {
        lines.append("\(label(item)): removed")
      }
    }
    lines += older()
    lines += batches(before?.batches ?? [], board.batches)
    return lines.map { line(now, $0) }
  }

  /// What is to be told of the newest runs: what a board does not, for it has of each pipeline its newest run alone.
  public mutating func lines(_ newest: [Run], at now: Moment) -> [String] {
    if runs == nil {
      seen = Set(newest.map(\.id))
      // The end of one that was told to go on is still to be told.
      let live = Set((known?.pipelines ?? []).compactMap(\.run).filter { $0.state == .running }.map(\.id))
      over = Set(newest.filter { $0.state != .running }.map(\.id)).subtracting(live)
    }
    runs = newest
    if let oldest = newest.last?.id {
      seen = seen.filter { $0 >= oldest }
      over = over.filter { $0 >= oldest }
    }
    return older().map { line(now, $0) }
  }

  /// What is new of runs that are not the newest of their pipelines. What the board tells it has told before, or will.
  private mutating func older() -> [String] {
    var lines: [String] = []
    for run in (runs ?? []).reversed() {
      guard let item = known?.pipelines.first(where: { $0.id == run.pipelineID }), isTold(item),
        let last = item.run, run.id < last.id
      else { continue }
      let head = "\(label(item)): run \(run.id)"
      if seen.insert(run.id).inserted { lines.append("\(head) started by \(run.event ?? run.createdBy)") }
      if run.state != .running, over.insert(run.id).inserted { lines.append("\(head) \(end(run))") }
    }
    return lines
  }

  private func isTold(_ item: Pipeline) -> Bool {
    pipeline.map { $0.pipeline(in: known?.pipelines ?? [], for: user)?.id == item.id } ?? true
  }

  /// How a pipeline is called: another's with its owner, for others may have one of the same name.
  private func label(_ item: Pipeline) -> String {
    user == nil || item.owner == user ? item.name : "\(item.owner):\(item.name)"
  }

  private func end(_ run: Run) -> String {
    let took = run.finishedAt.map { ", took \(TimeText.span($0 - run.createdAt))" } ?? ""
    return "\(run.state.rawValue), \(run.ended) of \(run.total) tasks\(took)"
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
      return ["\(label(pipeline)): has not run yet\(pipeline.isPaused ? ", what begins is held" : "")"]
    }
    let head =
      "\(label(pipeline)): \(run.state.rawValue), \(run.ended) of \(run.total) tasks\(pipeline.isPaused ? ", what begins is held" : ""), run \(run.id)"
    let tasks = pipeline.taskRuns.sorted { $0.id < $1.id }.filter {
      $0.state.isInFlight || $0.state.role == .failed
    }
    return [head] + tasks.map { task(pipeline, $0, now) }
  }

  private mutating func changes(_ old: Pipeline?, _ new: Pipeline, _ now: Moment) -> [String] {
    let name = label(new)
    guard let old else { return ["\(name): new"] + overview(new, now) }
    var lines: [String] = []
    if old.isPaused != new.isPaused {
      lines.append("\(name): \(new.isPaused ? "what begins is held" : "what begins runs")")
    }
    guard let run = new.run else { return lines }
    let isNewRun = old.run?.id != run.id
    if isNewRun {
      seen.insert(run.id)
      lines.append("\(name): run \(run.id) started by \(run.event ?? run.createdBy)")
    }
    let before = Dictionary(isNewRun ? [] : old.taskRuns.map { ($0.id, $0) }) { first, _ in first }
    for taskRun in new.taskRuns.sorted(by: { $0.id < $1.id }) {
      let was = before[taskRun.id]?.state ?? .waiting
      if was != taskRun.state, taskRun.state != .assigned { lines.append(task(new, taskRun, now)) }
    }
    if run.state != .running, isNewRun || old.run?.state == .running, over.insert(run.id).inserted {
      // Where another run of it goes on, the name alone would not tell which of them has ended.
      lines.append("\(name): \(old.live > 1 ? "run \(run.id) " : "")\(end(run))")
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
    return "\(label(pipeline))/\(taskRun.name): \(parts.joined(separator: ", ")) (\(taskRun.id))"
  }

  private func batches(_ old: [Run], _ new: [Run]) -> [String] {
    guard pipeline == nil else { return [] }
    let before = Dictionary(old.map { ($0.id, $0) }) { first, _ in first }
    let left = Set(new.map(\.id))
    return new.filter { before[$0.id] == nil }.map { "\($0.name): \($0.total) task runs, run \($0.id)" }
      + old.filter { !left.contains($0.id) }.map { "\($0.name): run \($0.id) has ended" }
  }
}
