/// How many task runs a verb moved to what.
public struct ControlEffect: Hashable, Sendable, Codable {
  /// `pausing`, `resuming`, `stopping`: a worker has to prove it. `held`, `queued`, `stopped`: done. `waiting`: a mark
  /// for later. `pipeline_paused`, `pipeline_resumed`: what begins of it from now on. `submission_held`,
  /// `submission_released`, `submission_stopped`: what comes in of it from now on.
  public let effect: String
  /// How many.
  public let count: Int64
}
