internal import NIOCore
internal import NIOSSL
internal import ZmeyCore

/// The last handler of a link's channel: runs the `SessionMachine`, ticks it, and hands batches of
/// frames to the daemon. A class because NIO's handlers are; it never leaves its event loop.
final class LinkHandler: ChannelDuplexHandler {
  typealias InboundIn = Frame
  typealias OutboundIn = Frame
  typealias OutboundOut = Frame

  private let id: LinkID
  private let greeting: Frame?
  private let isSecure: Bool
  private let load: @Sendable () -> Int32?
  /// Called once, when the greeting is over or will never be.
  private var onKnown: (() -> Void)?
  private let onEvent: @Sendable (LinkEvent) -> Void
  private var machine: SessionMachine
  private var batch: [Frame] = []
  private var error: LinkError?
  private var peer = ""
  private var hasGreeted = false
  private var wakeUp: Scheduled<Void>?

  init(
    id: LinkID, role: SessionMachine.Role, greeting: Frame?, isSecure: Bool, timing: LinkTiming,
    load: @escaping @Sendable () -> Int32?, onKnown: @escaping () -> Void,
    onEvent: @escaping @Sendable (LinkEvent) -> Void
  ) {
    self.id = id
    self.greeting = greeting
    self.isSecure = isSecure
    self.load = load
    self.onKnown = onKnown
    self.onEvent = onEvent
    machine = SessionMachine(
      role: role, silence: timing.silence, pingEvery: timing.ping, greeting: timing.greeting, now: .now())
  }

  func channelActive(context: ChannelHandlerContext) {
    peer = context.channel.peer
    // Before TLS has begun: what is written here waits until the other side has proven itself.
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
    self.error = self.error ?? error as? LinkError ?? (error as? NIOSSLError).flatMap(LinkError.init)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    wakeUp?.cancel()
    flushBatch()
    onEvent(hasGreeted ? .closed(id, error) : .failed(peer: peer, error))
    context.fireChannelInactive()
  }

  /// Also for a channel that was never active.
  func handlerRemoved(context: ChannelHandlerContext) { becomesKnown() }

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
        hasGreeted = true
        becomesKnown()
        let link = Link(id: id, peer: peer, security: security(context), channel: context.channel)
        onEvent(.greeted(link, frame))
      case .deliver(let frame): batch.append(frame)
      case .send(let frame): context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
      case .ping: context.writeAndFlush(wrapOutboundOut(.ping(load: load())), promise: nil)
      case .close(let error):
        self.error = error
        context.close(promise: nil)
      }
    }
  }

  private func becomesKnown() {
    onKnown?()
    onKnown = nil
  }

  private func security(_ context: ChannelHandlerContext) -> LinkSecurity {
    guard isSecure else { return .none }
    let shown = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
    return .tls(certificate: shown)
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
  /// How long everything up to the end of the greeting may take.
  public var greeting: Duration

  /// Those clocks.
  public init(silence: Duration, ping: Duration, greeting: Duration = .seconds(10)) {
    self.silence = silence
    self.ping = ping
    self.greeting = greeting
  }
}
