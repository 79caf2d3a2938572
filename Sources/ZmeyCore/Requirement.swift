/// What a program asks of the worker that runs it (labels), and what it takes from a common store while it runs
/// (resources).
public enum Requirement {
  /// What the amount of a resource may be.
  public static let amountRange = 1...1_000_000
  /// The longest name of a label or a resource.
  public static let maxLength = 63

  /// Whether a label or a resource may be called so: 1 to 63 of `a-z`, `0-9`, `_`, `.` and `-`, a letter or a digit
  /// first.
  public static func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    guard let first = bytes.first, bytes.count <= maxLength, isLetterOrDigit(first) else { return false }
    return bytes.allSatisfy { isLetterOrDigit($0) || "_.-".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
