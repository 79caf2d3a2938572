internal import NIOCore
internal import ZmeyLink

/// Bytes from the other end of a link, before anybody knows who is there.
enum FrameTarget {
  static func check(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
    try read(ByteBuffer(bytes: bytes))
    // Once more as the inside of a frame: no mutation then has to hit upon the right length.
    var frame = ByteBuffer(integer: UInt32(bytes.count))
    frame.writeBytes(bytes)
    try read(frame)
  }

  /// Reads frames until one is refused or has not all come.
  private static func read(_ stream: ByteBuffer) throws(BrokenPromise) {
    var rest = stream
    while let length = rest.getInteger(at: rest.readerIndex, as: UInt32.self) {
      let before = rest
      let frame: Frame?
      do throws(LinkError) { frame = try FrameDecoder.next(&rest) } catch { return }
      guard let frame else {
        return try promise(rest == before, "a frame that has not all come is left where it is")
      }
      let taken = before.readableBytes - rest.readableBytes
      try promise(taken == 4 + Int(length), "a frame of \(length) bytes takes \(taken)")
      try rewrite(frame, taken)
    }
  }

  /// Writes a frame that was read, and reads it again.
  private static func rewrite(_ frame: Frame, _ taken: Int) throws(BrokenPromise) {
    var written = ByteBuffer()
    FrameEncoder.append(frame, to: &written)
    let size = written.readableBytes
    // An older ping lacks the byte that says that no load follows.
    try promise(size <= taken + 1, "a frame of \(taken) bytes is written in \(size)")
    var cut = written.getSlice(at: 0, length: size - 1) ?? ByteBuffer()
    let early = try must("a frame without its last byte is awaited") { try FrameDecoder.next(&cut) }
    try promise(early == nil, "a frame without its last byte is read as \(String(describing: early))")
    let again = try must("a frame that was read can be written and read") { try FrameDecoder.next(&written) }
    try promise(again == frame, "\(frame) comes back as \(String(describing: again))")
    try promise(written.readableBytes == 0, "\(written.readableBytes) bytes are left behind a frame")
  }
}
