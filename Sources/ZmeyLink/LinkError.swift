internal import NIOSSL

/// Why a session ended, or did not begin.
public enum LinkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not a frame of this protocol.
  case malformed(String)
  /// The peer announced a frame larger than it may send now.
  case oversized(Int)
  /// The frame is well formed but has no place here.
  case unexpected(String)
  /// The peer was silent for too long.
  case silent(Duration)
  /// The greeting was not over in time, however much came.
  case late(Duration)
  /// The scheduler refused the worker.
  case refused(String)
  /// The peer speaks TLS, and this side does not.
  case unasked
  /// The peer does not speak TLS as this side does, or at all.
  case insecure
  /// The scheduler's certificate is not one that the worker knows; said on both sides.
  case unknownScheduler

  /// One line for a log.
  public var description: String {
    switch self {
    case .malformed(let what): "malformed frame: \(what)"
    case .oversized(let size): "a frame of \(size) bytes is too large here"
    case .unexpected(let what): "unexpected frame: \(what)"
    case .silent(let span): "nothing heard for \(span.components.seconds) s"
    case .late(let span): "no greeting within \(span.components.seconds) s"
    case .refused(let reason): reason
    case .unasked: "the other side speaks TLS, this one does not"
    case .insecure: "no TLS 1.3 with the other side"
    case .unknownScheduler: "the scheduler's certificate is not one that the worker knows"
    }
  }

  /// What a failure of TLS means here; nil if the peer only left.
  init?(_ error: NIOSSLError) {
    guard case .handshakeFailed(let cause) = error else { return nil }
    guard cause != .sslError([.eofDuringHandshake]) else { return nil }
    // The library gives its reasons as text only. The worker's own verdict, or the scheduler's view of it.
    let text = "\(cause)"
    let isVerdict = ["CERTIFICATE_VERIFY_FAILED", "ALERT_CERTIFICATE_UNKNOWN", "ALERT_BAD_CERTIFICATE"]
      .contains { text.contains($0) }
    self = isVerdict ? .unknownScheduler : .insecure
  }
}
