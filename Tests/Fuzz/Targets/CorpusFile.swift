/// Inputs as a text file that people can read: one a line. What is not printable ASCII is written `\n` or `\x1B`, a
/// backslash `\\`.
public enum CorpusFile {
  /// The text of those inputs.
  public static func text(_ inputs: [[UInt8]]) -> String { inputs.map { line($0) + "\n" }.joined() }

  /// The inputs of such a text; nil if a line of it is none.
  public static func inputs(_ text: String) -> [[UInt8]]? {
    var inputs: [[UInt8]] = []
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
      guard let input = input(line) else { return nil }
      inputs.append(input)
    }
    return inputs
  }

  private static func line(_ input: [UInt8]) -> String {
    var line = ""
    for byte in input {
      switch byte {
      case UInt8(ascii: "\\"): line += "\\\\"
      case UInt8(ascii: "\n"): line += "\\n"
      case 0x20...0x7E: line.unicodeScalars.append(Unicode.Scalar(byte))
      default: line += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return line
  }

  private static func input(_ line: Substring.UTF8View) -> [UInt8]? {
    var input: [UInt8] = []
    var rest = line
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        input.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "\\"): input.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "n"): input.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "x"):
        guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) else { return nil }
        input.append(value)
        rest = rest.dropFirst(2)
      default: return nil
      }
    }
    return input
  }
}
