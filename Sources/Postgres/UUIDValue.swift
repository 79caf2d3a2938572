/// The sixteen bytes of a `uuid`.
public struct UUIDValue: Sendable, Hashable {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// The value of those halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads `8-4-4-4-12` hexadecimal digits of either case; `nil` for anything else.
  public init?(_ text: String) {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    let digits = groups.joined()
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
      let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }

  /// A fresh one of version 4: 122 random bits.
  public static func random() -> UUIDValue {
    UUIDValue(
      high: .random(in: .min ... .max) & ~0xf000 | 0x4000,
      low: .random(in: .min ... .max) & ~(0b11 << 62) | (0b10 << 62))
  }
}

extension UUIDValue: CustomStringConvertible {
  /// `8-4-4-4-12` hexadecimal digits, lower case, as PostgreSQL prints it.
  public var description: String {
    let digits = [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    var rest = Substring(digits)
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return String(rest.prefix(count))
    }.joined(separator: "-")
  }
}
