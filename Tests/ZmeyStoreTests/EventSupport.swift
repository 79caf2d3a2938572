import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// A second since 1970 in this week, whatever week it is, and long enough ago that nothing is due by itself.
let aDueTime: Int64 = 1_795_460_000

extension World {
  /// Makes one of anna's events what it says; by default it is due every hour and starts pipeline `p`.
  func save(
    _ name: String, _ rule: EventDefinition.Rule = .every(.seconds(3600)), overlap: String = "allow",
    start: [String] = ["p"], keys: String = ""
  ) async throws {
    let rule =
      switch rule {
      case .every(let span): #"{"every": \#(span.milliseconds)}"#
      case .cron(let text): #"{"cron": "\#(text)"}"#
      case .at(let times): #"{"at": ["\#(times.joined(separator: #"", ""#))"]}"#
      case .times(let times, _): #"{"times": ["\#(times.joined(separator: #"", ""#))"]}"#
      }
    let targets = start.map { #""\#($0)""# }.joined(separator: ",")
    let event = """
      {"name": "\(name)", "description": "", "rule": \(rule), "timezone": "UTC", "misfire": "once",
       "overlap": "\(overlap)", "start": [\(targets)]\(keys)}
      """
    let owner = store.role("anna")
    _ = try await root.run { session in
      try session.execute(
        Statement(
          "save",
          "select zm.save_event((select id from zm.app_user where rolname = $1::name), $2)"),
        [.text(owner), .json(event)])
    }
  }

  /// The number of anna's event of that name.
  func event(_ name: String) async throws -> EventID {
    EventID(Int32(try await root.int("select id::bigint from zm.event where name = '\(name)'")))
  }

  /// `due outcome` of each row of an event's ledger, in order; due in seconds after `aDueTime`.
  func ledger(_ name: String) async throws -> [String] {
    try await root.texts(
      """
      select (extract(epoch from due_at)::bigint - \(aDueTime)) || ' ' || outcome
        || case when count > 1 then ' ' || count else '' end
      from zm_api.fire where event = '\(name)' order by due_at
      """)
  }

  func reasons(_ name: String) async throws -> [String] {
    try await root.texts(
      "select coalesce(reason, '') from zm_api.fire where event = '\(name)' order by due_at")
  }

  /// How many runs an event has started.
  func runs(_ name: String) async throws -> Int64 {
    try await root.int(
      "select count(*) from zm.run r join zm.event e on e.id = r.event_id where e.name = '\(name)'")
  }
}

extension Scheduler {
  /// Fires due times of an event, in seconds after `aDueTime`.
  @discardableResult
  func fire(_ event: EventID, _ dues: Int64...) async throws -> [EventFailure] {
    try await fire(dues.map { EventFire(event: event, due: aDueTime + $0, intent: .started) })
  }

  @discardableResult
  func fire(_ fires: [EventFire], _ plans: [EventPlan] = []) async throws -> [EventFailure] {
    let identity = identity
    return try await connection.transaction { session in try identity.fire(fires, plans, session) }
  }

  /// What it would get now.
  func due(unknownZones: [String] = []) async throws -> [DueEvent] {
    let identity = identity
    return try await connection.transaction { session in
      try identity.dueEvents(limit: 500, unknownZones: unknownZones, session).events
    }
  }

  func plan(_ plan: EventPlan) async throws { try await fire([], [plan]) }

  /// Starts what waited for runs that have ended.
  func takeTurns() async throws { _ = try await due() }
}
