/// The sizes that keep either side's memory bounded.
public enum FrameLimit {
  /// The largest frame, in bytes after its length field. A script of 1 MiB must fit; a peer that
  /// announces more is cut off before a byte of it is stored.
  public static let frame = 4 << 20
  /// The largest frame of somebody who has not greeted: a hello of a worker with 10,000 attempts fits.
  public static let greeting = 384 << 10
  /// How many links may be there at once whose greeting is not over.
  public static let strangers = 512
  /// The largest chunk of output or input in one frame.
  public static let chunk = 64 << 10
  /// Output up to this size travels with the end of its attempt.
  public static let inlineResult = 64 << 10
  /// How many bytes of output an attempt may have sent that are not yet durable. Beyond it the
  /// worker stops reading the pipe, and the script waits in its write.
  public static let outputWindow = 1 << 20
}
