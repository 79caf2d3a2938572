/// The sizes that keep either side's memory bounded.
public enum FrameLimit {
  /// The largest frame, in bytes after its length field. A script of 1 MiB must fit; a peer that
  /// announces more is cut off before a byte of it is stored.
  public static let frame = 4 << 20
  /// The largest chunk of output or input in one frame.
  public static let chunk = 64 << 10
  /// Output up to this size travels with the end of its attempt.
  public static let inlineResult = 64 << 10
  /// How many bytes of output an attempt may have sent that are not yet durable. Beyond it the
  /// worker stops reading the pipe, and the script waits in its write.
  public static let outputWindow = 1 << 20
}

/// Why a session ended.
public enum LinkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not a frame of this protocol.
  case malformed(String)
  /// The peer announced a frame larger than `FrameLimit.frame`.
  case oversized(Int)
  /// The frame is well formed but has no place here.
  case unexpected(String)
  /// The peer was silent for too long.
  case silent(Duration)
  /// The scheduler refused the worker.
  case refused(String)

  /// One line for a log.
  public var description: String {
    switch self {
    case .malformed(let what): "malformed frame: \(what)"
    case .oversized(let size): "a frame of \(size) bytes, more than \(FrameLimit.frame)"
    case .unexpected(let what): "unexpected frame: \(what)"
    case .silent(let span): "nothing heard for \(span.components.seconds) s"
    case .refused(let reason): reason
    }
  }
}
