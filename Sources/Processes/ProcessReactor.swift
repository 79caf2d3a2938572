/// Starts processes, reads what they write and tells how they ended, all on one thread of its own.
///
/// Its methods may be called from any thread and take effect in the order of the calls; none of them waits.
/// Every process leads a session, a process group and a *tree*: itself and all that descends from it, as far as
/// the ``TreeControl`` sees. It is killed by the kernel when this program dies, its descendants by the
/// ``Keeper``, if there is one.
public final class ProcessReactor: Sendable {
  /// What happened, in order; all that one turn of the reactor finds is one element. For a single consumer.
  public let events: AsyncStream<[ProcessEvent]>
  private let mailbox: Mailbox

  /// Starts the thread, and the keeper after the leftovers of a predecessor have been ended.
  ///
  /// - Parameters:
  ///   - outputGrace: how long after the end of a process its pipes are kept open for descendants that still
  ///     hold them.
  ///   - control: how trees are held together.
  ///   - adopting: makes this process the parent of orphans, so that their zombies do not wait for another reaper,
  ///     and reaps every child that the reactor's thread did not launch. Only for a program that has no other children.
  ///   - keeper: who ends the trees if this program is killed.
  ///   - receiver: is called with each batch on the reactor's thread, in place of `events`, which then has nothing but
  ///     an end: a consumer with a thread of its own is reached without a detour over the pool that resumes tasks.
  public init(
    outputGrace: Duration = .milliseconds(100), control: TreeControl = .signals, adopting: Bool = false,
    keeper: Keeper? = nil, receiver: (@Sendable ([ProcessEvent]) -> Void)? = nil
  ) throws(SystemError) {
    let (events, continuation) = AsyncStream.makeStream(of: [ProcessEvent].self)
    let mailbox = try Mailbox()
    let loop = try ReactorLoop(
      mailbox: mailbox, events: continuation, receiver: receiver, outputGrace: outputGrace, control: control,
      adopting: adopting,
      keeper: keeper)
    try startThread(name: "zm-processes") { loop.run() }
    self.events = events
    self.mailbox = mailbox
  }

  deinit { shutdown() }

  /// Starts processes. Each is answered by `started` or `failedToStart`.
  public func launch(_ requests: [LaunchRequest]) {
    mailbox.post(requests.map(Command.launch))
  }

  /// Sends a signal to every process of a tree; does nothing if it has finished. A frozen tree gets it when
  /// it is thawed, except SIGKILL.
  public func signal(_ id: UInt64, _ signal: Int32) {
    mailbox.post([.signal(id, signal)])
  }

  /// Ends every process of a tree, also of a frozen one. Nothing can call it off.
  public func kill(_ id: UInt64) {
    mailbox.post([.wish(id, .kill)])
  }

  /// Stops every process of a tree, answered by `frozen` once that is proven. Nothing happens if it is
  /// frozen, about to be, or if its leader has ended.
  public func freeze(_ id: UInt64) {
    mailbox.post([.wish(id, .freeze)])
  }

  /// Lets a tree run that was frozen or is about to be, answered by `thawed`.
  public func thaw(_ id: UInt64) {
    mailbox.post([.wish(id, .run)])
  }

  /// Says that nobody wants more of a stream: from now on its bytes are dropped, at most 100 MiB a second, and
  /// only `discarded` tells of them. What was delivered before is still to be acknowledged.
  public func discard(_ id: UInt64, stream: OutputStream) {
    mailbox.post([.discard(id, stream)])
  }

  /// Gives back that many bytes of the output window of a process.
  public func acknowledge(_ id: UInt64, bytes: Int) {
    mailbox.post([.acknowledge(id, bytes)])
  }

  /// Kills all trees and ends `events` when the last of them has finished. From now on windows count no more:
  /// what the pipes hold is delivered without acknowledgement.
  public func shutdown() {
    mailbox.post([.shutdown])
  }
}
