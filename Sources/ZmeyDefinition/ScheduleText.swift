import ZmeySchedule

/// What a text of an event says about time.
enum ScheduleText {
  /// Five or six fields of cron, or a word such as `@daily`.
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
    do throws(ScheduleError) {
      switch self {
      case .cron: _ = try CronExpression(text)
      case .moment:
        // A day alone is read elsewhere; here nobody should have to guess which time of it is meant.
        guard text.utf8.contains(UInt8(ascii: "T")) else { return (refusal(of: text), 1) }
        _ = try CivilDateTime(text)
      case .timeOfDay: _ = try TimeOfDay(text)
      case .weekday:
        guard Self.days.contains(text) else { return (refusal(of: text), 1) }
      case .timezone:
        guard Self.isZoneName(text) else { return (refusal(of: text), 1) }
      }
      return nil
    } catch {
      return (self == .cron ? error.message : "\(refusal(of: text)): \(error.message)", error.column)
    }
  }

  private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  private func refusal(of text: String) -> String { "\(expectation), not \(text.excerpt)" }

  /// How it is written.
  private var expectation: String {
    switch self {
    case .cron: "cron has five fields, or six with seconds in front"
    case .moment: "a moment is written 2027-01-01T12:00"
    case .timeOfDay: "a time of day is written 12:15 or 14:25:30"
    case .weekday: "a day is one of \(Self.days.joined(separator: ", "))"
    case .timezone: "a time zone has a name such as Europe/Berlin or UTC"
    }
  }

  /// Whether a zone may have that name; which zones there are is known where they are used.
  private static func isZoneName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return text.utf8.count <= 100
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789_+-".unicodeScalars.contains($0))
          }
      }
  }
}
