internal import Glibc
public import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization
internal import ZmeyCore

/// Makes links on one event loop. Everything of a daemon's links runs on that loop.
public struct LinkEndpoint: Sendable {
  private static let nextID = Atomic<UInt64>(0)
  /// The loop that all events come on.
  public let loop: any EventLoop
  private let onEvent: @Sendable (LinkEvent) -> Void

  /// - Parameter onEvent: called on `loop`.
  public init(loop: any EventLoop, onEvent: @escaping @Sendable (LinkEvent) -> Void) {
    self.loop = loop
    self.onEvent = onEvent
  }

  /// Listens for workers. Closing the channel ends listening, not the links.
  ///
  /// - Parameters:
  ///   - tls: what the scheduler proves itself by; without it there is no TLS.
  ///   - strangers: how many links may be there at once whose greeting is not over.
  /// - Returns: the listening channel and the address with the port that was bound.
  /// - Throws: `ListenError` if the address is taken or not of this machine, `NIOCore.SocketAddressError`.
  public func listen(
    _ address: LinkAddress, timing: LinkTiming, tls: SchedulerTLS? = nil,
    strangers: Int = FrameLimit.strangers
  ) async throws -> (any Channel, LinkAddress) {
    // Whose greeting is not over, in the order in which they came.
    let present = NIOLoopBoundBox.makeBoxSendingValue([any Channel](), eventLoop: loop)
    let bootstrap = ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          // Who has waited longest goes: a worker greets at once, so those who fill the room cannot keep it out.
          if present.value.count >= strangers {
            let oldest = present.value.removeFirst()
            onEvent(.crowded(peer: oldest.peer))
            oldest.close(promise: nil)
          }
          try add(
            to: channel, role: .scheduler, greeting: nil, tls: tls?.handler(), timing: timing,
            onKnown: { present.value.removeAll { $0 === channel } })
          present.value.append(channel)
        }
      }
    do {
      let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
      return (channel, LinkAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
    } catch let error as IOError {
      throw ListenError(address: address, reason: String(cString: strerror(error.errnoCode)))
    }
  }

  /// Dials a scheduler and says hello. What comes of it is an event: `.greeted` or `.failed`.
  ///
  /// - Parameters:
  ///   - credential: what the worker proves itself by, with TLS; its token goes with the hello. Without it there is no
  ///     TLS.
  ///   - load: what a ping says of the machine's load, in hundredths; called on `loop`.
  /// - Throws: `NIOCore.ChannelError`, `NIOPosix.NIOConnectionError` if nobody answers in 5 s.
  public func dial(
    _ address: LinkAddress, hello: Hello, timing: LinkTiming, credential: LinkCredential? = nil,
    load: @escaping @Sendable () -> Int32? = { nil }
  ) async throws {
    var hello = hello
    hello.token = credential?.token
    let greeting = Frame.hello(hello)
    _ = try await ClientBootstrap(group: loop)
      .connectTimeout(.seconds(5))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try add(
            to: channel, role: .worker, greeting: greeting, tls: try credential?.handler(), timing: timing,
            load: load)
        }
      }
      .connect(host: address.host, port: address.port).get()
  }

  private func add(
    to channel: any Channel, role: SessionMachine.Role, greeting: Frame?, tls: NIOSSLHandler?,
    timing: LinkTiming,
    load: @escaping @Sendable () -> Int32? = { nil }, onKnown: @escaping () -> Void = {}
  ) throws {
    let id = LinkID(Self.nextID.wrappingAdd(1, ordering: .relaxed).newValue)
    if let tls { try channel.pipeline.syncOperations.addHandler(tls) }
    try channel.pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(FrameDecoder(), maximumBufferSize: FrameLimit.frame + 4),
      MessageToByteHandler(FrameEncoder()),
      LinkHandler(
        id: id, role: role, greeting: greeting, isSecure: tls != nil, timing: timing, load: load,
        onKnown: onKnown, onEvent: onEvent),
    ])
  }
}
