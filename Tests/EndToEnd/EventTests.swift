import Foundation
import Glibc
import Testing

@Suite("Events", .serialized, .instance(workers: 1, slots: 4))
struct EventTests {
  let zmey = PrivateInstance.current

  /// A pipeline whose runs last until its gate is open.
  private func gated(_ name: String) async throws {
    try await zmey.must(
      "apply", "-",
      input: """
        pipelines:
          - name: \(name)
            tasks:
              - name: only
                script: |
                  #!/bin/sh
                  until [ -e \(zmey.path)/\(name) ]; do sleep 0.03; done
                  echo "$ZM_EVENT $ZM_DUE_AT $*"
        """)
  }

  private func open(_ name: String) throws {
    try #require(FileManager.default.createFile(atPath: "\(zmey.path)/\(name)", contents: nil))
  }

  @Test func `a due event starts its pipeline with its arguments, and the run knows what started it`()
    async throws
  {
    try await gated("told")
    try open("told")
    try await zmey.saveEvent("told", #""every": 1000"#, #", "args": ["x y"]"#, start: "told")
    try await until("it is fired") { try await zmey.fires("told", "started") >= 1 }
    try await zmey.setEvent("told", false)
    let run = try await zmey.number(
      "select runs[1] from zm_api.fire where event = 'told' order by due_at limit 1")
    try await zmey.must("wait", "\(run)")
    let same = """
      select from zm.run r join zm_api.fire f on f.runs[1] = r.id and f.due_at = r.due_at
      where r.id = \(run) and date_trunc('second', r.due_at) = r.due_at and f.at >= f.due_at and f.scheduler = 's1'
      """
    #expect(try await zmey.count(same) == 1)
    let due = try await zmey.texts(
      """
      select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from zm_api.fire where runs[1] = \(run)
      """)
    let result = try await zmey.must("result", "\(try await zmey.taskRun(of: run))").output
    #expect(result == "told \(due[0]) x y\n")
  }

  @Test func `none is due while a run of it goes, if it is to skip that`() async throws {
    try await gated("alone")
    try await zmey.saveEvent("alone", #""every": 1000"#, start: "alone")
    try await until("some were skipped") { try await zmey.fires("alone", "skipped") >= 2 }
    #expect(try await zmey.fires("alone", "started") == 1)
    try open("alone")
    try await until("it goes on") { try await zmey.fires("alone", "started") >= 2 }
    try await zmey.setEvent("alone", false)
    try await expectOneAfterAnother("alone")
  }

  @Test func `those that wait for a run start after it, one after another and in order`() async throws {
    try await gated("patient")
    try await zmey.saveEvent("patient", #""every": 1000"#, #", "overlap": "queue""#, start: "patient")
    try await until("some wait") { try await zmey.fires("patient", "queued") >= 3 }
    #expect(try await zmey.fires("patient", "started") == 1)
    try open("patient")
    try await until("none waits") { try await zmey.fires("patient", "queued") == 0 }
    try await zmey.setEvent("patient", false)
    #expect(try await zmey.fires("patient", "started") >= 4)
    try await expectOneAfterAnother("patient")
  }

  @Test func `those that may overlap do`() async throws {
    try await gated("many")
    try await zmey.saveEvent("many", #""every": 1000"#, #", "overlap": "allow""#, start: "many")
    try await until("several go") {
      try await zmey.count(
        "select from zm.live_run l join zm.event e on e.id = l.event_id where e.name = 'many'") >= 3
    }
    try await zmey.setEvent("many", false)
    #expect(
      try await zmey.count("select from zm_api.fire where event = 'many' and outcome <> 'started'") == 0)
    try open("many")
  }

  /// No run of the event began before the one before it had ended, and they began in the order of their due times.
  private func expectOneAfterAnother(_ event: String) async throws {
    let out = """
      select from (
        select r.created_at, lag(r.finished_at) over (order by f.due_at) as before, f.due_at,
          row_number() over (order by f.due_at) as place
        from zm_api.fire f join zm_api.run r on r.id = f.runs[1] where f.event = '\(event)') x
      where place > 1 and (before is null or created_at < before)
      """
    #expect(try await zmey.count(out) == 0)
  }

  @Test func `a time zone that this machine lacks stops its own event, and is told once`() async throws {
    try await gated("zoned")
    try open("zoned")
    try await zmey.saveEvent("lost", #""every": 1000"#, #", "timezone": "Mars/Olympus""#, start: "zoned")
    try await zmey.saveEvent(
      "found", #""cron": "* * * * * *""#, #", "timezone": "Europe/Berlin""#, start: "zoned")
    try await until("the other one is fired") { try await zmey.fires("found", "started") >= 2 }
    try await zmey.setEvent("found", false)
    let problem = "scheduler ''s1'' does not know the time zone ''Mars/Olympus''%"
    try await until("it is told") {
      try await zmey.count("select from zm_api.event where name = 'lost' and problem like '\(problem)'") == 1
    }
    #expect(try await zmey.fires("lost", "started") == 0)
    #expect(zmey.log("s1").components(separatedBy: "an event has no timetable").count == 2)
    try await zmey.setEvent("lost", false)
  }

  @Test
  func `what was due while nobody was there is made up for as each event says, and stands in the ledger`()
    async throws
  {
    try await gated("missed")
    try open("missed")
    // A period of which the middle is now: the last due time was missed, the next one is far.
    let now = Int64(Date().timeIntervalSince1970)
    let period = try #require((200...400).first { (100..<($0 - 60)).contains(now % $0) })
    let kinds = [
      ("skips", "skip", ["missed 4"]), ("once", "once", ["missed 3", "caught_up 1"]),
      ("two", "all", ["missed 2", "caught_up 1", "caught_up 1"]),
    ]
    for (name, misfire, _) in kinds {
      try await zmey.saveEvent(
        name, #""every": \#(period * 1000)"#,
        #", "overlap": "allow", "max_catch_up": 2, "misfire": "\#(misfire)""#, start: "missed")
    }
    let planned = "select from zm_api.event where next_due is not null and name in ('skips', 'once', 'two')"
    try await until("they are reckoned") { try await zmey.count(planned) == 3 }
    try end(try zmey.process("s1"), SIGTERM)
    // As if nobody had been there for four periods.
    try await zmey.root(
      """
      update zm.event_clock c set next_due = c.next_due - interval '\(4 * period) s',
        next_at = c.next_at - interval '\(4 * period) s'
      from zm.event e where e.id = c.event_id and e.name in ('skips', 'once', 'two')
      """)
    try await zmey.up()
    for (name, _, expected) in kinds {
      try await until("\(name) is decided") {
        try await zmey.count("select from zm_api.fire where event = '\(name)'") > 0
      }
      let ledger = try await zmey.texts(
        "select outcome || ' ' || count from zm_api.fire where event = '\(name)' order by due_at")
      #expect(ledger == expected, "\(name)")
      let gaps = """
        select from (select due_at, lag(coalesce(until_due, due_at)) over (order by due_at) as before
          from zm_api.fire where event = '\(name)') x where due_at - before <> interval '\(period) s'
        """
      #expect(try await zmey.count(gaps) == 0)
      #expect(
        try await zmey.count(
          "select from zm_api.event where name = '\(name)' and next_due > clock_timestamp()") == 1)
    }
  }

  @Test func `fired by hand it starts beside its timetable`() async throws {
    try await gated("manual")
    try open("manual")
    try await zmey.saveEvent("manual", #""every": 3600000"#, start: "manual")
    try await SQL.run("select zm_api.event_fire('manual')", in: zmey.conninfo)
    let run = try await zmey.number(
      "select runs[1] from zm_api.fire where event = 'manual' and reason like 'by %'")
    try await zmey.must("wait", "\(run)")
  }
}
