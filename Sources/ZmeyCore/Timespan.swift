/// A length of time as people write it: `90s`, `5m`, `1h30m`, `250ms`, or plain seconds (`90`, `1.5`).
///
/// Kept in whole milliseconds, from 0 to 366 days.
public struct Timespan: Hashable, Comparable, Sendable {
  /// The length in milliseconds.
  public let milliseconds: Int64

  /// The longest that may be written: 366 days.
  public static let longest: Int64 = 366 * 86_400_000

  /// The timespan of that many milliseconds, which must lie in `0...longest`.
  public init?(milliseconds: Int64) {
    guard (0...Self.longest).contains(milliseconds) else { return nil }
    self.milliseconds = milliseconds
  }

  /// Reads `1d2h3m4s5ms` (each part at most once, in this order) or plain seconds with at most
  /// three decimals; nil if the text is anything else or longer than `longest`.
  public init?(_ text: some StringProtocol) {
    var total: Int64 = 0
    if let seconds = Self.plainSeconds(text) {
      total = seconds
    } else {
      var rest = Substring(text)
      var units = Self.units[...]
      guard !rest.isEmpty else { return nil }
      while !rest.isEmpty {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), count <= Self.longest else { return nil }
        rest = rest.dropFirst(digits.count)
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        guard let index = units.firstIndex(where: { $0.name == letters }) else { return nil }
        total += count * units[index].milliseconds
        guard total <= Self.longest else { return nil }
        units = units[(index + 1)...]
        rest = rest.dropFirst(letters.count)
      }
    }
    self.init(milliseconds: total)
  }

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  private static func plainSeconds(_ text: some StringProtocol) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let allDigits = parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    guard allDigits, (1...2).contains(parts.count), let whole = Int64(parts[0]), whole <= longest else {
      return nil
    }
    guard parts.count == 2 else { return whole * 1000 }
    guard parts[1].count <= 3, let fraction = Int64(parts[1]) else { return nil }
    return whole * 1000 + fraction * [100, 10, 1][parts[1].count - 1]
  }

  /// That many seconds, at most `longest`.
  public static func seconds(_ count: Int64) -> Timespan {
    Timespan(clamping: count.multipliedReportingOverflow(by: 1000).overflow ? .max : count * 1000)
  }

  private init(clamping milliseconds: Int64) { self.milliseconds = min(max(0, milliseconds), Self.longest) }

  /// Orders by length.
  public static func < (left: Timespan, right: Timespan) -> Bool { left.milliseconds < right.milliseconds }

  /// The same length as the standard library's type.
  public var duration: Duration { .milliseconds(milliseconds) }
}

extension Timespan: CustomStringConvertible {
  /// The shortest way to write it: `1h30m`, `0s`. Reading it back gives the same value.
  public var description: String {
    var rest = milliseconds
    var text = ""
    for unit in Self.units where rest >= unit.milliseconds {
      text += "\(rest / unit.milliseconds)\(unit.name)"
      rest %= unit.milliseconds
    }
    return text.isEmpty ? "0s" : text
  }
}

extension Timespan: Codable {
  /// Reads a number of milliseconds.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let span = Timespan(milliseconds: try container.decode(Int64.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a timespan out of range")
    }
    self = span
  }

  /// Writes a number of milliseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}
