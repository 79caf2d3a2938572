import Glibc
import Postgres
import Processes
import Testing

/// Waits until something holds that nothing announces; so long at most that only what never comes is given up.
func until(
  _ what: Comment, at location: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(300)
  while try await !holds() {
    try #require(ContinuousClock.now < end, "in vain: \(what)", sourceLocation: location)
    try await Task.sleep(for: .milliseconds(20))
  }
}

/// Ends a process and waits until it is gone.
func end(_ pid: Int32?, _ signal: Int32, at location: SourceLocation = #_sourceLocation) throws {
  let pid = try #require(pid, sourceLocation: location)
  kill(pid, signal)
  try #require(try waitForExit(of: pid, timeout: .seconds(300)), sourceLocation: location)
}

enum SQL {
  static func count(_ query: String, in conninfo: String) async throws -> Int64 {
    try await number("select count(*) from (\(query)) rows", in: conninfo)
  }

  /// The whole number that a query has.
  static func number(_ query: String, in conninfo: String) async throws -> Int64 {
    let connection = try await Connection.open(conninfo, applicationName: "test")
    let statement = Statement("number", query)
    let number = try await connection.run { session in
      try session.query(statement).first { row throws(DatabaseError) in try row.int64(0) } ?? 0
    }
    await connection.close()
    return number
  }

  static func run(_ sql: String, in conninfo: String) async throws {
    let connection = try await Connection.open(conninfo, applicationName: "test")
    try await connection.run { session in try session.script(sql) }
    await connection.close()
  }
}
