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
      case .moment: _ = try CivilDateTime(text)
      case .timeOfDay: _ = try TimeOfDay(text)
      case .weekday: _ = try Weekday(text)
      case .timezone:
        guard Self.isZoneName(text) else {
          throw ScheduleError(
            "a time zone has a name such as Europe/Berlin or UTC, not \(text.excerpt)", column: 1)
        }
      }
      return nil
    } catch {
      return (error.message, error.column)
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
