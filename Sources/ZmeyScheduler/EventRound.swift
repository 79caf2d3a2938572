internal import Postgres
internal import ZmeyCore
internal import ZmeyStore

/// One look for due events and what came of it.
struct EventRound: Sendable {
  /// How many events, and about how many due times, are taken in one transaction.
  static let events: Int32 = 500
  static let fires = 1000

  var timetables: Timetables
  /// What was due and could not be started.
  private(set) var failures: [EventFailure] = []
  /// Events of which it is not known when they are due, and why.
  private(set) var problems: [(event: DueEvent, problem: String)] = []
  /// Whether there was anything to do.
  private(set) var hasFound = false
  /// In how long the next event is due, negative if one is overdue; nil if none is.
  private(set) var next: Duration?

  init(timetables: Timetables) { self.timetables = timetables }

  /// The same round after it was done, within a transaction.
  ///
  /// - Parameter scheduler: the name of whoever does it.
  func performed(
    _ identity: SchedulerIdentity, scheduler: String, _ session: borrowing Session
  ) throws -> EventRound {
    var round = self
    let (due, turns) = try identity.dueEvents(
      limit: Self.events, unknownZones: timetables.unknownZones, session)
    round.hasFound = turns > 0 || !due.isEmpty
    let (fires, plans) = round.decide(on: due, scheduler: scheduler)
    if !due.isEmpty { round.failures = try identity.fire(fires, plans, session) }
    round.next = try identity.nextEvent(unknownZones: round.timetables.unknownZones, session)
    return round
  }

  /// What is to come of events that are due; those that are left out come in the next round.
  mutating func decide(on due: [DueEvent], scheduler: String) -> ([EventFire], [EventPlan]) {
    var fires: [EventFire] = []
    var plans: [EventPlan] = []
    for event in due where fires.count < Self.fires {
      do throws(TimetableProblem) {
        let planner = try timetables.planner(for: event)
        let (more, plan) = planner.decide(due: event.nextDue, after: event.after, now: event.now)
        fires += more
        plans.append(plan)
      } catch {
        problems.append((event, error.message(to: scheduler)))
        plans.append(plan(of: event, without: error, scheduler))
      }
    }
    return (fires, plans)
  }

  private func plan(of event: DueEvent, without problem: TimetableProblem, _ scheduler: String) -> EventPlan {
    let message = problem.message(to: scheduler)
    return switch problem {
    // It stays due, for those who know the zone; here it is not asked for any more.
    case .unknownZone: EventPlan(event: event.id, nextDue: event.nextDue, nextAt: event.now, problem: message)
    case .unreadable: EventPlan(event: event.id, problem: message)
    }
  }
}
