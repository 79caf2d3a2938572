public import Postgres
public import ZmeyCore

extension People {
  /// An event as lists show it.
  public struct EventView: Sendable {
    /// What it is.
    public let definition: EventDefinition
    /// Whose it is.
    public let owner: String
    /// Whether it fires.
    public let isEnabled: Bool
    /// When it fires next, in ISO 8601; nil if never, or if that is not reckoned yet.
    public let nextDue: String?
    /// Why it cannot be reckoned when it fires.
    public let problem: String?
    /// When it was due last.
    public let lastDue: String?
    /// What came of that.
    public let lastOutcome: String?
  }

  /// One time at which an event was due, and what came of it.
  public struct Fire: Hashable, Sendable {
    /// The event's name.
    public let event: String
    /// Whose it is.
    public let owner: String
    /// When it was due, in ISO 8601; of several times that were missed together the first.
    public let dueAt: String
    /// How many times it stands for; more than one only if they were missed.
    public let count: Int64
    /// The last of them.
    public let until: String?
    /// When that was done.
    public let at: String
    /// `started`, `caught_up`, `queued`, `skipped`, `missed` or `failed`.
    public let outcome: String
    /// Why, in a sentence.
    public let reason: String?
    /// The runs that it started.
    public let runs: [RunID]
    /// Who did it; nil if no scheduler did.
    public let scheduler: String?
  }

  /// The events that the caller may see, by name.
  public static func events(_ session: borrowing Session) throws -> [EventView] {
    let rows = try session.query(
      Statement(
        "events",
        """
        select definition, owner::text, is_enabled, \(iso("next_due")), \(iso("last_due")), last_outcome, problem
        from zm_api.event order by name, owner
        """))
    return try rows.map { row throws in
      EventView(
        definition: try decode(try row.text(0)), owner: try row.text(1), isEnabled: try row.bool(2),
        nextDue: try row.textOrNil(3), problem: try row.textOrNil(6), lastDue: try row.textOrNil(4),
        lastOutcome: try row.textOrNil(5))
    }
  }

  /// What came of events of that name, the newest first.
  public static func fires(
    ofEvent name: String, limit: Int32, _ session: borrowing Session
  ) throws -> [Fire] {
    try session.query(
      Statement(
        "fires",
        """
        select event, owner::text, \(iso("due_at")), \(iso("at")), outcome, reason, runs, scheduler,
          count::bigint, \(iso("until_due"))
        from zm_api.fire where event = $1 order by due_at desc limit $2
        """), [.text(name), .int8(Int64(limit))]
    ).map { row throws(DatabaseError) in
      Fire(
        event: try row.text(0), owner: try row.text(1), dueAt: try row.text(2),
        count: try row.int64(8), until: try row.textOrNil(9), at: try row.text(3), outcome: try row.text(4),
        reason: try row.textOrNil(5),
        runs: (try row.int8ArrayOrNil(6) ?? []).map { RunID($0) }, scheduler: try row.textOrNil(7))
    }
  }

  /// Turns an event on or off.
  public static func setEvent(_ name: String, isEnabled: Bool, _ session: borrowing Session) throws {
    try session.execute(
      Statement("event_set", "select zm_api.event_set($1, $2)"), [.text(name), .bool(isEnabled)])
  }

  /// Fires an event now, whatever its time is.
  ///
  /// - Returns: the runs that it started.
  public static func fireEvent(_ name: String, _ session: borrowing Session) throws -> [RunID] {
    let runs = try session.query(Statement("event_fire", "select zm_api.event_fire($1)"), [.text(name)])
      .first { row throws(DatabaseError) in try row.int8Array(0) }
    return (runs ?? []).map { RunID($0) }
  }
}
