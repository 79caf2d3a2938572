/// What to do with times that came too late to be met.
public enum MisfirePolicy: Hashable, Sendable {
  /// None is caught up.
  case skip
  /// The latest is caught up.
  case once
  /// The latest ones are caught up, so many at most.
  case all(atMost: Int)
}

/// What becomes of one time, or of many that were missed.
public struct FireDecision: Hashable, Sendable {
  /// What is done.
  public enum Action: Hashable, Sendable {
    /// It starts in time.
    case start
    /// It starts late.
    case catchUp
    /// It does not start, nor does any other from this one to `until`: `count` in all, or more than that if
    /// `isAtLeast`.
    case missed(count: Int, until: Int64, isAtLeast: Bool)
  }

  /// When it was due, without jitter; the first of those missed.
  public let due: Int64
  /// What is done.
  public let action: Action
}

/// What a timetable asks for at an instant, in the order of time.
public struct FirePlan: Hashable, Sendable {
  /// Each due time up to now, once: those missed as one, those caught up, those in time.
  public let decisions: [FireDecision]
  /// The next time that is due, without jitter; nil if there is none.
  public let next: Int64?
}

extension Timetable {
  /// Decides what becomes of all due times from `due` to now. However long nobody looked, it takes milliseconds:
  /// missed times are counted to 100,000 at most, and those of `every` by division.
  ///
  /// A time is due at its instant plus its jitter. One that is later than `grace` beyond the longest jitter is
  /// misfired.
  ///
  /// - Parameters:
  ///   - due: The next due time as it was known, without jitter.
  ///   - nowMilliseconds: The present, in milliseconds since 1970-01-01T00:00Z.
  ///   - grace: In seconds.
  public func plan(
    due: Int64, nowMilliseconds: Int64, grace: Int64 = 60, misfire: MisfirePolicy, jitter: Jitter = .none
  ) -> FirePlan {
    guard let first = next(after: due - 1) else { return FirePlan(decisions: [], next: nil) }
    let longest = (jitter.milliseconds + 999) / 1000
    let late = nowMilliseconds.dividedDown(by: 1000).quotient - grace - longest
    var decisions = misfired(from: first, before: late, misfire)
    var current = first < late ? next(after: late - 1) : first
    while let due = current, due * 1000 + jitter.delay(due: due) <= nowMilliseconds {
      decisions.append(FireDecision(due: due, action: .start))
      current = next(after: due)
    }
    return FirePlan(decisions: decisions, next: current)
  }

  private func misfired(from first: Int64, before end: Int64, _ policy: MisfirePolicy) -> [FireDecision] {
    let wanted =
      switch policy {
      case .skip: 0
      case .once: 1
      case .all(let limit): limit
      }
    var caughtUp: [Int64] = []
    var open = end
    while caughtUp.count < wanted, let due = last(before: open, from: first) {
      caughtUp.append(due)
      open = due
    }
    let late = caughtUp.reversed().map { FireDecision(due: $0, action: .catchUp) }
    guard let last = last(before: open, from: first) else { return late }
    let limit = 100_000
    let count = count(from: first, through: last, limit: limit + 1)
    let isAtLeast = if case .every = rule { false } else { count > limit }
    let missed = FireDecision.Action.missed(
      count: isAtLeast ? limit : count, until: last, isAtLeast: isAtLeast)
    return [FireDecision(due: first, action: missed)] + late
  }
}
