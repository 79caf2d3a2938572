internal import ZmeyCore

/// When a scheduler looks for due events.
///
/// All schedulers know when the next event is due, and one is enough to fire it. So whoever fired the last ones looks
/// first; the others come a moment later, and find work only if that one is gone or late, which makes one of them the
/// first. Nobody needs to know who else is there, and should two look at once, locks decide.
struct EventAlarm: Sendable {
  /// How long those wait that are not the first.
  let courtesy: Duration
  /// Between two looks at least: due times that come closely after one another are fired together.
  static let gathering = Duration.milliseconds(10)
  /// Longest pause between looks at something overdue that others hold: short, for meanwhile it hides what else is due.
  static let longestPause = Duration.milliseconds(200)

  private(set) var isFirst = false
  /// When to look; nil if nothing is due.
  private(set) var deadline: Instant?
  private var isDue = false
  private var vainLooks = 0
  private var lastLook = Instant(nanoseconds: 0)

  /// Knows of nothing yet.
  ///
  /// - Parameter courtesy: how long to leave due events to others that fired the ones before. Best by chance.
  init(courtesy: Duration = .milliseconds(20)) { self.courtesy = courtesy }

  /// The database said in how long an event is due: nil if none is, negative if one is overdue.
  mutating func heard(nextIn next: Duration?, at now: Instant) {
    guard !isDue else { return }
    guard let next, next <= .zero else {
      vainLooks = 0
      return arrange(next, now)
    }
    // While others hold what is overdue, to hear of it tells nothing new; and to hear of it often must not put it off.
    guard vainLooks == 0 else { return }
    let known = deadline
    arrange(next, now)
    if let known, let deadline { self.deadline = min(known, deadline) }
  }

  /// A look has found something or not, and said in how long the next event is due.
  mutating func looked(found: Bool, nextIn next: Duration?, at now: Instant) {
    lastLook = now
    isFirst = found
    vainLooks = found ? 0 : vainLooks + 1
    arrange(next, now)
  }

  /// Time has passed.
  mutating func tick(_ now: Instant) {
    guard let deadline, deadline <= now else { return }
    self.deadline = nil
    isDue = true
  }

  /// Whether to look now. Whoever takes it looks, and says so by `looked`.
  mutating func take() -> Bool {
    defer { isDue = false }
    return isDue
  }

  private mutating func arrange(_ next: Duration?, _ now: Instant) {
    guard let next else { return deadline = nil }
    let wanted = now + max(next, .zero) + (isFirst ? .zero : courtesy)
    guard next <= .zero else { return deadline = max(wanted, lastLook + Self.gathering) }
    // Overdue: what was too much for the last look, unless that found nothing, so that others must have it.
    deadline =
      vainLooks == 0 ? wanted : lastLook + min(courtesy * (1 << min(vainLooks, 10)), Self.longestPause)
  }
}
