public import ZmeyCore

/// How a run goes or went.
public enum RunState: String, CaseIterable, Sendable {
  /// Something of it has not ended.
  case running
  /// All ended well.
  case succeeded
  /// Something failed, ran out of time or was lost.
  case failed
  /// Something was stopped, nothing failed.
  case stopped
}

/// A run as the console knows it.
public struct Run: Hashable, Sendable {
  /// Its number.
  public var id: RunID
  /// The pipeline's, template's or command's name.
  public var name: String
  /// The pipeline; nil for a batch.
  public var pipelineID: Int32?
  /// The version of the pipeline; nil for a batch.
  public var versionID: Int32?
  /// Whose it is.
  public var owner: String
  /// How it goes.
  public var state: RunState
  /// How many task runs it has.
  public var total: Int
  /// How many have ended.
  public var ended: Int
  /// How many of these failed, ran out of time or were lost.
  public var failed: Int
  /// When it was started.
  public var createdAt: Moment
  /// When its last task run ended.
  public var finishedAt: Moment?
  /// Who started it.
  public var createdBy: String
  /// The event that started it.
  public var event: String?
  /// The run that it repeats in whole or in part.
  public var rerunOf: RunID?
  /// Of the first task run of it that failed: its name and why. Nil if nothing failed.
  public var note: String?

  /// A run.
  public init(
    id: RunID, name: String, pipelineID: Int32? = nil, versionID: Int32? = nil, owner: String,
    state: RunState,
    total: Int, ended: Int, failed: Int = 0, createdAt: Moment, finishedAt: Moment? = nil, createdBy: String,
    event: String? = nil, rerunOf: RunID? = nil, note: String? = nil
  ) {
    self.id = id
    self.name = name
    self.pipelineID = pipelineID
    self.versionID = versionID
    self.owner = owner
    self.state = state
    self.total = total
    self.ended = ended
    self.failed = failed
    self.createdAt = createdAt
    self.finishedAt = finishedAt
    self.createdBy = createdBy
    self.event = event
    self.rerunOf = rerunOf
    self.note = note
  }
}

/// A task run as the console knows it.
public struct TaskRun: Hashable, Sendable {
  /// Its number.
  public var id: TaskRunID
  /// The run that it belongs to.
  public var run: RunID
  /// The task of its pipeline's version; nil in a batch.
  public var taskID: Int32?
  /// The task's or the template's name.
  public var name: String
  /// Where it stands.
  public var state: TaskRunState
  /// How many attempts have begun.
  public var attempt: Int
  /// How many it may have.
  public var maxAttempts: Int
  /// What its script said, or the share of its items that have ended: 0 to 100.
  public var percent: Int?
  /// The exit code of the last attempt.
  public var exitCode: Int?
  /// The signal that ended the last attempt.
  public var signal: Int?
  /// Why it stands where it stands.
  public var reason: String?
  /// Who runs it or ran it last.
  public var worker: String?
  /// When it was made.
  public var createdAt: Moment
  /// When its last attempt began.
  public var startedAt: Moment?
  /// When it came to its end.
  public var finishedAt: Moment?
  /// Since when it is paused.
  public var pausedAt: Moment?
  /// How long its last attempt was paused before.
  public var paused: Duration
  /// How long its last attempt took; nil until it has ended.
  public var duration: Duration?
  /// The usual duration.
  public var average: Duration?
  /// How many successes that is learned from.
  public var samples: Int
  /// The duration within which nineteen of twenty ended.
  public var percentile95: Duration?
  /// How long it may run.
  public var maximum: Duration?
  /// What is asked of it and not proven.
  public var want: Want
  /// When it is tried again.
  public var dueAt: Moment?
  /// When its worker was heard last, while it runs.
  public var heardAt: Moment?
  /// Which item of a repeated task it is, from 1.
  public var item: Int?
  /// Whether it stands for a task that is repeated over items.
  public var isFan: Bool
  /// Those of higher priority run first.
  public var priority: Int
  /// Whether it was skipped because something before it failed.
  public var isUpstreamFailed: Bool

  /// What people ask of a task run.
  public enum Want: Int, Sendable {
    /// Nothing.
    case nothing = 0
    /// That it stands still.
    case pause, resume, stop, kill
  }

  /// A task run.
  public init(
    id: TaskRunID, run: RunID, taskID: Int32? = nil, name: String, state: TaskRunState, attempt: Int = 0,
    maxAttempts: Int = 1, percent: Int? = nil, exitCode: Int? = nil, signal: Int? = nil,
    reason: String? = nil,
    worker: String? = nil, createdAt: Moment, startedAt: Moment? = nil, finishedAt: Moment? = nil,
    pausedAt: Moment? = nil, paused: Duration = .zero, duration: Duration? = nil, average: Duration? = nil,
    samples: Int = 0, percentile95: Duration? = nil, maximum: Duration? = nil, want: Want = .nothing,
    dueAt: Moment? = nil, heardAt: Moment? = nil, item: Int? = nil, isFan: Bool = false, priority: Int = 0,
    isUpstreamFailed: Bool = false
  ) {
    self.id = id
    self.run = run
    self.taskID = taskID
    self.name = name
    self.state = state
    self.attempt = attempt
    self.maxAttempts = maxAttempts
    self.percent = percent
    self.exitCode = exitCode
    self.signal = signal
    self.reason = reason
    self.worker = worker
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.pausedAt = pausedAt
    self.paused = paused
    self.duration = duration
    self.average = average
    self.samples = samples
    self.percentile95 = percentile95
    self.maximum = maximum
    self.want = want
    self.dueAt = dueAt
    self.heardAt = heardAt
    self.item = item
    self.isFan = isFan
    self.priority = priority
    self.isUpstreamFailed = isUpstreamFailed
  }
}

extension TaskRun {
  /// From how much silence of its worker on it is shown: more than the periods of a worker's ping and of its scheduler's
  /// report together.
  static let silenceShown: Duration = .seconds(35)

  /// How long its last attempt takes by now, or took, without pauses; nil before it began.
  func elapsed(_ now: Moment) -> Duration? {
    if let duration { return duration }
    guard let startedAt, state.isInFlight, state != .assigned else { return nil }
    return max(.zero, (pausedAt ?? now) - startedAt - paused)
  }

  /// How far it is: 100 once it succeeded; while it runs, what its script says or elapsed ÷ average.
  func progress(_ now: Moment) -> Progress? {
    switch state {
    case .running, .paused, .stopping:
      if let percent { return Progress(percent: percent) }
      guard samples >= 3 || average != nil else { return nil }
      return elapsed(now).flatMap { Progress(elapsed: $0, average: average) }
    case .succeeded: return Progress(percent: 100)
    case .waiting, .queued, .held, .assigned, .failed, .timedOut, .stopped, .lost, .skipped: return nil
    }
  }

  /// How long it probably still takes, while it runs.
  func remaining(_ now: Moment) -> Duration? {
    guard state.isInFlight, state != .assigned, let elapsed = elapsed(now) else { return nil }
    return Progress.remaining(elapsed: elapsed, average: average, percent: percent)
  }

  /// How long its worker was not heard, if that is worth a word.
  func silence(_ now: Moment) -> Duration? {
    guard state.isInFlight, let heardAt, now - heardAt > Self.silenceShown else { return nil }
    return now - heardAt
  }

  /// What is asked of it and not so yet.
  var intention: String? {
    switch (want, state) {
    case (.pause, .waiting): "on hold"
    case (.pause, .assigned), (.pause, .running): "pausing"
    case (.resume, .assigned), (.resume, .running), (.resume, .paused): "resuming"
    case (.stop, .assigned), (.kill, .assigned): "stopping"
    default: nil
    }
  }

  /// Its name; of an item with its number: `resize[17]`.
  var itemName: String { item.map { "\(name)[\($0)]" } ?? name }
}

/// A task of a version of a pipeline, as it is drawn.
public struct ShapeTask: Hashable, Sendable {
  /// Its number.
  public var id: Int32
  /// Its name.
  public var name: String
  /// Whether it runs.
  public var isEnabled: Bool
  /// The usual duration, learned or the template's.
  public var average: Duration?

  /// A task.
  public init(id: Int32, name: String, isEnabled: Bool = true, average: Duration? = nil) {
    self.id = id
    self.name = name
    self.isEnabled = isEnabled
    self.average = average
  }
}

/// A link between two tasks of a version of a pipeline.
public struct ShapeLink: Hashable, Sendable {
  /// The task that it comes from.
  public var from: Int32
  /// The task that it leads to.
  public var to: Int32
  /// When it is taken.
  public var condition: Condition
  /// Whether the task that it leads to is skipped without it.
  public var isNeeded: Bool
  /// Whether it counts.
  public var isEnabled: Bool
  /// What it hands on.
  public var pass: LinkDefinition.Pass

  /// A link.
  public init(
    from: Int32, to: Int32, condition: Condition = .success, isNeeded: Bool = true, isEnabled: Bool = true,
    pass: LinkDefinition.Pass = .none
  ) {
    self.from = from
    self.to = to
    self.condition = condition
    self.isNeeded = isNeeded
    self.isEnabled = isEnabled
    self.pass = pass
  }
}

/// What a version of a pipeline looks like. It never changes, but for the averages.
public struct Shape: Hashable, Sendable {
  /// The tasks, in the order of the definition.
  public var tasks: [ShapeTask]
  /// The links.
  public var links: [ShapeLink]

  /// A shape.
  public init(tasks: [ShapeTask], links: [ShapeLink]) {
    self.tasks = tasks
    self.links = links
  }
}
