import Foundation
import Glibc
import Processes
import Testing
import ZmeyInstance

/// Three schedulers that are killed at any moment, and 200 events that are due each second.
@Suite("A storm of events", .serialized, .instance(workers: 1, slots: 1))
struct EventStormTests {
  let zmey = PrivateInstance.current

  /// How long it lasts, in seconds. The full minute with ZM_TEST_STORM=60.
  private static let seconds = Int64(ProcessInfo.processInfo.environment["ZM_TEST_STORM"] ?? "") ?? 15
  private static let events: Int64 = 200

  @Test func `leaves each due time fired exactly once, whoever is killed when`() async throws {
    try await zmey.must(
      "apply", "-", input: "pipelines: [{name: p, tasks: [{name: only, script: \"#!/bin/sh\\n\"}]}]")
    // Its runs are held: this is about schedulers, and workers would have to start 200 processes a second.
    try await zmey.must("pause", "--pipeline", "p", "--yes")
    for name in ["s2", "s3"] { try await zmey.must("scheduler", "add", name) }
    var schedulers = ["s1": try #require(try zmey.process("s1"))]
    for name in ["s2", "s3"] { schedulers[name] = try start(name) }
    defer { for pid in schedulers.values { kill(pid, SIGKILL) } }
    try await zmey.root(
      """
      select zm.save_event((select min(id) from zm.app_user), jsonb_build_object('name', 'e' || i, 'description', '',
        'rule', case when i % 2 = 0 then '{"every": 1000}' else '{"cron": "* * * * * *"}' end::jsonb,
        'timezone', 'UTC', 'misfire', 'all', 'overlap', 'allow', 'start', '["p"]'::jsonb))
      from generate_series(1, \(Self.events)) i
      """)

    var kills = 0
    let total = Self.events * Self.seconds
    while case let fired = try await zmey.count("select from zm.fire"), fired < total {
      // At any moment of a second's work.
      let more = fired + Int64.random(in: 1...Self.events)
      try await until("more was fired") { try await zmey.count("select from zm.fire") >= more }
      let victim = ["s1", "s2", "s3"].randomElement() ?? "s1"
      try end(schedulers[victim], SIGKILL)
      schedulers[victim] = try start(victim)
      kills += 1
    }
    #expect(kills > 5)
    try await SQL.run("select zm_api.event_set(name, false) from zm_api.event", in: zmey.conninfo)
    for name in ["s1", "s2", "s3"] { try end(schedulers[name], SIGKILL) }
    try await expectExactlyOnce()
    try await zmey.up()
  }

  private func expectExactlyOnce() async throws {
    #expect(
      try await zmey.count("select from zm.fire where outcome <> 'started' or cardinality(runs) <> 1") == 0)
    let gaps = """
      select from (select event_id, due_at, lag(due_at) over (partition by event_id order by due_at) as before
        from zm.fire) x where due_at - before <> interval '1 s'
      """
    #expect(try await zmey.count(gaps) == 0)
    #expect(try await zmey.count("select event_id from zm.fire group by 1") == Self.events)
    // Runs and rows of the ledger are the same.
    let both =
      "from zm.fire f join zm.run r on r.id = f.runs[1] and r.event_id = f.event_id and r.due_at = f.due_at"
    let fires = try await zmey.count("select from zm.fire")
    #expect(fires >= Self.events * Self.seconds)
    #expect(try await zmey.count("select \(both)") == fires)
    #expect(try await zmey.count("select from zm.run where event_id is not null") == fires)
    #expect(try await zmey.count("select from zm.task_run") == fires)
  }

  private func start(_ name: String) throws -> Int32 {
    let port = name == "s1" ? try zmey.port() : UInt16.random(in: 20000..<30000)
    return try Daemonizer.start(
      Shell.program(
        "zmscheduler",
        [
          "-la", "127.0.0.1:\(port)", "--name", name, "-db",
          InstanceFolder(zmey.path).conninfo(role: "zm_daemon"), "--identity",
          "\(zmey.path)/keys/\(name).pem",
        ]), logFile: "\(zmey.path)/log/\(name).log")
  }
}
