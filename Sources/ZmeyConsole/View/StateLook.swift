import ZmeyCore

extension TaskRunState {
  /// The sign of a state, beside which its word or its place says the same.
  func sign(_ signs: Signs) -> Character {
    switch self {
    case .waiting: signs.waiting
    case .queued: signs.queued
    case .held, .paused: signs.paused
    case .assigned, .running: signs.running
    case .stopping, .stopped: signs.stopping
    case .succeeded: signs.succeeded
    case .failed, .timedOut, .lost: signs.failed
    case .skipped: signs.skipped
    }
  }

  /// What a state means for the colours.
  var role: Role {
    switch self {
    case .waiting, .skipped: .waiting
    case .queued: .queued
    case .held, .paused, .stopping, .stopped: .paused
    case .assigned, .running: .running
    case .succeeded: .success
    case .failed, .timedOut, .lost: .failed
    }
  }
}

extension RunState {
  /// The sign of a state.
  func sign(_ signs: Signs) -> Character {
    switch self {
    case .running: signs.running
    case .succeeded: signs.succeeded
    case .failed: signs.failed
    case .stopped: signs.stopping
    }
  }

  /// What a state means for the colours.
  var role: Role {
    switch self {
    case .running: .running
    case .succeeded: .success
    case .failed: .failed
    case .stopped: .paused
    }
  }
}
