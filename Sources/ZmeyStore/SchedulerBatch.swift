public import Postgres
public import ZmeyCore

/// Everything that a scheduler has to tell the database at one moment and what it asks of it: one round
/// trip, one transaction, one flush of the log, however many task runs it moves.
public struct SchedulerBatch: Sendable {
  /// A process that exists since `age`.
  public struct Running: Hashable, Sendable {
    /// Names the attempt.
    public let fence: Fence
    /// Since when.
    public let age: Duration

    /// A running process.
    public init(fence: Fence, age: Duration) {
      self.fence = fence
      self.age = age
    }
  }

  /// A process tree that stands still, or goes on, since `age`.
  public struct Observed: Hashable, Sendable {
    /// Names the attempt.
    public let fence: Fence
    /// Whether it stands still.
    public let isPaused: Bool
    /// Since when.
    public let age: Duration

    /// An observation of an attempt.
    public init(fence: Fence, isPaused: Bool, age: Duration) {
      self.fence = fence
      self.isPaused = isPaused
      self.age = age
    }
  }

  /// A percentage.
  public struct Percent: Hashable, Sendable {
    /// Names the attempt.
    public let fence: Fence
    /// 0 to 100.
    public let percent: UInt8

    /// A percentage of an attempt.
    public init(fence: Fence, percent: UInt8) {
      self.fence = fence
      self.percent = percent
    }
  }

  /// A chunk of output.
  public struct Chunk: Hashable, Sendable {
    /// Names the attempt.
    public let fence: Fence
    /// Counts from 0 within the attempt.
    public let number: Int32
    /// Where it came from.
    public let stream: OutputStream
    /// The bytes.
    public let bytes: [UInt8]

    /// A chunk of those parts.
    public init(fence: Fence, number: Int32, stream: OutputStream, bytes: [UInt8]) {
      self.fence = fence
      self.number = number
      self.stream = stream
      self.bytes = bytes
    }
  }

  /// An attempt that ended.
  public struct Finished: Hashable, Sendable {
    /// Names the attempt.
    public let fence: Fence
    /// What came of it.
    public var outcome: Outcome
    /// All kept bytes of standard output.
    public var resultBytes: Int64
    /// All kept bytes of standard error.
    public var errorBytes: Int64
    /// Whether something was thrown away.
    public var isCut: Bool
    /// The result if it came in one piece.
    public var result: [UInt8]?

    /// An ended attempt of those parts.
    public init(
      fence: Fence, outcome: Outcome, resultBytes: Int64, errorBytes: Int64, isCut: Bool, result: [UInt8]?
    ) {
      self.fence = fence
      self.outcome = outcome
      self.resultBytes = resultBytes
      self.errorBytes = errorBytes
      self.isCut = isCut
      self.result = result
    }
  }

  /// Attempts that ended without an outcome.
  public struct Lost: Hashable, Sendable {
    /// Names the attempts.
    public let fences: [Fence]
    /// Whether their worker had got them: one that it never got is free to run again in any case.
    public let wasDelivered: Bool
    /// Why, in a sentence.
    public let reason: String

    /// Lost attempts.
    public init(fences: [Fence], wasDelivered: Bool, reason: String) {
      self.fences = fences
      self.wasDelivered = wasDelivered
      self.reason = reason
    }
  }

  /// Processes that exist.
  public var running: [Running] = []
  /// Pauses and their ends.
  public var observed: [Observed] = []
  /// Percentages.
  public var percents: [Percent] = []
  /// Output.
  public var chunks: [Chunk] = []
  /// Ends.
  public var finished: [Finished] = []
  /// Attempts without an end.
  public var lost: [Lost] = []
  /// One worker for each free slot, in the order in which they are to be filled; empty to claim nothing.
  public var slots: [WorkerID] = []
  /// Whether to ask what people want of attempts under way, and when the next delayed task run and the next event are
  /// due.
  public var asksWants = false
  /// Time zones that this scheduler does not know: their events are not asked for.
  public var unknownZones: [String] = []

  /// A batch of nothing.
  public init() {}

  /// Whether there is something to say.
  public var changesSomething: Bool {
    !running.isEmpty || !observed.isEmpty || !percents.isEmpty || !chunks.isEmpty || !finished.isEmpty
      || !lost.isEmpty
  }

  /// Whether there is nothing to say and nothing to ask.
  public var isEmpty: Bool { !changesSomething && slots.isEmpty && !asksWants }
}

/// What came of a batch.
public struct SchedulerBatchResult: Sendable {
  /// Finished attempts that the database did not accept, for they are there already or fenced. All others of
  /// the batch are accepted and durable.
  public var notAccepted: [(taskRun: TaskRunID, attempt: Int32, isDuplicate: Bool)] = []
  /// What was claimed.
  public var claimed: [ClaimedTask] = []
  /// What people want of attempts under way, as far as it is not proven.
  public var wants: [(fence: Fence, want: Want)] = []
  /// In how long the next delayed task run is due, negative if it is overdue; nil if there is none, or nobody asked.
  public var nextDue: Duration?
  /// The same of the next event.
  public var nextEvent: Duration?

  /// A batch of which everything was accepted and that claimed nothing.
  public init() {}
}

/// A task run that this scheduler may hand to a worker now.
public struct ClaimedTask: Hashable, Sendable {
  /// Names the attempt.
  public let fence: Fence
  /// Its run.
  public let run: RunID
  /// Who is to run it.
  public let worker: WorkerID
  /// Whose it is.
  public let owner: String
  /// The task's name.
  public let name: String
  /// The pipeline's name; nil outside of pipelines.
  public let pipeline: String?
  /// The SHA-256 of its script.
  public let script: [UInt8]
  /// How long it may run.
  public let maximum: Duration?
  /// How many bytes of each stream are kept.
  public let maxOutput: Int64
  /// Its arguments.
  public let arguments: [String]
  /// Results handed on to it.
  public let inputs: [Input]
  /// What it runs; nil for a command, whose duration tells nothing of the next one.
  public let program: ProgramID?
  /// From TERM to KILL; nil for the usual.
  public let grace: Duration?
  /// What its process is given.
  public let settings: LaunchSettings

  /// A result handed on.
  public struct Input: Hashable, Sendable {
    /// How.
    public let pass: LinkDefinition.Pass
    /// The bytes.
    public let bytes: [UInt8]
  }
}

extension SchedulerIdentity {
  /// Carries the batch out, all or nothing.
  ///
  /// - Throws: `DatabaseError`; `ZM001` if another process has taken the name.
  public func perform(_ batch: SchedulerBatch, _ session: borrowing Session) throws -> SchedulerBatchResult {
    // Chunks before ends: an end says that all its output is there. Each in the order of task runs: whoever locks
    // several does it in that order, people's functions too.
    typealias Reader = (inout SchedulerBatchResult, borrowing Rows) throws -> Void
    var calls: [(Statement, [Parameter])] = []
    var readers: [Reader] = []
    func call(_ statement: Statement, _ more: [Parameter], _ read: @escaping Reader = { _, _ in }) {
      calls.append((statement, parameters + more))
      readers.append(read)
    }
    if !batch.running.isEmpty { call(Self.markRunning, runningParameters(batch.running.sorted(by: \.fence))) }
    if !batch.observed.isEmpty {
      call(Self.markObserved, observedParameters(batch.observed.sorted(by: \.fence)))
    }
    if !batch.percents.isEmpty {
      call(Self.markProgress, percentParameters(batch.percents.sorted(by: \.fence)))
    }
    if !batch.chunks.isEmpty { call(Self.putLog, chunkParameters(batch.chunks)) }
    if !batch.finished.isEmpty {
      call(Self.finish, finishParameters(batch.finished.sorted(by: \.fence))) { result, rows in
        result.notAccepted = try rows.map { row throws(DatabaseError) in
          (TaskRunID(try row.int64(0)), try row.int32(1), try row.text(2) == "duplicate")
        }
      }
    }
    for lost in batch.lost {
      call(
        Self.lose, lost.fences.sorted(by: \.self).parameters + [.bool(lost.wasDelivered), .text(lost.reason)])
    }
    if batch.asksWants {
      call(Self.wants, []) { result, rows in
        result.wants = try rows.map { row throws(DatabaseError) in
          (try Fence(row, 0), try Want(row, 3))
        }
      }
      call(Self.nextDue, []) { result, rows in
        result.nextDue = try rows.first { row throws(DatabaseError) in try row.int64OrNil(0) }?
          .map { .milliseconds($0) }
      }
      call(Self.nextEvent, [.textArray(batch.unknownZones)]) { result, rows in
        result.nextEvent = try rows.first { row throws(DatabaseError) in try row.int64OrNil(0) }?
          .map { .milliseconds($0) }
      }
    }
    if !batch.slots.isEmpty {
      call(Self.claim, [.int4Array(batch.slots.map(\.rawValue))]) { result, rows in
        result.claimed = try rows.map { row throws(DatabaseError) in try ClaimedTask(row) }
      }
    }

    var result = SchedulerBatchResult()
    try session.pipeline(calls) { index, rows in try readers[index](&result, rows) }
    return result
  }

  private static let markRunning = Statement("running", "select zm_sched.running($1, $2, $3, $4, $5, $6)")
  private static let markObserved = Statement(
    "observed", "select zm_sched.observed($1, $2, $3, $4, $5, $6, $7)")
  private static let wants = Statement(
    "wants", "select task_run_id, attempt, nonce, want from zm_sched.wants($1, $2)")
  private static let nextDue = Statement("next_due", "select zm_sched.next_due($1, $2)")
  private static let markProgress = Statement("progress", "select zm_sched.progress($1, $2, $3, $4, $5, $6)")
  private static let putLog = Statement("put_log", "select zm_sched.put_log($1, $2, $3, $4, $5, $6, $7, $8)")
  private static let lose = Statement("lose", "select zm_sched.lose($1, $2, $3, $4, $5, $6, $7)")
  private static let finish = Statement(
    "finish",
    """
    select task_run_id, attempt, verdict
    from zm_sched.finish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    """)
  private static let claim = Statement(
    "claim",
    """
    select task_run_id, attempt, nonce, run_id, worker_id, owner, name, pipeline, script_sha256, maximum_ms, max_output,
      args, passes, results, program_id, grace_ms, launch, environment
    from zm_sched.claim($1, $2, $3)
    """)

  private func runningParameters(_ running: [SchedulerBatch.Running]) -> [Parameter] {
    running.map(\.fence).parameters + [
      .int8Array(running.map { $0.age.wholeNanoseconds / 1000 })
    ]
  }

  private func observedParameters(_ observed: [SchedulerBatch.Observed]) -> [Parameter] {
    observed.map(\.fence).parameters + [
      .boolArray(observed.map(\.isPaused)), .int8Array(observed.map { $0.age.wholeNanoseconds / 1000 }),
    ]
  }

  private func percentParameters(_ percents: [SchedulerBatch.Percent]) -> [Parameter] {
    percents.map(\.fence).parameters + [.int2Array(percents.map { Int16($0.percent) })]
  }

  private func chunkParameters(_ chunks: [SchedulerBatch.Chunk]) -> [Parameter] {
    chunks.map(\.fence).parameters + [
      .int4Array(chunks.map(\.number)), .int2Array(chunks.map { Int16($0.stream.rawValue) }),
      .byteaArray(chunks.map(\.bytes)),
    ]
  }

  private func finishParameters(_ finished: [SchedulerBatch.Finished]) -> [Parameter] {
    let outcomes = finished.map(\.outcome)
    return finished.map(\.fence).parameters + [
      .int2Array(outcomes.map(\.verdict.rawValue)), .int4Array(outcomes.map(\.exitCode)),
      .int4Array(outcomes.map(\.signal)), .textArray(outcomes.map(\.reason)),
      .int8Array(outcomes.map { $0.duration.wholeNanoseconds / 1000 }),
      .int8Array(outcomes.map(\.cpuMicroseconds)),
      .int8Array(outcomes.map(\.peakMemoryKiB)), .int8Array(finished.map(\.resultBytes)),
      .int8Array(finished.map(\.errorBytes)), .boolArray(finished.map(\.isCut)),
      .byteaArray(finished.map(\.result)),
    ]
  }
}

extension ClaimedTask {
  fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
    fence = try Fence(row, 0)
    run = RunID(try row.int64(3))
    worker = WorkerID(try row.int32(4))
    owner = try row.text(5)
    name = try row.text(6)
    pipeline = try row.textOrNil(7)
    script = try row.bytes(8)
    maximum = try row.int64OrNil(9).map { .milliseconds($0) }
    maxOutput = try row.int64(10)
    arguments = try row.textArray(11)
    let passes = try row.textArrayOrNil(12) ?? []
    let results = try row.byteaArrayOrNil(13) ?? []
    inputs = zip(passes, results).compactMap { pass, bytes in
      LinkDefinition.Pass(rawValue: pass).map { Input(pass: $0, bytes: bytes) }
    }
    program = try row.int32OrNil(14).map { ProgramID($0) }
    grace = try row.int64OrNil(15).map { .milliseconds($0) }
    var settings = try LaunchSettings(row, 16)
    settings.environment.merge(try LaunchSettings.environment(row, 17)) { _, own in own }
    self.settings = settings
  }
}

extension Array {
  fileprivate func sorted(by fence: (Element) -> Fence) -> [Element] {
    sorted { fence($0).taskRun < fence($1).taskRun }
  }
}
