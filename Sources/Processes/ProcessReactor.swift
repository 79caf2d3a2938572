/// Whom a signal is for.
public enum SignalTarget: Sendable {
  /// Every process of the group, so also the descendants that made no group of their own.
  case group
  /// The process that was launched, alone.
  case leader
}

/// Starts processes, reads what they write and tells how they ended, all on one thread of its own.
///
/// Its methods may be called from any thread and take effect in the order of the calls; none of them waits.
/// Every process is the leader of its own session and process group and is killed by the kernel when this
/// program dies. Its descendants are not.
public final class ProcessReactor: Sendable {
  /// What happened, in order; all that one turn of the reactor finds is one element. For a single consumer.
  public let events: AsyncStream<[ProcessEvent]>
  private let mailbox: Mailbox

  /// Starts the thread.
  ///
  /// - Parameter outputGrace: how long after the end of a process its pipes are kept open for descendants
  ///   that still hold them.
  public init(outputGrace: Duration = .milliseconds(100)) throws(SystemError) {
    let (events, continuation) = AsyncStream.makeStream(of: [ProcessEvent].self)
    let mailbox = try Mailbox()
    let loop = try ReactorLoop(mailbox: mailbox, events: continuation, outputGrace: outputGrace)
    try startThread(name: "zm-processes") { loop.run() }
    self.events = events
    self.mailbox = mailbox
  }

  deinit { shutdown() }

  /// Starts processes. Each is answered by `started` or `failedToStart`.
  public func launch(_ requests: [LaunchRequest]) {
    mailbox.post(requests.map(Command.launch))
  }

  /// Sends a signal; does nothing if the process has finished.
  public func signal(_ id: UInt64, _ signal: Int32, to target: SignalTarget) {
    mailbox.post([.signal(id, signal, target)])
  }

  /// Gives back that many bytes of the output window of a process.
  public func acknowledge(_ id: UInt64, bytes: Int) {
    mailbox.post([.acknowledge(id, bytes)])
  }

  /// Kills the groups of all processes and ends `events` when the last of them has finished. From now on
  /// windows count no more: what the pipes hold is delivered without acknowledgement.
  public func shutdown() {
    mailbox.post([.shutdown])
  }
}
