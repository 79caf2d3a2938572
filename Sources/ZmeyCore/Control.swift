/// What people do to work that was started.
public enum ControlVerb: String, CaseIterable, Sendable {
  /// Running ones stand still with all their processes; all others are held once they would run.
  case pause
  /// Takes a pause and a hold back.
  case resume
  /// Those that do not run are held once they would.
  case hold
  /// Takes a hold back.
  case release
  /// TERM, the program's grace, KILL; what does not run is stopped at once.
  case stop
  /// KILL at once.
  case kill
}

/// What of a run runs again.
public enum RerunMode: String, CaseIterable, Sendable {
  /// The task run alone, or the whole run.
  case alone
  /// The task run and all that follows it.
  case from
  /// What failed of a run, and all that follows that.
  case failed
}
