/// A day of the week, numbered as in cron: Sunday is 0.
public enum Weekday: Int, CaseIterable, Hashable, Sendable {
  /// The days from Sunday.
  case sunday, monday, tuesday, wednesday, thursday, friday, saturday

  /// Three small letters: `mon`.
  public var name: String { Self.names[rawValue] }

  /// Three small letters each, from Sunday.
  static let names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  /// Reads `mon` or `monday`, in small or capital letters.
  ///
  /// - Throws: `ScheduleError` with the names that there are.
  public init(_ text: String) throws(ScheduleError) {
    let word = text.lowercased()
    guard let day = Self.allCases.first(where: { word == $0.name || word == "\($0)" }) else {
      throw ScheduleError(
        "no weekday '\(text)': it is one of mon, tue, wed, thu, fri, sat, sun", column: 1)
    }
    self = day
  }
}
