public import ZmeyCore

/// A pipeline with its newest run.
public struct Pipeline: Hashable, Sendable {
  /// Its number.
  public var id: Int32
  /// Its name, unique among its owner's.
  public var name: String
  /// What it is for.
  public var description: String
  /// Whose it is.
  public var owner: String
  /// Its version of now.
  public var versionID: Int32
  /// The number of that version, from 1.
  public var version: Int
  /// Whether runs that begin are held.
  public var isPaused: Bool
  /// How many of its runs have not ended.
  public var live: Int
  /// Its newest run; nil if there was none.
  public var run: Run?
  /// The task runs of the newest run, without items; in no certain order.
  public var taskRuns: [TaskRun]

  /// A pipeline.
  public init(
    id: Int32, name: String, description: String = "", owner: String, versionID: Int32, version: Int = 1,
    isPaused: Bool = false, live: Int = 0, run: Run? = nil, taskRuns: [TaskRun] = []
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.owner = owner
    self.versionID = versionID
    self.version = version
    self.isPaused = isPaused
    self.live = live
    self.run = run
    self.taskRuns = taskRuns
  }
}

/// All pipelines, and the batches that go on.
public struct Board: Hashable, Sendable {
  /// The pipelines, in order of name, then number.
  public var pipelines: [Pipeline]
  /// Batches among the newest runs that have not ended, the newest first.
  public var batches: [Run]
  /// The shapes of the versions of now and of the newest runs, by version.
  public var shapes: [Int32: Shape]

  /// A board.
  public init(pipelines: [Pipeline] = [], batches: [Run] = [], shapes: [Int32: Shape] = [:]) {
    self.pipelines = pipelines
    self.batches = batches
    self.shapes = shapes
  }
}

/// What the first row shows.
public struct Totals: Hashable, Sendable {
  /// Task runs that a worker has, but for those that are paused.
  public var running: Int
  /// Task runs that a worker has and that stand still.
  public var paused: Int
  /// Task runs that wait for a slot; counted up to 100,000.
  public var queued: Int
  /// Schedulers that run.
  public var schedulersRunning: Int
  /// All schedulers.
  public var schedulers: Int
  /// Workers that are linked, and all.
  public var workersLinked: Int
  /// All workers.
  public var workers: Int
  /// Slots that are taken.
  public var slotsBusy: Int
  /// Slots of workers that are linked.
  public var slots: Int
  /// Why nothing new runs at all, in two words: `s1 paused`; nil if something may.
  public var obstacle: String?

  /// Totals.
  public init(
    running: Int = 0, paused: Int = 0, queued: Int = 0, schedulersRunning: Int = 0, schedulers: Int = 0,
    workersLinked: Int = 0,
    workers: Int = 0, slotsBusy: Int = 0, slots: Int = 0, obstacle: String? = nil
  ) {
    self.running = running
    self.paused = paused
    self.queued = queued
    self.schedulersRunning = schedulersRunning
    self.schedulers = schedulers
    self.workersLinked = workersLinked
    self.workers = workers
    self.slotsBusy = slotsBusy
    self.slots = slots
    self.obstacle = obstacle
  }
}

/// A run with all that a gantt shows.
public struct RunDetail: Hashable, Sendable {
  /// The run.
  public var run: Run
  /// What its version looks like; nil for a batch.
  public var shape: Shape?
  /// Its task runs, the oldest first; of a batch, or of a task's items, up to 1000.
  public var taskRuns: [TaskRun]

  /// A run with its task runs.
  public init(run: Run, shape: Shape?, taskRuns: [TaskRun]) {
    self.run = run
    self.shape = shape
    self.taskRuns = taskRuns
  }
}

/// An attempt that ended.
public struct Attempt: Hashable, Sendable {
  /// Counts from 1.
  public var number: Int
  /// How it ended.
  public var state: TaskRunState
  /// Its exit code.
  public var exitCode: Int?
  /// The signal that ended it.
  public var signal: Int?
  /// Why it ended so.
  public var reason: String?
  /// Who ran it.
  public var worker: String?
  /// When it began.
  public var startedAt: Moment?
  /// How long it took.
  public var duration: Duration
  /// How much of a processor it took.
  public var processor: Duration
  /// Its largest memory, in KiB.
  public var peakKiB: Int
  /// Bytes of standard output.
  public var outputBytes: Int
  /// Bytes of standard error.
  public var errorBytes: Int
  /// Whether there was more output than is kept.
  public var isCut: Bool

  /// An attempt.
  public init(
    number: Int, state: TaskRunState, exitCode: Int? = nil, signal: Int? = nil, reason: String? = nil,
    worker: String? = nil, startedAt: Moment? = nil, duration: Duration, processor: Duration = .zero,
    peakKiB: Int = 0,
    outputBytes: Int = 0, errorBytes: Int = 0, isCut: Bool = false
  ) {
    self.number = number
    self.state = state
    self.exitCode = exitCode
    self.signal = signal
    self.reason = reason
    self.worker = worker
    self.startedAt = startedAt
    self.duration = duration
    self.processor = processor
    self.peakKiB = peakKiB
    self.outputBytes = outputBytes
    self.errorBytes = errorBytes
    self.isCut = isCut
  }
}

/// All about one task run.
public struct TaskDetail: Hashable, Sendable {
  /// The task run.
  public var taskRun: TaskRun
  /// Its run.
  public var run: Run
  /// What its run's version looks like; nil for a batch.
  public var shape: Shape?
  /// The task runs of its run that links join with it: those before and after it.
  public var neighbours: [TaskRun]
  /// Its arguments.
  public var arguments: [String]
  /// Its attempts that have ended, the first first.
  public var attempts: [Attempt]
  /// Every reason why it does not run now: kind and sentence.
  public var why: [String]
  /// How long the last successes of this program took, the newest first; up to 30.
  public var recent: [Duration]
  /// How many of its items have ended; 0 if it is not repeated over items.
  public var itemsEnded: Int
  /// How many items there are; nil if it is not repeated over items.
  public var itemsTotal: Int?

  /// All about one task run.
  public init(
    taskRun: TaskRun, run: Run, shape: Shape?, neighbours: [TaskRun] = [], arguments: [String] = [],
    attempts: [Attempt] = [], why: [String] = [], recent: [Duration] = [], itemsEnded: Int = 0,
    itemsTotal: Int? = nil
  ) {
    self.taskRun = taskRun
    self.run = run
    self.shape = shape
    self.neighbours = neighbours
    self.arguments = arguments
    self.attempts = attempts
    self.why = why
    self.recent = recent
    self.itemsEnded = itemsEnded
    self.itemsTotal = itemsTotal
  }
}

/// A piece of output in the order in which the worker read it.
public struct OutputChunk: Hashable, Sendable {
  /// Counts from 0 within its attempt.
  public var number: Int32
  /// Whether it comes from standard error.
  public var isError: Bool
  /// When it was stored.
  public var at: Moment
  /// The bytes, of any kind.
  public var bytes: [UInt8]

  /// A piece of output.
  public init(number: Int32, isError: Bool, at: Moment, bytes: [UInt8]) {
    self.number = number
    self.isError = isError
    self.at = at
    self.bytes = bytes
  }
}

/// Output of an attempt that has come since the last look.
public struct OutputPiece: Hashable, Sendable {
  /// The attempt.
  public var attempt: Int
  /// Whether this replaces what was there: the first look, or another attempt.
  public var isFirst: Bool
  /// Whether there is output before its first chunk that was not read.
  public var hasEarlier: Bool
  /// The chunks, in order.
  public var chunks: [OutputChunk]
  /// Whether no more will come.
  public var isComplete: Bool

  /// A piece.
  public init(
    attempt: Int, isFirst: Bool, hasEarlier: Bool = false, chunks: [OutputChunk], isComplete: Bool = false
  ) {
    self.attempt = attempt
    self.isFirst = isFirst
    self.hasEarlier = hasEarlier
    self.chunks = chunks
    self.isComplete = isComplete
  }
}
