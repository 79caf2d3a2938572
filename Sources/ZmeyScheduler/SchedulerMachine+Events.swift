public import ZmeyCore

/// Events come due.
extension SchedulerMachine {
  /// Whether to look for due events now. Whoever is told so looks, and reports `lookedForEvents`.
  public mutating func takeEvents() -> Bool { alarm.take() && !isStopping }

  /// A look for due events has found some or not, and said in how long the next one is due.
  ///
  /// - Parameter unknownZones: time zones that this scheduler turned out not to know.
  public mutating func lookedForEvents(
    found: Bool, nextIn next: Duration?, unknownZones: [String], at now: Instant
  ) {
    self.unknownZones = unknownZones
    alarm.looked(found: found, nextIn: next, at: now)
  }
}
