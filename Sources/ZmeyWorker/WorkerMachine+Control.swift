internal import ZmeyCore
internal import ZmeyLink

/// What operators want of attempts. Orders may come twice, and late: each says how it should be, and is answered by
/// how it is.
extension WorkerMachine {
  mutating func wanted(_ fence: Fence, _ want: Want, _ now: Instant, _ effects: inout [Effect]) {
    // Of one that has ended its finish is the answer; one that is being ended is not paused any more.
    guard let attempt = attempts[fence], !attempt.isEnded, attempt.cause != .unwanted else { return }
    switch want {
    case .pause:
      guard attempt.cause == nil else { return }
      attempts[fence]?.isPauseWanted = true
      if attempt.pausedSince != nil, !attempt.isThawing {
        observe(fence, now, &effects)
      } else if !attempt.isCollecting {
        effects.append(.freeze(fence))
      }
    case .resume:
      attempts[fence]?.isPauseWanted = false
      attempts[fence]?.isThawing = attempt.pausedSince != nil
      if attempt.pausedSince == nil { observe(fence, now, &effects) }
      if !attempt.isCollecting { effects.append(.thaw(fence)) }
    case .stop: end(fence, .stop, now, &effects)
    case .kill:
      end(fence, .stop, isAtOnce: true, now, &effects)
    }
  }

  mutating func frozen(_ fence: Fence, _ now: Instant, _ effects: inout [Effect]) {
    guard let attempt = attempts[fence], attempt.isPauseWanted, attempt.pausedSince == nil else { return }
    attempts[fence]?.pausedSince = now
    attempts[fence]?.timeLeft = attempt.deadline.map { $0 - now }
    attempts[fence]?.deadline = nil
    flush(fence, &effects)
    reportRunning(fence, now, &effects)
    observe(fence, now, &effects)
  }

  mutating func thawed(_ fence: Fence, _ now: Instant, _ effects: inout [Effect]) {
    guard let attempt = attempts[fence], attempt.pausedSince != nil else { return }
    attempts[fence]?.pausedSince = nil
    attempts[fence]?.resumedSince = now
    attempts[fence]?.isThawing = false
    attempts[fence]?.deadline = attempt.timeLeft.map { now + $0 }
    attempts[fence]?.timeLeft = nil
    observe(fence, now, &effects)
  }

  /// Says whether an attempt stands still. Without a link it is said with the next welcome.
  func observe(_ fence: Fence, _ now: Instant, _ effects: inout [Effect]) {
    guard isLinked, let attempt = attempts[fence] else { return }
    let age = (attempt.pausedSince ?? attempt.resumedSince).map { now - $0 } ?? .zero
    effects.append(.send(.observed(fence, isPaused: attempt.pausedSince != nil, age: age)))
  }

  /// Says that the process exists, if that is not said yet.
  mutating func reportRunning(_ fence: Fence, _ now: Instant, _ effects: inout [Effect]) {
    guard isLinked, attempts[fence]?.reportAt != nil, case .running(let since)? = attempts[fence]?.phase
    else {
      return
    }
    attempts[fence]?.reportAt = nil
    effects.append(.send(.running(fence, age: now - since)))
  }
}
