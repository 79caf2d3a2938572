/// A whole number of ASCII digits.
enum WholeNumber {
  /// Reads digits, perhaps behind a minus, and nothing else.
  static func parse(_ text: String) -> Int64? {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
  }
}
