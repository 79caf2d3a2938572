internal import ZmeyCore

/// The forms in which a secret is looked for in output: as it is, in base64 and percent-encoded.
///
/// Of base64 those of each place within three bytes, without the characters at both ends that depend on what stands
/// beside the secret; so it is found within what was encoded together, such as `user:password`.
enum SecretForms {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let usual = alphabet + Array("+/".utf8)
  private static let forURLs = alphabet + Array("-_".utf8)

  /// All of them, each once.
  static func all(_ values: [SecretValue]) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    return values.lazy.map(\.bytes).flatMap { bytes in
      [bytes] + (0...2).flatMap { [base64(bytes, after: $0, usual), base64(bytes, after: $0, forURLs)] }
        + ["0123456789ABCDEF", "0123456789abcdef"].map { percent(bytes, Array($0.utf8)) }
    }.filter { seen.insert($0).inserted }
  }

  /// The characters that say nothing but the bytes, when so many others precede them.
  private static func base64(_ bytes: [UInt8], after count: Int, _ alphabet: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var (bits, width) = (0, count * 8)
    for byte in bytes {
      (bits, width) = (bits << 8 | Int(byte), width + 8)
      while width >= 6 {
        width -= 6
        text.append(alphabet[bits >> width & 63])
      }
      bits &= (1 << width) - 1
    }
    return Array(text.dropFirst((count * 8 + 5) / 6))
  }

  /// As RFC 3986 has it: all but letters, digits and `-._~`.
  private static func percent(_ bytes: [UInt8], _ digits: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte in
      alphabet.contains(byte) || "-._~".utf8.contains(byte)
        ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}
