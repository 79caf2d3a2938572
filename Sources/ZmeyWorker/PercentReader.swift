/// Finds the percentage that a script prints: a line that is nothing but `NN%`, or the terminal's own
/// progress report (OSC 9;4;1;NN, ended by BEL or ESC \).
struct PercentReader: Sendable {
  private(set) var percent: UInt8?
  private var line: [UInt8] = []

  /// A longer line is no percentage; nothing of it is kept.
  private static let longest = 16

  mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x07, 0x1b:
        if let found = Self.percent(of: line) { percent = found }
        line.removeAll(keepingCapacity: true)
      default:
        if line.count <= Self.longest { line.append(byte) }
      }
    }
  }

  private static func percent(of line: [UInt8]) -> UInt8? {
    guard !line.isEmpty, line.count <= longest else { return nil }
    let text = String(decoding: line, as: UTF8.self)
    let number: Substring
    if text.hasPrefix("]9;4;1;") {
      number = text.dropFirst(7)
    } else if text.hasSuffix("%") {
      number = text.dropLast().drop { $0 == " " }
    } else {
      return nil
    }
    guard number.allSatisfy({ ("0"..."9").contains($0) }), let value = UInt8(number), value <= 100 else {
      return nil
    }
    return value
  }
}
