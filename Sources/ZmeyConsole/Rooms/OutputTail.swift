import ZmeyCore

/// The last lines of a task run's output.
struct OutputTail: Hashable, Sendable {
  /// How many bytes are kept.
  static let most = 65_536
  private static let mostLines = 200

  /// Whose it is.
  private(set) var id: TaskRunID?
  /// The last lines, without what colours them.
  private(set) var lines: [String] = []
  private(set) var isComplete = false
  private var bytes: [UInt8] = []

  /// Takes notice of what has come.
  mutating func take(_ piece: OutputPiece, of id: TaskRunID) {
    if piece.isFirst || id != self.id { bytes = [] }
    self.id = id
    isComplete = piece.isComplete
    for chunk in piece.chunks { bytes += chunk.bytes }
    if bytes.count > Self.most { bytes.removeFirst(bytes.count - Self.most) }
    var parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    lines = parts.suffix(Self.mostLines).map { Self.text($0) }
  }

  /// A line as it ends up on a terminal: what was written last over its beginning, without escape sequences.
  private static func text(_ line: ArraySlice<UInt8>) -> String {
    let last = line.split(separator: UInt8(ascii: "\r")).last ?? []
    var kept: [UInt8] = []
    var isEscape = false
    for byte in last {
      if byte == 0x1b {
        isEscape = true
      } else if isEscape {
        // A sequence ends with a letter; its introducer is the bracket.
        if byte != UInt8(ascii: "["), 0x40...0x7e ~= byte { isEscape = false }
      } else {
        kept.append(byte)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
