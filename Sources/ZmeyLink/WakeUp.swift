public import NIOCore
public import ZmeyCore

/// The one wake-up that a machine's shell has pending on its event loop.
///
/// A wake-up that turns out to be early costs one turn, so a pending one is only replaced by an earlier one.
public struct WakeUp {
  private var pending: (at: Instant, task: Scheduled<Void>)?

  /// No wake-up.
  public init() {}

  /// Sees to it that `body` is called on `loop` by then; nil changes nothing.
  public mutating func arrange(
    _ deadline: Instant?, on loop: any EventLoop, _ body: @escaping @Sendable () -> Void
  ) {
    guard let deadline else { return }
    if let pending, pending.at <= deadline { return }
    pending?.task.cancel()
    pending = (deadline, loop.scheduleTask(deadline: .uptimeNanoseconds(deadline.nanoseconds), body))
  }

  /// The pending wake-up has come, or must not come.
  public mutating func clear() {
    pending?.task.cancel()
    pending = nil
  }
}
