public import ZmeyCore
internal import ZmeyLink

/// What happens by itself.
extension WorkerMachine {
  /// When `tick` is due next; nil if nothing is.
  public var nextDeadline: Instant? {
    var next = leaseEnd
    for instant in attempts.values.lazy.compactMap(\.nextDeadline) {
      next = next.map { min($0, instant) } ?? instant
    }
    if let drainEnd, !isDrainOver { next = next.map { min($0, drainEnd) } ?? drainEnd }
    return hasEnded ? nil : next
  }

  mutating func tick(_ now: Instant, _ effects: inout [Effect]) {
    if let leaseEnd, leaseEnd <= now {
      self.leaseEnd = nil
      endAll(
        "no scheduler was heard for \(Self.words(lease)): what runs here runs elsewhere by now", now, &effects
      )
    }
    if let drainEnd, drainEnd <= now, !isDrainOver {
      isDrainOver = true
      endAll("the time to drain is over", now, &effects)
    }
    for (fence, attempt) in attempts where (attempt.nextDeadline.map { $0 <= now } ?? false) {
      tick(fence, attempt, now, &effects)
    }
  }

  private mutating func tick(_ fence: Fence, _ attempt: Attempt, _ now: Instant, _ effects: inout [Effect]) {
    if let flushAt = attempt.flushAt, flushAt <= now { flush(fence, &effects) }
    if let reportAt = attempt.reportAt, reportAt <= now {
      reportRunning(fence, now, &effects)
      attempts[fence]?.reportAt = nil
    }
    if let percentAt = attempt.percentAt, percentAt <= now {
      attempts[fence]?.percentAt = now + settings.progressEvery
      if let percent = attempt.percent.percent, percent != attempt.reportedPercent, isLinked {
        attempts[fence]?.reportedPercent = percent
        effects.append(.send(.progress(fence, percent: percent)))
      }
    }
    if let deadline = attempt.deadline, deadline <= now, let maximum = attempt.assignment.maximum {
      end(fence, .maximum(maximum), now, &effects)
    }
    if let killAt = attempt.killAt, killAt <= now {
      attempts[fence]?.killAt = nil
      effects.append(.kill(fence))
    }
  }

  private mutating func endAll(_ why: String, _ now: Instant, _ effects: inout [Effect]) {
    let living = attempts.filter { !$0.value.isEnded }.keys
    guard !living.isEmpty else { return }
    effects.append(.log("\(living.count) task runs are ended: \(why)"))
    effects.append(.renew)
    for fence in living { end(fence, .unwanted, now, &effects) }
  }
}
