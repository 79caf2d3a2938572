import ZmeyCore
import ZmeySchedule

@testable import ZmeyConsole

/// A console on the desk: what it is told, and what it shows and asks for.
struct Desk {
  var console: Console
  /// The time that is shown; it stands still unless a test moves it.
  var now: Moment
  /// What it asked for since the desk was made.
  private(set) var effects: [Effect] = []

  /// 2026-03-01 14:03:22 UTC.
  static let now = Moment(microseconds: 1_772_373_802_000_000)

  init(
    rows: Int = 24, columns: Int = 80, tier: Tier = .full, _ settings: Console.Settings = Console.Settings()
  ) {
    var settings = settings
    settings.tier = tier
    now = Self.now
    console = Console(settings, size: Size(rows: rows, columns: columns), now: now)
    tell(.identity(Identity(user: "anna", database: "zm", host: "db1", level: .admin, cluster: "")))
    tell(.link(.live))
    tell(
      .answer(
        .totals(
          Totals(
            running: 6, paused: 1, queued: 3, schedulersRunning: 2, schedulers: 2, workersLinked: 7,
            workers: 8,
            slotsBusy: 19,
            slots: 32)), to: .board))
  }

  mutating func tell(_ inputs: Input...) {
    for input in inputs { effects += console.handle(input, at: now) }
  }

  /// Presses keys by their names.
  mutating func press(_ names: String...) {
    for name in names {
      guard let key = Key(name: name) else { preconditionFailure("no key \(name)") }
      tell(.key(key))
    }
  }

  /// Types a text.
  mutating func type(_ text: String) {
    for scalar in text.unicodeScalars { tell(.key(.character(scalar))) }
  }

  /// What it wants to know beside the board, which it always does.
  var wants: Set<Query> { console.wants.subtracting([.board]) }

  /// What is shown.
  var screen: String { console.frame(at: now).grid.text }

  /// The rows of what is shown.
  var rows: [String] { screen.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

  /// The commands that it asked for.
  var commands: [Command] {
    effects.flatMap { effect in if case .send(let commands, _) = effect { commands } else { [Command]() } }
  }

  /// Answers what was asked last.
  mutating func answer(_ outcomes: Reply...) {
    for effect in effects.reversed() {
      if case .send(_, let ticket) = effect { return tell(.replies(outcomes, ticket: ticket)) }
    }
  }

  mutating func forgetEffects() { effects = [] }
}

func seconds(_ count: Int64) -> Moment { Desk.now + .seconds(count) }
