internal import ZmeyCore
internal import ZmeySchedule
internal import ZmeyStore

/// Decides what comes of an event's due times, and when it is due next. Seconds and milliseconds are since 1970.
struct EventPlanner: Hashable, Sendable {
  let event: EventID
  let timetable: Timetable
  let misfire: MisfirePolicy
  let jitter: Jitter

  /// What comes of the due times until `now`, in order, and the plan for the time after.
  ///
  /// - Parameters:
  ///   - due: the first due time that nothing came of yet; nil if it was not reckoned.
  ///   - after: a due time that was not reckoned is the first after this second.
  ///   - now: the database's clock, in milliseconds.
  func decide(due: Int64?, after: Int64, now: Int64) -> ([EventFire], EventPlan) {
    guard let first = due ?? timetable.next(after: after) else { return ([], EventPlan(event: event)) }
    let plan = timetable.plan(due: first, nowMilliseconds: now, misfire: misfire, jitter: jitter)
    let fires = plan.decisions.map { fire($0) }
    return (
      fires,
      EventPlan(
        event: event, lastDue: fires.last?.until, nextDue: plan.next,
        nextAt: plan.next.map { $0 * 1000 + jitter.delay(due: $0) })
    )
  }

  private func fire(_ decision: FireDecision) -> EventFire {
    switch decision.action {
    case .start: EventFire(event: event, due: decision.due, intent: .started)
    case .catchUp: EventFire(event: event, due: decision.due, intent: .caughtUp)
    case .missed(let count, let until, _):
      EventFire(event: event, due: decision.due, intent: .missed, count: count, until: until)
    }
  }
}
