import Postgres
import Testing
import ZmeyInstance

/// Events by SQL, for a test needs hundreds of them.
extension PrivateInstance {
  /// Makes an event of the operator's: when it is due, what else is said of it, and what it starts.
  func saveEvent(_ name: String, _ rule: String, _ keys: String = "", start: String = "p") async throws {
    try await root(
      """
      select zm.save_event((select min(id) from zm.app_user),
        '{"name": "\(name)", "description": "", "rule": {\(rule)}, "timezone": "UTC", "misfire": "once",
          "overlap": "skip", "start": ["\(start)"]\(keys)}')
      """)
  }

  /// Runs SQL as the database's superuser.
  func root(_ sql: String) async throws {
    try await SQL.run(sql, in: InstanceFolder(path).conninfo(role: "postgres"))
  }

  /// Switches an event off or on.
  func setEvent(_ name: String, _ isEnabled: Bool) async throws {
    try await SQL.run("select zm_api.event_set('\(name)', \(isEnabled))", in: conninfo)
  }

  /// How many rows of an event's ledger have that outcome.
  func fires(_ event: String, _ outcome: String) async throws -> Int64 {
    try await count("select from zm_api.fire where event = '\(event)' and outcome = '\(outcome)'")
  }

  /// The texts that a query has.
  func texts(_ query: String) async throws -> [String] {
    let connection = try await Connection.open(
      InstanceFolder(path).conninfo(role: "postgres"), applicationName: "test")
    let statement = Statement("texts", query)
    let texts = try await connection.run { session in
      try session.query(statement).map { row throws(DatabaseError) in try row.text(0) }
    }
    await connection.close()
    return texts
  }
}
