/// A number of bytes as people write it: `65536`, `512KiB`, `16MiB`, `1GiB`.
enum ByteCount {
  private static let units: [(name: String, bytes: Int64)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1),
  ]

  /// Reads digits with at most one unit; nil if the text is anything else.
  static func parse(_ text: String) -> Int64? {
    guard let unit = units.first(where: { text.hasSuffix($0.name) }),
      let count = wholeNumber(String(text.dropLast(unit.name.count)))
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
    return overflow ? nil : bytes
  }

  /// The shortest exact way to write it.
  static func format(_ bytes: Int64) -> String {
    let unit = units.first { bytes >= $0.bytes && bytes % $0.bytes == 0 } ?? ("", 1)
    return "\(bytes / unit.bytes)\(unit.name)"
  }

  /// Reads ASCII digits and nothing else.
  static func wholeNumber(_ text: String) -> Int64? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
  }
}
