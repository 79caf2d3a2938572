internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink

/// The life of an attempt.
extension WorkerMachine {
  mutating func assigned(_ assignment: Assignment, _ effects: inout [Effect]) {
    guard attempts[assignment.fence] == nil else { return }
    attempts[assignment.fence] = Attempt(assignment)
    launchIfComplete(assignment.fence, &effects)
  }

  mutating func input(
    _ fence: Fence, _ index: UInt16, _ bytes: ByteBuffer, _ isLast: Bool, _ effects: inout [Effect]
  ) {
    guard let attempt = attempts[fence], attempt.isCollecting, attempt.missingInputs.contains(index) else {
      return
    }
    attempts[fence]?.inputs[Int(index)].writeImmutableBuffer(bytes)
    guard isLast else { return }
    attempts[fence]?.missingInputs.remove(index)
    launchIfComplete(fence, &effects)
  }

  private mutating func launchIfComplete(_ fence: Fence, _ effects: inout [Effect]) {
    guard let attempt = attempts[fence], attempt.missingInputs.isEmpty else { return }
    do throws(Unlaunchable) {
      let launch = try Launch(attempt)
      attempts[fence]?.phase = .starting
      attempts[fence]?.inputs = []
      effects.append(.launch(launch))
      if attempt.isPauseWanted { effects.append(.freeze(fence)) }
    } catch {
      failedToStart(fence, error, &effects)
    }
  }

  mutating func started(_ fence: Fence, _ now: Instant) {
    guard let assignment = attempts[fence]?.assignment else { return }
    attempts[fence]?.phase = .running(since: now)
    attempts[fence]?.reportAt = now + settings.reportAfter
    attempts[fence]?.percentAt = now + settings.progressEvery
    if let maximum = assignment.maximum { attempts[fence]?.deadline = now + maximum }
  }

  mutating func failedToStart(_ fence: Fence, _ why: Unlaunchable, _ effects: inout [Effect]) {
    finish(fence, Outcome(verdict: .failed, reason: why.reason), &effects)
  }

  mutating func output(
    _ fence: Fence, _ stream: OutputStream, _ bytes: ByteBuffer, _ now: Instant, _ effects: inout [Effect]
  ) {
    guard attempts[fence] != nil else { return }
    guard let (bytes, removed) = attempts[fence]?.masks?.append(stream, bytes) else {
      return take(fence, stream, bytes, now, &effects)
    }
    // What a mark took the place of is nobody's to store.
    if removed > 0 { effects.append(.acknowledge(fence, bytes: removed)) }
    if bytes.readableBytes > 0 { take(fence, stream, bytes, now, &effects) }
  }

  /// Output with which all is well.
  private mutating func take(
    _ fence: Fence, _ stream: OutputStream, _ bytes: ByteBuffer, _ now: Instant, _ effects: inout [Effect]
  ) {
    attempts[fence]?.heard(stream, bytes)
    if let cut = attempts[fence]?.book.append(stream, bytes), cut.bytes > 0 {
      effects.append(.acknowledge(fence, bytes: cut.bytes))
      if cut.isFirst { effects.append(.discard(fence, stream)) }
    }
    guard let pending = attempts[fence]?.book.pendingBytes, pending > 0 else { return }
    if pending >= FrameLimit.chunk {
      flush(fence, &effects)
    } else if attempts[fence]?.flushAt == nil {
      attempts[fence]?.flushAt = now + settings.flushAfter
    }
  }

  /// Sends what is pending. Without a link it stays pending, the window fills, and the script waits.
  mutating func flush(_ fence: Fence, _ effects: inout [Effect]) {
    attempts[fence]?.flushAt = nil
    guard isLinked, let chunks = attempts[fence]?.book.takeChunks() else { return }
    effects += chunks.map { .send($0.frame(fence)) }
  }

  /// The last of an output that is thrown away. Where there are secrets nobody looks at it: it may begin within one.
  mutating func discarded(_ fence: Fence, _ stream: OutputStream, _ tail: ByteBuffer) {
    guard attempts[fence]?.masks == nil else { return }
    attempts[fence]?.heard(stream, tail)
  }

  mutating func exited(_ fence: Fence, _ exit: ProcessExit, _ now: Instant, _ effects: inout [Effect]) {
    for stream in OutputStream.allCases {
      guard let rest = attempts[fence]?.masks?.finish(stream), rest.readableBytes > 0 else { continue }
      take(fence, stream, rest, now, &effects)
    }
    guard let attempt = attempts[fence] else { return }
    var outcome = Outcome(
      verdict: .failed, exitCode: exit.code, signal: exit.signal, duration: exit.duration,
      cpuMicroseconds: exit.cpuMicroseconds, peakMemoryKiB: exit.peakMemoryKiB)
    // Who went within its maximum did not go because of it: that was heard late, on a machine that had much to do.
    if case .maximum(let span) = attempt.cause, exit.code == nil || exit.duration >= span {
      outcome.verdict = .timedOut
      outcome.reason = "it ran longer than its maximum of \(Self.words(span))"
    } else if attempt.cause == .stop {
      outcome.verdict = .stopped
      outcome.reason = "it was stopped"
    } else if exit.code == 0 {
      outcome.verdict = .succeeded
    } else {
      outcome.reason = Self.reason(exit, lastErrorLine: attempt.lastError.text)
    }
    finish(fence, outcome, &effects)
  }

  private mutating func finish(_ fence: Fence, _ outcome: Outcome, _ effects: inout [Effect]) {
    guard var attempt = attempts[fence] else { return }
    if attempt.cause == .unwanted {
      attempts[fence] = nil
      return
    }
    let inline = attempt.book.takeInlineResult()
    if inline == nil { attempt.book.takeChunks().forEach { effects.append(.send($0.frame(fence))) } }
    let finish = Finish(
      fence: fence, outcome: outcome, resultBytes: attempt.book.resultBytes,
      errorBytes: attempt.book.errorBytes,
      isCut: attempt.book.isCut, result: inline)
    attempt.phase = .ended(finish)
    (attempt.flushAt, attempt.reportAt, attempt.deadline, attempt.killAt, attempt.percentAt) = (
      nil, nil, nil, nil, nil
    )
    attempts[fence] = attempt
    // On disk before it is on the wire: a worker that dies now reports it when it is back.
    effects.append(.spool(fence, attempt.book.unstored.map { $0.frame(fence) } + [.finished(finish)]))
    effects.append(.send(.finished(finish)))
  }

  /// Begins to end the process tree of an attempt: TERM now, KILL after the grace, or KILL at once.
  mutating func end(
    _ fence: Fence, _ cause: Attempt.Cause, isAtOnce: Bool = false, _ now: Instant,
    _ effects: inout [Effect]
  ) {
    guard let attempt = attempts[fence], !attempt.isEnded else { return }
    let isBegun = attempt.cause != nil
    if !isBegun || cause == .unwanted { attempts[fence]?.cause = cause }
    attempts[fence]?.deadline = nil
    attempts[fence]?.timeLeft = nil
    attempts[fence]?.isPauseWanted = false
    switch attempt.phase {
    case .collecting:
      // Nothing of it exists.
      finish(fence, Outcome(verdict: .stopped, reason: "it was stopped"), &effects)
    case .starting, .running:
      if isAtOnce {
        // One whose grace is over was killed already.
        guard !isBegun || attempt.killAt != nil else { return }
        attempts[fence]?.killAt = nil
        effects.append(.kill(fence))
        return
      }
      if !isBegun { effects.append(.terminate(fence)) }
      if cause == .unwanted {
        // What runs elsewhere soon, or does already, has less time to go in peace, whatever was granted before: lease
        // and this together stay below the time after which the scheduler gives it away.
        let end = now + min(attempt.assignment.grace, lease / 8)
        attempts[fence]?.killAt = min(attempt.killAt ?? end, end)
      } else if !isBegun {
        attempts[fence]?.killAt = now + attempt.assignment.grace
      }
    case .ended: break
    }
  }

  static func words(_ span: Duration) -> String {
    Timespan(milliseconds: span.wholeMilliseconds)?.description ?? "\(span)"
  }

  static func reason(_ exit: ProcessExit, lastErrorLine: String) -> String {
    let tail = lastErrorLine.isEmpty ? "" : ": \(lastErrorLine)"
    if let signal = exit.signal {
      return "it was killed by signal \(signal)\(SignalName.suffix(signal))\(tail)"
    }
    return "it exited with code \(exit.code ?? -1)\(tail)"
  }
}
