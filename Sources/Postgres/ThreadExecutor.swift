import Synchronization

/// Runs jobs one after the other on a thread of its own that they may block: those of one actor, or of tasks that prefer
/// it. A program all of whose tasks do wakes for nothing else: the threads of the shared pool look after each other once
/// a second.
public final class ThreadExecutor: SerialExecutor, TaskExecutor {
  /// Whose jobs an executor runs.
  public enum Kind: Sendable {
    /// Those of an actor.
    case actor
    /// Those of tasks.
    case tasks
  }

  private struct Queue {
    var jobs: [UnownedJob] = []
    var isStopped = false
    var alarm: (at: ContinuousClock.Instant, ring: @Sendable () -> Void)?
  }

  private let kind: Kind
  private let queue = Mutex(Queue())
  private let wakeUp: WakeUp

  /// Starts its thread; `ps -L` shows the first 15 bytes of `name`.
  ///
  /// Throws `.resources` if the system grants no thread or no descriptor.
  public init(name: String, for kind: Kind) throws(DatabaseError) {
    self.kind = kind
    wakeUp = try WakeUp()
    // The thread keeps the executor alive until `stop`, as jobs refer to it unowned.
    try startThread(named: name) { self.work() }
  }

  /// Runs a job after those that wait already.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let wasEmpty = queue.withLock { queue in
      queue.jobs.append(job)
      return queue.jobs.count == 1
    }
    if wasEmpty { wakeUp.raise() }
  }

  /// Calls `ring` on its thread at that time, in place of what was to be called before; nil calls nothing.
  public func setAlarm(_ time: ContinuousClock.Instant?, ring: @escaping @Sendable () -> Void = {}) {
    queue.withLock { $0.alarm = time.map { ($0, ring) } }
    wakeUp.raise()
  }

  /// Ends the thread once the queue is empty. Nothing may be enqueued afterwards.
  public func stop() {
    queue.withLock { $0.isStopped = true }
    wakeUp.raise()
  }

  private func work() {
    while true {
      let (jobs, isStopped, alarm) = queue.withLock { queue in
        defer { queue.jobs = [] }
        return (queue.jobs, queue.isStopped, queue.alarm)
      }
      for job in jobs { run(job) }
      guard jobs.isEmpty else { continue }
      guard !isStopped else { return }
      if let alarm, alarm.at <= .now {
        queue.withLock { $0.alarm = nil }
        alarm.ring()
      } else {
        _ = wakeUp.wait(timeout: alarm.map { Self.milliseconds(until: $0.at) } ?? -1)
      }
    }
  }

  private func run(_ job: UnownedJob) {
    switch kind {
    case .actor: job.runSynchronously(on: asUnownedSerialExecutor())
    case .tasks: job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// Rounded up, or the last millisecond would be spent in a circle; a day at most.
  private static func milliseconds(until time: ContinuousClock.Instant) -> Int32 {
    let left = min(time - .now, .seconds(86_400))
    return Int32(max(0, left / .milliseconds(1)).rounded(.up))
  }
}
