internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink

/// The output of one attempt on its way to the database: what waits to be sent, what is sent but not
/// yet durable, and what the cap has thrown away.
struct OutputBook: Sendable {
  struct Chunk: Hashable, Sendable {
    let number: Int32
    let stream: OutputStream
    let bytes: ByteBuffer
  }

  private let cap: Int64
  private var pending: [(stream: OutputStream, bytes: ByteBuffer)] = []
  private(set) var unstored: [Chunk] = []
  private var nextChunk: Int32 = 0
  private(set) var resultBytes: Int64 = 0
  private(set) var errorBytes: Int64 = 0
  private(set) var isCut = false
  private(set) var pendingBytes = 0

  /// - Parameter cap: how many bytes of each stream are kept.
  init(cap: Int64) { self.cap = cap }

  /// What of a piece of output was thrown away.
  struct Cut {
    /// Nobody will store these, so their window is given back at once.
    var bytes: Int
    /// Whether it is the first of its stream: all that comes will be thrown away, too.
    var isFirst: Bool
  }

  /// Takes output in.
  mutating func append(_ stream: OutputStream, _ bytes: ByteBuffer) -> Cut {
    let had = stream == .standardOutput ? resultBytes : errorBytes
    let room = max(0, cap - had)
    var kept = bytes
    let wanted = Int(min(Int64(bytes.readableBytes), room))
    let thrown = bytes.readableBytes - wanted
    // The mark is written once for a stream: when the first byte beyond the cap meets a stream that
    // stands just at or below it.
    let marks = thrown > 0 && had <= cap
    if thrown > 0 {
      isCut = true
      kept = bytes.getSlice(at: bytes.readerIndex, length: wanted) ?? ByteBuffer()
      if marks { kept.writeString("\n[zmey: output after \(cap) bytes was cut]\n") }
    }
    let cut = Cut(bytes: thrown, isFirst: marks)
    guard kept.readableBytes > 0 else { return cut }
    switch stream {
    case .standardOutput: resultBytes += Int64(kept.readableBytes)
    case .standardError: errorBytes += Int64(kept.readableBytes)
    }
    pendingBytes += kept.readableBytes
    if let last = pending.indices.last, pending[last].stream == stream,
      pending[last].bytes.readableBytes + kept.readableBytes <= FrameLimit.chunk
    {
      pending[last].bytes.writeBuffer(&kept)
    } else {
      pending.append((stream, kept))
    }
    return cut
  }

  /// Numbers what is pending and hands it over for sending, in chunks of at most `FrameLimit.chunk`.
  mutating func takeChunks() -> [Chunk] {
    var taken: [Chunk] = []
    for (stream, bytes) in pending {
      var rest = bytes
      while let piece = rest.readSlice(length: min(rest.readableBytes, FrameLimit.chunk)),
        piece.readableBytes > 0
      {
        taken.append(Chunk(number: nextChunk, stream: stream, bytes: piece))
        nextChunk += 1
      }
    }
    pending.removeAll()
    pendingBytes = 0
    unstored += taken
    return taken
  }

  /// Chunks up to and including `number` are durable. Returns their bytes.
  mutating func stored(through number: Int32) -> Int {
    let count = unstored.prefix { $0.number <= number }.count
    let bytes = unstored.prefix(count).reduce(0) { $0 + $1.bytes.readableBytes }
    unstored.removeFirst(count)
    return bytes
  }

  /// The whole output as one result, if nothing was sent yet and all of it is one small piece of
  /// standard output (or nothing).
  mutating func takeInlineResult() -> ByteBuffer? {
    guard nextChunk == 0, errorBytes == 0, resultBytes <= FrameLimit.inlineResult else { return nil }
    var result = ByteBuffer()
    for (_, var bytes) in pending { result.writeBuffer(&bytes) }
    pending.removeAll()
    pendingBytes = 0
    return result
  }
}
