internal import ZmeyCore

/// Replaces what must not be seen in one stream of output by `***`, however the stream is cut into pieces.
///
/// Every occurrence of every pattern is found, those within and across others too; what overlaps becomes one mark. Only
/// what may still become an occurrence is held back, less than the longest pattern.
struct OutputMask: Sendable {
  private var patterns: [Pattern]
  /// What is not decided yet; its first byte stands at `start` of the stream.
  private var held: [UInt8] = []
  private var start = 0
  /// Occurrences within what is held: sorted, and none overlaps another.
  private var occurrences: [Range<Int>] = []

  /// - Parameter patterns: what is replaced; none is empty.
  init(_ patterns: [[UInt8]]) { self.patterns = patterns.map(Pattern.init) }

  /// How many bytes are held back.
  var heldBytes: Int { held.count }

  /// Takes the stream's next bytes in, and gives those that are decided.
  mutating func append(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let offset = start + held.count
    held += bytes
    var found: [Range<Int>] = []
    var longest = 0
    let new = (offset - start)...
    held.withUnsafeBufferPointer { held in
      let piece = UnsafeBufferPointer(rebasing: held[new])
      for index in patterns.indices {
        patterns[index].search(piece, at: offset, &found)
        longest = max(longest, patterns[index].matched)
      }
    }
    // By their ends, so that each one meets only those that begin before its own end.
    found.sort { ($0.upperBound, $0.lowerBound) < ($1.upperBound, $1.lowerBound) }
    for range in found { note(range) }
    return take(until: start + held.count - longest)
  }

  /// The stream ends here: what is held back is no occurrence any more.
  mutating func finish() -> [UInt8] { take(until: start + held.count) }

  private mutating func note(_ range: Range<Int>) {
    var merged = range
    while let last = occurrences.last, last.upperBound > merged.lowerBound {
      merged = min(last.lowerBound, merged.lowerBound)..<merged.upperBound
      occurrences.removeLast()
    }
    occurrences.append(merged)
  }

  /// Before `safe` nothing begins that is not known. What begins before it is marked at once, and its bytes go: whatever
  /// is found to overlap it later belongs to the same mark.
  private mutating func take(until safe: Int) -> [UInt8] {
    var taken: [UInt8] = []
    var position = start
    var done = 0
    for range in occurrences {
      guard range.lowerBound < safe else { break }
      if range.lowerBound >= position {
        taken += held[(position - start)..<(range.lowerBound - start)]
        taken += SecretValue.mark.utf8
      }
      position = range.upperBound
      done += 1
    }
    occurrences.removeFirst(done)
    let end = max(position, safe)
    taken += held[(position - start)..<(end - start)]
    held.removeFirst(end - start)
    start = end
    return taken
  }
}

/// One pattern, and how much of it the end of the stream is: the automaton of Knuth, Morris and Pratt, which looks at
/// each byte twice at most, whatever pattern and stream are.
private struct Pattern: Sendable {
  let bytes: [UInt8]
  /// For each length of a beginning of the pattern the longest shorter one that it ends with.
  private let fallbacks: [Int32]
  private(set) var matched = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var fallbacks: [Int32] = [0, 0]
    fallbacks.reserveCapacity(bytes.count + 1)
    var length = 0
    for byte in bytes.dropFirst() {
      while length > 0, bytes[length] != byte { length = Int(fallbacks[length]) }
      if bytes[length] == byte { length += 1 }
      fallbacks.append(Int32(length))
    }
    self.fallbacks = fallbacks
  }

  /// Goes over the next bytes, which stand at `offset` of the stream, and adds where the pattern ends in them.
  mutating func search(_ piece: UnsafeBufferPointer<UInt8>, at offset: Int, _ found: inout [Range<Int>]) {
    var matched = matched
    bytes.withUnsafeBufferPointer { pattern in
      fallbacks.withUnsafeBufferPointer { fallbacks in
        var index = 0
        while index < piece.count {
          if matched == 0 {
            guard let next = piece[index...].firstIndex(of: pattern[0]) else { return }
            index = next
          }
          let byte = piece[index]
          index += 1
          while matched > 0, pattern[matched] != byte { matched = Int(fallbacks[matched]) }
          if pattern[matched] == byte { matched += 1 }
          if matched == pattern.count {
            found.append((offset + index - matched)..<(offset + index))
            matched = Int(fallbacks[matched])
          }
        }
      }
    }
    self.matched = matched
  }
}
