internal import NIOCore
public import ZmeyCore

/// One link, as the daemons' machines name it: numbered within the process.
public struct LinkID: Hashable, Sendable {
  private let number: UInt64

  /// The link of that number; links of a process never share one.
  public init(_ number: UInt64) { self.number = number }
}

/// What happens on a link. Events come on the link's event loop, in order.
public enum LinkEvent: Sendable {
  /// The greeting is over; the frame is the peer's `hello` or `welcome`.
  case greeted(Link, Frame)
  /// Frames that came together.
  case received(LinkID, [Frame])
  /// The link is gone; nothing more comes from it.
  case closed(LinkID, LinkError?)
  /// A link that never greeted is gone; the peer's address is for logs.
  case failed(peer: String, LinkError?)
  /// Who had waited longest to greet was closed, for one more came than may be there.
  case crowded(peer: String)
}

/// A link to a peer: what a daemon holds to send on it.
public struct Link: Sendable {
  /// Its name.
  public let id: LinkID
  /// The peer's address, for logs.
  public let peer: String
  /// What TLS says of the peer.
  public let security: LinkSecurity
  let channel: any Channel

  /// Sends frames in order, as one write. On the link's loop nothing is copied but into the socket;
  /// frames sent after the link closed are dropped, for the next greeting settles what was lost.
  public func send(_ frames: [Frame]) {
    for frame in frames { channel.write(frame, promise: nil) }
    channel.flush()
  }

  /// Closes the link. What the socket has not taken by then is lost, and settled by the next greeting.
  public func close() { channel.close(promise: nil) }
}

extension Channel {
  /// The other side's address, for people.
  var peer: String {
    guard let address = remoteAddress, let host = address.ipAddress else { return "unknown" }
    return "\(LinkAddress(host: host, port: address.port ?? 0))"
  }
}

extension Instant {
  /// The monotonic clock's reading: the one place where a daemon reads it.
  public static func now() -> Instant { Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
}
