/// The output of an attempt as lines: as many as are kept, the oldest are dropped. Lines stand in the order in which they
/// ended, so that a line of one stream is never torn by the other; those that have not ended stand last.
///
/// A copy shares its blocks with the original, so that adding to a copy costs a block at most.
struct OutputText: Sendable {
  /// A line.
  struct Line: Hashable, Sendable {
    /// What it shows, without line end.
    let text: String
    /// Whether it comes from standard error.
    let isError: Bool
    /// When its last part was stored.
    let at: Moment
  }

  /// How much is kept.
  struct Limits: Sendable {
    var bytes = 64 << 20
    var lines = 500_000
    /// How much of it lies together, and is dropped together.
    var blockBytes = 65_536
    var blockLines = 2048
  }

  private struct Block {
    /// The number of its first line.
    let first: Int
    var bytes: [UInt8] = []
    var ends: [End] = []

    struct End {
      let offset: Int
      let isError: Bool
      let at: Moment
    }

    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1].offset)..<ends[index].offset }
  }

  private struct Stream {
    var decoder = OutputDecoder()
    var at = Moment(microseconds: 0)
  }

  private let limits: Limits
  private var blocks = [Block(first: 0)]
  private var output = Stream()
  private var errors = Stream()
  private var keptBytes = 0
  private var end = 0
  /// The number of the newest chunk; -1 before the first.
  private(set) var lastChunk: Int32 = -1
  /// How many bytes came.
  private(set) var bytes = 0

  init(limits: Limits = Limits()) { self.limits = limits }

  /// The numbers of the lines, from 0. What was dropped is not among them, but was counted.
  var lines: Range<Int> { blocks[0].first..<(end + open.count) }

  private var open: [(stream: Stream, isError: Bool)] {
    [(output, false), (errors, true)].filter { !$0.0.decoder.line.isEmpty }
  }

  /// Adds a chunk; one that is there already does nothing.
  mutating func append(_ chunk: OutputChunk) {
    guard chunk.number > lastChunk else { return }
    lastChunk = chunk.number
    bytes += chunk.bytes.count
    var stream = chunk.isError ? errors : output
    // So that what it holds is changed in place.
    if chunk.isError { errors = Stream() } else { output = Stream() }
    stream.at = chunk.at
    stream.decoder.feed(chunk.bytes) { add($0, isError: chunk.isError, at: chunk.at) }
    if chunk.isError { errors = stream } else { output = stream }
  }

  /// Adds what came together, and takes notice if it is the end.
  mutating func append(_ piece: OutputPiece) {
    for chunk in piece.chunks { append(chunk) }
    if piece.isComplete { finish() }
  }

  /// Takes notice that no more will come.
  mutating func finish() {
    output.decoder.finish()
    errors.decoder.finish()
  }

  private mutating func add(_ line: [Unicode.Scalar], isError: Bool, at: Moment) {
    if let last = blocks.last, last.bytes.count >= limits.blockBytes || last.ends.count >= limits.blockLines {
      blocks.append(Block(first: end))
      drop()
    }
    let index = blocks.count - 1
    let before = blocks[index].bytes.count
    for scalar in line {
      if scalar.isASCII {
        blocks[index].bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        blocks[index].bytes.append(contentsOf: String(scalar).utf8)
      }
    }
    blocks[index].ends.append(Block.End(offset: blocks[index].bytes.count, isError: isError, at: at))
    keptBytes += blocks[index].bytes.count - before
    end += 1
  }

  private mutating func drop() {
    while blocks.count > 2, keptBytes > limits.bytes || end - blocks[0].first > limits.lines {
      keptBytes -= blocks.removeFirst().bytes.count
    }
  }

  /// The block of a line that has ended, and its number there.
  private func place(_ line: Int) -> (block: Int, index: Int) {
    var (low, high) = (0, blocks.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if blocks[middle].first <= line { low = middle } else { high = middle - 1 }
    }
    return (low, line - blocks[low].first)
  }

  /// A line by its number, which must be one of `lines`.
  subscript(line: Int) -> Line {
    guard line < end else {
      let (stream, isError) = open[line - end]
      return Line(
        text: String(String.UnicodeScalarView(stream.decoder.line)), isError: isError, at: stream.at)
    }
    let (block, index) = place(line)
    let meta = blocks[block].ends[index]
    let text = String(decoding: blocks[block].bytes[blocks[block].range(index)], as: UTF8.self)
    return Line(text: text, isError: meta.isError, at: meta.at)
  }

  /// All of it, each line with its end.
  var allBytes: [UInt8] {
    var all: [UInt8] = []
    for block in blocks {
      for index in block.ends.indices {
        all += block.bytes[block.range(index)]
        all.append(0x0a)
      }
    }
    for line in open {
      all += Array(String(String.UnicodeScalarView(line.stream.decoder.line)).utf8) + [0x0a]
    }
    return all
  }
}

// Finding -------------------------------------------------------------------------------------------------

extension OutputText {
  /// The next line that holds a text: from a line on, or before it if not forward, around the end; nil if none does.
  func find(_ needle: Needle, from start: Int, isForward: Bool) -> Int? {
    let lines = lines
    guard !lines.isEmpty, !needle.isEmpty else { return nil }
    let start = min(max(start, lines.lowerBound), lines.upperBound)
    let (before, after) = (lines.lowerBound..<start, start..<lines.upperBound)
    let isMatch = { holds(needle, $0) }
    return isForward
      ? after.first(where: isMatch) ?? before.first(where: isMatch)
      : before.last(where: isMatch) ?? after.last(where: isMatch)
  }

  /// Whether a line holds a text.
  func holds(_ needle: Needle, _ line: Int) -> Bool {
    guard line < end else { return needle.occurs(in: Array(self[line].text.utf8)[...]) }
    let (block, index) = place(line)
    return needle.occurs(in: blocks[block].bytes[blocks[block].range(index)])
  }
}

/// A text to find: its letters of ASCII in either case, unless it has a large one.
struct Needle: Hashable, Sendable {
  private let bytes: [UInt8]
  private let folds: Bool

  init(_ text: String) {
    bytes = Array(text.utf8)
    folds = !bytes.contains { (0x41...0x5a).contains($0) }
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Whether it occurs in bytes.
  func occurs(in text: ArraySlice<UInt8>) -> Bool {
    guard let head = bytes.first, text.count >= bytes.count else { return false }
    return text.withUnsafeBufferPointer { text in
      bytes.withUnsafeBufferPointer { bytes in
        (0...(text.count - bytes.count)).contains { start in
          fold(text[start]) == head && bytes.indices.allSatisfy { fold(text[start + $0]) == bytes[$0] }
        }
      }
    }
  }

  private func fold(_ byte: UInt8) -> UInt8 { folds && 0x41...0x5a ~= byte ? byte | 0x20 : byte }
}
