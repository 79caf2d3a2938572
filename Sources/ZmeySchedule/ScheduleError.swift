/// What is wrong with a written date, time, weekday or cron expression.
public struct ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line: what is wrong, and what to write instead.
  public let message: String
  /// Where in the text, in Unicode scalars from 1.
  public let column: Int

  /// An error with that line at that column.
  public init(_ message: String, column: Int) {
    self.message = message
    self.column = column
  }

  /// Message and column as one line.
  public var description: String { "\(message) (column \(column))" }
}
