import ZmeyCore
public import ZmeySchedule

/// Who looks.
public struct Identity: Hashable, Sendable {
  /// The PostgreSQL role, which is the user's name.
  public var user: String
  /// The database.
  public var database: String
  /// Where the server is: host and port, or `local`.
  public var host: String
  /// What the user may do.
  public var level: Level
  /// A name for the whole that the database's settings give, such as `prod`; empty for none.
  public var cluster: String

  /// What a user may do.
  public enum Level: String, Sendable {
    /// See everything, change nothing.
    case viewer
    /// Have things and see them.
    case user
    /// Everything.
    case admin
  }

  /// Who looks.
  public init(user: String, database: String, host: String, level: Level, cluster: String = "") {
    self.user = user
    self.database = database
    self.host = host
    self.level = level
    self.cluster = cluster
  }

  /// Whether the database is one where each change is asked for: its name or its cluster's begins with `prod`.
  var isProduction: Bool { cluster.hasPrefix("prod") || database.hasPrefix("prod") }
}

/// Whether the database is there.
public enum LinkState: Hashable, Sendable {
  /// Not yet.
  case connecting
  /// It is.
  case live
  /// Not any more: since when, why, which try to come back is next, and when.
  case lost(since: Moment, reason: String, attempt: Int, next: Moment)
}

/// All that is known, and how it is to be shown.
public struct World: Sendable {
  /// Who looks; nil until the database said so.
  public internal(set) var identity: Identity?
  /// Whether the database is there.
  public internal(set) var link: LinkState = .connecting
  /// The local time.
  public internal(set) var zone: TimeZoneRules = .utc
  /// Whether times are shown as such, not as how long ago.
  public internal(set) var isAbsoluteTime = false
  /// Whether nothing may be changed, by `--readonly`.
  public internal(set) var isReadOnlyByFlag = false
  /// Which keys do what.
  public internal(set) var keys: KeyMap = .standard
  /// The theme's name, and those of all.
  public internal(set) var theme = "default"
  /// Names of all themes.
  public internal(set) var themes: [String] = []
  /// What the first row shows.
  public internal(set) var totals = Totals()
  var answers: [Query: Answer] = [:]

  /// Why nothing may be changed; nil if it may.
  var readOnlyReason: String? {
    if case .lost = link { return "the database is lost" }
    if case .connecting = link { return "not connected yet" }
    if isReadOnlyByFlag { return "--readonly was given" }
    if identity?.level == .viewer { return "a viewer changes nothing" }
    return nil
  }

  /// Pipelines with their newest runs; nil until they are known.
  var board: Board? { if case .board(let board) = answers[.board] { board } else { nil } }
  /// Timers; nil until they are known.
  var events: [Event]? { if case .events(let events) = answers[.events] { events } else { nil } }
  /// Scripts; nil until they are known.
  var templates: [Template]? { if case .templates(let all) = answers[.templates] { all } else { nil } }
  /// Schedulers and workers; nil until they are known.
  var cluster: Cluster? { if case .cluster(let cluster) = answers[.cluster] { cluster } else { nil } }

  /// The runs that were asked for; nil until they are known.
  func runs(_ query: Query) -> [Run]? { if case .runs(let runs) = answers[query] { runs } else { nil } }
  /// A run; nil until it is known, `.some(nil)` if there is none.
  func run(_ id: RunID) -> RunDetail?? { if case .run(let run) = answers[.run(id)] { run } else { nil } }
  /// A task run; nil until it is known, `.some(nil)` if there is none.
  func task(_ id: TaskRunID) -> TaskDetail?? {
    if case .task(let task) = answers[.task(id)] { task } else { nil }
  }
  /// What came of events; nil until it is known.
  func fires(_ query: Query) -> [Fire]? { if case .fires(let fires) = answers[query] { fires } else { nil } }
  /// What people did; nil until it is known.
  func audit(_ query: Query) -> [AuditEntry]? {
    if case .audit(let entries) = answers[query] { entries } else { nil }
  }

  /// Whether a definition of that owner is the caller's own, and so may be changed by its name.
  func isMine(_ owner: String) -> Bool { identity?.user == owner }

  /// Forgets what is not wanted any more, but for what many places want.
  mutating func keep(_ wanted: Set<Query>) {
    guard answers.count > 20 else { return }
    answers = answers.filter { query, _ in
      switch query {
      case .board, .events, .templates, .cluster: true
      case .runs, .run, .task, .output, .fires, .audit: wanted.contains(query)
      }
    }
  }
}
