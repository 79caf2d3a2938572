/// Remembers the last line with something on it, cut to 200 bytes.
struct TailLine: Sendable {
  private var line: [UInt8] = []
  private var current: [UInt8] = []

  mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        if !current.isEmpty { line = current }
        current.removeAll(keepingCapacity: true)
      } else if current.count < 200, byte >= 0x20, byte != 0x7f {
        current.append(byte)
      }
    }
  }

  /// The line as text; bytes that are not UTF-8 are replaced.
  var text: String { String(decoding: current.isEmpty ? line : current, as: UTF8.self) }
}
