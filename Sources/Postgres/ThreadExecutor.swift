import Synchronization

/// Runs the jobs of one actor, one after the other, on a thread of its own that they may block.
final class ThreadExecutor: SerialExecutor {
  private struct Queue {
    var jobs: [UnownedJob] = []
    var isStopped = false
  }

  private let queue = Mutex(Queue())
  private let wakeUp: WakeUp

  /// Throws `.resources` if the system grants no thread or no descriptor.
  init(name: String) throws(DatabaseError) {
    wakeUp = try WakeUp()
    // The thread keeps the executor alive until `stop`, as jobs refer to it unowned.
    try startThread(named: name) { self.work() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let wasEmpty = queue.withLock { queue in
      queue.jobs.append(job)
      return queue.jobs.count == 1
    }
    if wasEmpty { wakeUp.raise() }
  }

  /// Ends the thread once the queue is empty. Nothing may be enqueued afterwards.
  func stop() {
    queue.withLock { $0.isStopped = true }
    wakeUp.raise()
  }

  private func work() {
    while true {
      let (jobs, isStopped) = queue.withLock { queue in
        defer { queue.jobs = [] }
        return (queue.jobs, queue.isStopped)
      }
      for job in jobs {
        job.runSynchronously(on: asUnownedSerialExecutor())
      }
      guard jobs.isEmpty else { continue }
      guard !isStopped else { return }
      _ = wakeUp.wait()
    }
  }
}
