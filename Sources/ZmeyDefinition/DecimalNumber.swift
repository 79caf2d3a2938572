/// A number with at most three decimals: `2`, `1.5`, `0.125`.
enum DecimalNumber {
  /// Reads digits with perhaps a point and one to three more; nil if the text is anything else.
  static func parse(_ text: String) -> Double? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let areDigits = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard areDigits, parts.count == 1 || parts.count == 2 && parts[1].count <= 3 else { return nil }
    return Double(text)
  }

  /// The shortest way to write a number that `parse` gave: reading it back gives the same.
  static func format(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
}
