/// The rule for names of accounts of the operating system, that of useradd(8).
public enum Account {
  /// The longest name, in characters.
  public static let maxLength = 32

  /// The rule in words, for messages.
  public static let rule = "1 to 32 of a-z, 0-9, _ and -, no digit or - first, at its end perhaps a $"

  /// Whether a text is the name of an account.
  public static func isName(_ text: String) -> Bool {
    let letters = text.hasSuffix("$") ? text.utf8.dropLast() : text.utf8[...]
    guard (1...maxLength).contains(text.utf8.count), let first = letters.first, isFirst(first) else {
      return false
    }
    return letters.allSatisfy {
      isFirst($0) || $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
  }

  private static func isFirst(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }
}
