internal import NIOCore
internal import ZmeyCore

/// The last handler of a link's channel: runs the `SessionMachine`, ticks it, and hands batches of
/// frames to the daemon. A class because NIO's handlers are; it never leaves its event loop.
final class LinkHandler: ChannelDuplexHandler {
  typealias InboundIn = Frame
  typealias OutboundIn = Frame
  typealias OutboundOut = Frame

  private let id: LinkID
  private let greeting: Frame?
  private let load: @Sendable () -> Int32?
  private let onEvent: @Sendable (LinkEvent) -> Void
  private var machine: SessionMachine
  private var batch: [Frame] = []
  private var error: LinkError?
  private var wakeUp: Scheduled<Void>?

  init(
    id: LinkID, role: SessionMachine.Role, greeting: Frame?, timing: LinkTiming,
    load: @escaping @Sendable () -> Int32?, onEvent: @escaping @Sendable (LinkEvent) -> Void
  ) {
    self.id = id
    self.greeting = greeting
    self.load = load
    self.onEvent = onEvent
    machine = SessionMachine(role: role, silence: timing.silence, pingEvery: timing.ping, now: .now())
  }

  func channelActive(context: ChannelHandlerContext) {
    if let greeting { context.writeAndFlush(wrapOutboundOut(greeting), promise: nil) }
    schedule(context: context)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    perform(machine.received(unwrapInboundIn(data), at: .now()), context: context)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    flushBatch()
    context.flush()
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.error = self.error ?? error as? LinkError
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    wakeUp?.cancel()
    flushBatch()
    onEvent(.closed(id, error))
    context.fireChannelInactive()
  }

  /// One wake-up for the next deadline. Frames move that deadline on; the wake-up that comes too early for it costs
  /// one turn, moving it with each frame would cost one a frame.
  private func schedule(context: ChannelHandlerContext) {
    guard let deadline = machine.nextDeadline else { return }
    // The wake-up is cancelled when the channel goes inactive and runs on the same loop.
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    wakeUp = context.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(deadline.nanoseconds)) {
      let (handler, context) = bound.value
      handler.perform(handler.machine.tick(at: .now()), context: context)
      handler.flushBatch()
      handler.schedule(context: context)
    }
  }

  private func perform(_ actions: [SessionMachine.Action], context: ChannelHandlerContext) {
    for action in actions {
      switch action {
      case .deliver(let frame) where frame.isGreeting:
        // What is due next may come sooner now.
        wakeUp?.cancel()
        schedule(context: context)
        let peer = context.remoteAddress?.description ?? "unknown"
        onEvent(.greeted(Link(id: id, peer: peer, channel: context.channel), frame))
      case .deliver(let frame): batch.append(frame)
      case .send(let frame): context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
      case .ping: context.writeAndFlush(wrapOutboundOut(.ping(load: load())), promise: nil)
      case .close(let error):
        self.error = error
        context.close(promise: nil)
      }
    }
  }

  private func flushBatch() {
    guard !batch.isEmpty else { return }
    let frames = batch
    batch.removeAll(keepingCapacity: true)
    onEvent(.received(id, frames))
  }
}

/// The clocks of a link.
public struct LinkTiming: Sendable {
  /// After how long without a frame the peer is given up.
  public var silence: Duration
  /// How often a worker pings.
  public var ping: Duration

  /// Those clocks.
  public init(silence: Duration, ping: Duration) {
    self.silence = silence
    self.ping = ping
  }
}
