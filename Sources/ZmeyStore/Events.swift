internal import FoundationEssentials
public import Postgres
public import ZmeyCore

/// An event that is to be fired or reckoned by now. Seconds are since 1970, in UTC.
public struct DueEvent: Sendable {
  /// Names it.
  public let id: EventID
  /// Whose it is.
  public let owner: String
  /// The owner's name for it.
  public let name: String
  /// Grows with each change of it.
  public let generation: Int32
  /// What it is; nil if this release cannot read it.
  public let definition: EventDefinition?
  /// The due time that has come, in seconds; nil if it was not reckoned yet.
  public let nextDue: Int64?
  /// A due time that was not reckoned yet is the first after this second.
  public let after: Int64
  /// The database's clock, in milliseconds since 1970.
  public let now: Int64

  /// An event of those parts.
  public init(
    id: EventID, owner: String, name: String, generation: Int32, definition: EventDefinition?,
    nextDue: Int64?, after: Int64, now: Int64
  ) {
    self.id = id
    self.owner = owner
    self.name = name
    self.generation = generation
    self.definition = definition
    self.nextDue = nextDue
    self.after = after
    self.now = now
  }
}

/// What is to come of a due time, or of several that were missed together: a row of the ledger.
public struct EventFire: Hashable, Sendable {
  /// What is meant to come of it; the event's overlap may decide otherwise.
  public enum Intent: String, Sendable {
    /// It is started in time.
    case started
    /// It was missed and is made up for.
    case caughtUp = "caught_up"
    /// It was missed and is left out.
    case missed
  }

  /// Which event.
  public let event: EventID
  /// When it was due, in seconds since 1970: of several the first.
  public let due: Int64
  /// What is meant to come of it.
  public let intent: Intent
  /// For how many due times it stands: more than one only if they were missed.
  public let count: Int
  /// The last of them.
  public let until: Int64

  /// A row for that due time, or for `count` of them until that one.
  public init(event: EventID, due: Int64, intent: Intent, count: Int = 1, until: Int64? = nil) {
    self.event = event
    self.due = due
    self.intent = intent
    self.count = count
    self.until = until ?? due
  }
}

/// When an event is due next, as reckoned.
public struct EventPlan: Hashable, Sendable {
  /// Which event.
  public let event: EventID
  /// The last due time that stands in the ledger now, in seconds since 1970; nil if none came to it.
  public var lastDue: Int64?
  /// The next due time, in seconds; nil if none comes any more.
  public var nextDue: Int64?
  /// When to fire that, in milliseconds: later by the jitter.
  public var nextAt: Int64?
  /// Why it cannot be reckoned.
  public var problem: String?

  /// A plan of those parts.
  public init(
    event: EventID, lastDue: Int64? = nil, nextDue: Int64? = nil, nextAt: Int64? = nil, problem: String? = nil
  ) {
    self.event = event
    self.lastDue = lastDue
    self.nextDue = nextDue
    self.nextAt = nextAt
    self.problem = problem
  }
}

/// A due time of which something could not be started.
public struct EventFailure: Hashable, Sendable {
  /// Whose event.
  public let owner: String
  /// The event's name.
  public let event: String
  /// When it was due, in ISO 8601.
  public let due: String
  /// Why, in a sentence.
  public let reason: String
}

extension SchedulerIdentity {
  /// Starts what waited for runs that have ended, then locks events that are to be fired or reckoned until the
  /// transaction ends; those that another scheduler has locked are left to it. Within a transaction.
  ///
  /// - Parameters:
  ///   - limit: how many at most.
  ///   - unknownZones: time zones that the caller does not know: their events are not its own.
  /// - Returns: the events, and of how many events a run had ended.
  public func dueEvents(
    limit: Int32, unknownZones: [String], _ session: borrowing Session
  ) throws -> (events: [DueEvent], turns: Int32) {
    var events: [DueEvent] = []
    var turns: Int32 = 0
    try session.pipeline([
      (Self.startQueued, parameters),
      (Self.dueEvents, parameters + [.int4(limit), .textArray(unknownZones)]),
    ]) { index, rows in
      if index == 0 {
        turns = try rows.first { row throws(DatabaseError) in try row.int32(0) } ?? 0
      } else {
        events = try rows.map { row throws(DatabaseError) in try DueEvent(row) }
      }
    }
    return (events, turns)
  }

  /// Fires due times of events that `dueEvents` has locked in this transaction, those of one event in order, and keeps
  /// what was reckoned of them. Should a due time stand in the ledger already, nothing comes of it again.
  ///
  /// - Returns: what could not be started.
  public func fire(
    _ fires: [EventFire], _ plans: [EventPlan], _ session: borrowing Session
  ) throws -> [EventFailure] {
    var failures: [EventFailure] = []
    let fired: [Parameter] = [
      .int4Array(fires.map(\.event.rawValue)), .int8Array(fires.map(\.due)),
      .textArray(fires.map(\.intent.rawValue)), .int4Array(fires.map { Int32(clamping: $0.count) }),
      .int8Array(fires.map(\.until)),
    ]
    let planned: [Parameter] = [
      .int4Array(plans.map(\.event.rawValue)), .int8Array(plans.map(\.lastDue)),
      .int8Array(plans.map(\.nextDue)), .int8Array(plans.map(\.nextAt)), .textArray(plans.map(\.problem)),
    ]
    try session.pipeline([(Self.fireEvents, parameters + fired), (Self.planEvents, parameters + planned)]) {
      index, rows in
      guard index == 0 else { return }
      failures = try rows.map { row throws(DatabaseError) in
        EventFailure(
          owner: try row.text(0), event: try row.text(1), due: try row.text(2),
          reason: try row.textOrNil(3) ?? "")
      }
    }
    return failures
  }

  /// In how long an event is due next, negative if it is overdue; nil if none is.
  public func nextEvent(unknownZones: [String], _ session: borrowing Session) throws -> Duration? {
    try session.query(Self.nextEvent, parameters + [.textArray(unknownZones)])
      .first { row throws(DatabaseError) in try row.int64OrNil(0) }?.map { .milliseconds($0) }
  }

  static let nextEvent = Statement("next_event", "select zm_sched.next_event($1, $2, $3)")
  private static let startQueued = Statement("start_queued", "select zm_sched.start_queued($1, $2)")
  private static let dueEvents = Statement(
    "due_events",
    """
    select event_id, owner, name, generation, definition, next_due_s, after_s, now_ms
    from zm_sched.due_events($1, $2, $3, $4)
    """)
  private static let fireEvents = Statement(
    "fire", "select owner, event, due_at, reason from zm_sched.fire($1, $2, $3, $4, $5, $6, $7)")
  private static let planEvents = Statement(
    "plan_events", "select zm_sched.plan_events($1, $2, $3, $4, $5, $6, $7)")
}

extension DueEvent {
  fileprivate init(_ row: borrowing Row) throws(DatabaseError) {
    id = EventID(try row.int32(0))
    owner = try row.text(1)
    name = try row.text(2)
    generation = try row.int32(3)
    definition = try? JSONDecoder().decode(EventDefinition.self, from: Data((try row.text(4)).utf8))
    nextDue = try row.int64OrNil(5)
    after = try row.int64(6)
    now = try row.int64(7)
  }
}
