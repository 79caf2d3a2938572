import ZmeyCore

extension TaskRun {
  /// Since when its clock runs, pauses left out; nil while it stands.
  var ticksSince: Moment? {
    guard duration == nil, pausedAt == nil, let startedAt, state.isInFlight, state != .assigned else {
      return nil
    }
    return startedAt + paused
  }

  /// Its state in words, with what is asked of it.
  var stateWords: String { intention.map { "\(state.name), \($0)" } ?? state.name }

  /// How it ended, in words: `exit 75: disk full`; before that, why it stands where it stands.
  var outcome: String? {
    guard state.isEnd else { return reason }
    let how = signal.map { "signal \($0)" } ?? exitCode.flatMap { $0 == 0 ? nil : "exit \($0)" }
    let parts = [how, reason].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ": ")
  }
}
