public import NIOCore

/// Frames on the wire: four bytes of length, big-endian, then the frame.
public struct FrameDecoder: ByteToMessageDecoder {
  /// What comes out.
  public typealias InboundOut = Frame

  /// Until the peer has said its first frame it may say little.
  private var limit = FrameLimit.greeting

  /// A decoder that has read nothing.
  public init() {}

  /// Reads one frame if all of it has come.
  ///
  /// - Throws: `LinkError.oversized` as soon as the length field says so, `LinkError.malformed`.
  public mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws
    -> DecodingState
  {
    guard let frame = try Self.next(&buffer, limit: limit) else { return .needMoreData }
    limit = FrameLimit.frame
    context.fireChannelRead(wrapInboundOut(frame))
    return .continue
  }

  /// Reads what is whole at the end of the stream and drops the rest.
  public mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    try decode(context: context, buffer: &buffer)
  }

  /// Takes the next frame from the front of `buffer`; nil if not all of it is there.
  ///
  /// - Parameter limit: the largest frame, in bytes after its length field.
  /// - Throws: `LinkError.oversized`, `LinkError.malformed`; `LinkError.unasked` for a record of TLS, which no frame
  ///   begins like.
  public static func next(
    _ buffer: inout ByteBuffer, limit: Int = FrameLimit.frame
  ) throws(LinkError) -> Frame? {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
    guard length <= limit else {
      // An alert, or the begin of a handshake, of whatever version (RFC 8446, 5.1).
      throw [0x1503, 0x1603].contains(length >> 16) ? .unasked : .oversized(Int(length))
    }
    guard buffer.readableBytes >= 4 + Int(length) else { return nil }
    buffer.moveReaderIndex(forwardBy: 4)
    guard let slice = buffer.readSlice(length: Int(length)) else { return nil }
    return try FrameReader.frame(slice)
  }
}

/// The other direction of `FrameDecoder`.
public struct FrameEncoder: MessageToByteEncoder {
  /// What goes in.
  public typealias OutboundIn = Frame

  /// An encoder without state.
  public init() {}

  /// Appends `frame` with its length to `out`.
  public func encode(data frame: Frame, out: inout ByteBuffer) {
    Self.append(frame, to: &out)
  }

  /// Appends `frame` with its length to `out`.
  public static func append(_ frame: Frame, to out: inout ByteBuffer) {
    let start = out.writerIndex
    out.writeInteger(UInt32(0))
    out.write(frame)
    out.setInteger(UInt32(out.writerIndex - start - 4), at: start)
  }
}
