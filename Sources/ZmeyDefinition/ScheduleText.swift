/// What a text of an event says about time.
enum ScheduleText {
  /// Five fields of cron.
  case cron
  /// `2027-01-01T12:00`, perhaps with seconds.
  case moment
  /// `12:15`, perhaps with seconds.
  case timeOfDay
  /// `mon` to `sun`.
  case weekday
  /// `Europe/Berlin`.
  case timezone

  /// What is wrong with such a text, and in which column of it; nil if nothing is.
  func problem(_ text: String) -> (message: String, column: Int)? {
    switch self {
    case .cron:
      let count = text.split(separator: " ").count
      return count == 5 || text.hasPrefix("@") ? nil : ("cron has 5 fields (0 3 * * *), not \(count)", 1)
    case .moment:
      return Self.fits(text, "0000-00-00T00:00") || Self.fits(text, "0000-00-00T00:00:00")
        ? nil : ("a moment is written 2027-01-01T12:00, not \(text.excerpt)", 1)
    case .timeOfDay:
      return Self.fits(text, "00:00") || Self.fits(text, "00:00:00")
        ? nil : ("a time of day is written 12:15 or 14:25:30, not \(text.excerpt)", 1)
    case .weekday:
      let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
      return days.contains(text)
        ? nil : ("a day is one of \(days.joined(separator: ", ")), not \(text.excerpt)", 1)
    case .timezone:
      let isName =
        !text.isEmpty && text.utf8.count <= 100
        && text.unicodeScalars.allSatisfy {
          $0.isASCII && ($0.properties.isAlphabetic || "0123456789_+-/".unicodeScalars.contains($0))
        }
      return isName ? nil : ("a time zone has a name such as Europe/Berlin or UTC, not \(text.excerpt)", 1)
    }
  }

  /// Whether a text has digits where the pattern has zeros, and is the same elsewhere.
  private static func fits(_ text: String, _ pattern: String) -> Bool {
    text.utf8.count == pattern.utf8.count
      && zip(text.utf8, pattern.utf8).allSatisfy { byte, expected in
        expected == UInt8(ascii: "0")
          ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
      }
  }
}
