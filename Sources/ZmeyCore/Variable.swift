/// The rules for variables that definitions bring into the environment of a program.
public enum Variable {
  /// The most that all names and values of one `env` have together, in bytes of UTF-8.
  public static let maxBytes = 64 << 10

  /// One sentence that says what is wrong with the name of a variable, or nil if it is one: ASCII
  /// letters, digits and `_`, no digit first, not beginning with `ZM_`.
  public static func problem(_ name: String) -> String? {
    if name.hasPrefix("ZM_") { return "names that begin with ZM_ are reserved for zmey's own variables" }
    let isName =
      name.utf8.allSatisfy { isLetter($0) || isDigit($0) } && name.utf8.first.map(isLetter) == true
    return isName ? nil : "the name of a variable has letters A to Z, a to z, digits and _, no digit first"
  }

  /// One sentence that says that the variables are too large, or nil if they are not.
  public static func problem(_ variables: [String: String]) -> String? {
    let size = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    return size > maxBytes ? "names and values have \(size) bytes; \(maxBytes) are the most" : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
