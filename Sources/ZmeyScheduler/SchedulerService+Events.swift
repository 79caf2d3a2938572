internal import Logging
internal import Postgres
internal import ZmeyCore
internal import ZmeyLink
internal import ZmeyStore

extension SchedulerService {
  /// Fires what is due, in one transaction: all of it stands, or nothing.
  ///
  /// - Throws: `DatabaseError` when the connection is lost, or the name is.
  func fireEvents(_ anchor: Anchor) async throws {
    let (round, name) = (EventRound(timetables: timetables), configuration.name)
    do {
      let done = try await anchor.connection.transaction { session in
        try round.performed(anchor.identity, scheduler: name, session)
      }
      timetables = done.timetables
      report(done)
      machine.lookedForEvents(
        found: done.hasFound, nextIn: done.next, unknownZones: timetables.unknownZones, at: .now())
      if done.hasFound { tellSoon() }
    } catch let error as DatabaseError where error.isTransient || error.isRefusal {
      logger.error("events cannot be fired now", metadata: ["reason": "\(error)"])
      machine.lookedForEvents(
        found: false, nextIn: .zero, unknownZones: timetables.unknownZones, at: .now())
    }
    schedule()
  }

  private func report(_ round: EventRound) {
    for failure in round.failures {
      logger.warning(
        "an event could not start everything",
        metadata: [
          "event": "\(failure.event)", "owner": "\(failure.owner)", "due": "\(failure.due)",
          "reason": "\(failure.reason)",
        ])
    }
    for (event, problem) in round.problems {
      logger.error(
        "an event has no timetable",
        metadata: ["event": "\(event.name)", "owner": "\(event.owner)", "reason": "\(problem)"])
    }
  }
}
