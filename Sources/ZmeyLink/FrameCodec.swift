public import NIOCore

/// Frames on the wire: four bytes of length, big-endian, then the frame.
public struct FrameDecoder: ByteToMessageDecoder {
  /// What comes out.
  public typealias InboundOut = Frame

  /// A decoder without state: a frame is read once all of it is there.
  public init() {}

  /// Reads one frame if all of it has come.
  ///
  /// - Throws: `LinkError.oversized` as soon as the length field says so, `LinkError.malformed`.
  public mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws
    -> DecodingState
  {
    guard let frame = try Self.next(&buffer) else { return .needMoreData }
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
  /// - Throws: `LinkError.oversized`, `LinkError.malformed`.
  public static func next(_ buffer: inout ByteBuffer) throws(LinkError) -> Frame? {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
    guard length <= FrameLimit.frame else { throw .oversized(Int(length)) }
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
