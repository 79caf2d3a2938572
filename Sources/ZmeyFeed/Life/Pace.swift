import ZmeyConsole

/// How often the database may be looked at, however often it says that something has changed.
struct Pace {
  /// At most 25 looks a second.
  static let interval = Duration.milliseconds(40)
  /// That many times what the last look took is left to the database before the next: looks cost it a fifth at most.
  static let rest = 4
  /// How often to look at what no notification tells, while something runs or is queued, nothing can run, or workers
  /// are watched.
  static let slow = Duration.seconds(10)

  /// When the next look may be.
  private(set) var next = ContinuousClock.now
  /// When the last look began.
  private(set) var last = ContinuousClock.now

  /// A look was taken.
  mutating func took(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
    last = start
    next = max(start + Self.interval, end + (end - start) * Self.rest)
  }

  /// How long to wait before the try of that number, from 1, to reach a database that is lost.
  static func delay(before attempt: Int) -> Duration {
    let delays: [Duration] = [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4)]
    return attempt <= delays.count ? delays[max(0, attempt - 1)] : .seconds(5)
  }
}

/// The database's time by this process's clock, while nobody can ask for it.
struct ServerClock {
  private var moment: Moment
  private var read = ContinuousClock.now

  init(_ moment: Moment) { self.moment = moment }

  var now: Moment { moment + (ContinuousClock.now - read) }
}
