internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink

/// The masks of an attempt's two streams.
struct SecretMasks: Sendable {
  private var output: OutputMask
  private var error: OutputMask

  /// Masks of all forms of these values.
  init(_ values: [SecretValue]) {
    output = OutputMask(SecretForms.all(values))
    error = output
  }

  /// Takes output in.
  ///
  /// - Returns: what of the stream is decided, and how many bytes fewer it has than what came.
  mutating func append(_ stream: OutputStream, _ bytes: ByteBuffer) -> (bytes: ByteBuffer, removed: Int) {
    switch stream {
    case .standardOutput: Self.append(bytes, &output)
    case .standardError: Self.append(bytes, &error)
    }
  }

  private static func append(_ bytes: ByteBuffer, _ mask: inout OutputMask) -> (ByteBuffer, Int) {
    let before = mask.heldBytes + bytes.readableBytes
    let decided = mask.append(bytes.readableBytesView)
    return (ByteBuffer(bytes: decided), before - mask.heldBytes - decided.count)
  }

  /// What of a stream that has ended was held back.
  mutating func finish(_ stream: OutputStream) -> ByteBuffer {
    switch stream {
    case .standardOutput: ByteBuffer(bytes: output.finish())
    case .standardError: ByteBuffer(bytes: error.finish())
    }
  }
}
