/// How far a running task is, for progress bars.
public struct Progress: Hashable, Sendable {
  /// 0 to 100.
  public let percent: Int
  /// Whether the task runs longer than its average: the bar stands at 99 % and shows `!`.
  public let isOverdue: Bool

  /// A percentage that is known, 0 to 100.
  public init(percent: Int) {
    self.percent = min(100, max(0, percent))
    isOverdue = false
  }

  /// Elapsed ÷ average, capped at 99 %; nil if no average is known.
  ///
  /// - Parameters:
  ///   - elapsed: time since the start, without pauses.
  ///   - average: the usual duration; zero counts as unknown.
  public init?(elapsed: Duration, average: Duration?) {
    guard let average, average > .zero else { return nil }
    let ratio = max(.zero, elapsed) / average
    percent = Int(min(99, ratio * 100))
    isOverdue = ratio > 1
  }

  /// How long a running task probably still takes: as fast as its script said so far, else what is left of its average;
  /// nil if neither is known.
  ///
  /// - Parameters:
  ///   - elapsed: time since the start, without pauses.
  ///   - average: the usual duration; zero counts as unknown.
  ///   - percent: what the script said, 0 to 100.
  public static func remaining(elapsed: Duration, average: Duration?, percent: Int?) -> Duration? {
    if let percent, percent > 0 { return elapsed * (100 - min(100, percent)) / percent }
    guard let average, average > .zero else { return nil }
    return max(.zero, average - elapsed)
  }
}
