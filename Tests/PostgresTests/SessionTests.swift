import Dispatch
import Postgres
import Synchronization
import TestKit
import Testing

@Suite struct `A session` {
  private static let insert = Statement("insert", "insert into t values ($1)")
  private static let count = Statement("count", "select count(*) from t")

  private func count(_ connection: Connection) async throws -> Int64 {
    try await connection.run { session in
      try session.query(Self.count).first { row in try row.int64(0) } ?? -1
    }
  }

  @Test func `commits a transaction that returns`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      let inserted = try await connection.transaction { session in
        try session.execute(Self.insert, [1]) + session.execute(Self.insert, [2])
      }
      #expect(inserted == 2)
      #expect(try await count(connection) == 2)
    }
  }

  @Test func `rolls back a transaction that throws`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      let error = await databaseError {
        try await connection.transaction { session in
          try session.execute(Self.insert, [1])
          throw DatabaseError(kind: .custom, message: "no")
        }
      }
      #expect(error?.message == "no")
      #expect(try await count(connection) == 0)
    }
  }

  @Test func `begins a transaction again that was the victim of a deadlock`() async throws {
    try await withConnection { one in
      try await withConnection { other in
        try await one.script(
          "create table deadlock (i int primary key); insert into deadlock values (1), (2)")
        let tries = Mutex(0)
        let meeting = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
        let take: @Sendable (Int, Connection) async throws -> Void = { first, connection in
          try await connection.script("set deadlock_timeout = '10ms'")
          try await connection.transaction(attempts: 9) { session in
            let isFirstTry =
              tries.withLock {
                $0 += 1; return $0
              } <= 2
            try session.script("update deadlock set i = i where i = \(first)")
            meeting[first - 1].signal()
            if isFirstTry { meeting[2 - first].wait() }
            try session.script("update deadlock set i = i where i = \(3 - first)")
          }
        }
        try await withThrowingTaskGroup { group in
          group.addTask { try await take(1, one) }
          group.addTask { try await take(2, other) }
          try await group.waitForAll()
        }
        #expect(tries.withLock { $0 } > 2)
      }
    }
  }

  @Test func `throws from a commit that has nothing to commit`() async throws {
    try await withConnection { connection in
      let error = await databaseError {
        try await connection.transaction { session in
          do { try session.script("select 1/0") } catch {}
        }
      }
      #expect(error?.message.contains("rolled back") == true)
    }
  }

  @Test func `rolls back what a closure leaves open`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      try await connection.run { session in
        try session.script("begin")
        try session.execute(Self.insert, [1])
      }
      #expect(try await count(connection) == 0)
    }
  }

  @Test func `prepares a statement once`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      for value in 0..<3 as Range<Int64> {
        try await connection.run { session in
          try session.execute(Self.insert, [.int8(value)])
          try session.pipeline([(Self.insert, [.int8(nil)]), (Self.insert, [7])])
        }
      }
      let uses = try await connection.one(
        "select generic_plans + custom_plans from pg_prepared_statements where name = 'insert'"
      ) { row in try row.int64(0) }
      #expect(uses == 9)
    }
  }

  @Test func `refuses one name for two statements, or other types`() async throws {
    try await withConnection { connection in
      try await connection.run { session in
        _ = try session.query(Statement("a", "select $1"), [1])
      }
      for (sql, parameter) in [("select 1, $1", Parameter.int8(1)), ("select $1", .double(1))] {
        let error = await databaseError {
          try await connection.run { session in
            _ = try session.query(Statement("a", sql), [parameter])
          }
        }
        #expect(error?.kind == .invalidInput)
        #expect(error?.statement == "a")
      }
    }
  }

  @Test func `copies rows in`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      let copied = try await connection.run { session in
        var chunks: [[UInt8]] = [Array("1\n2".utf8), Array("\n3\n".utf8)]
        return try session.copyIn("copy t from stdin") { chunks.isEmpty ? nil : chunks.removeFirst() }
      }
      #expect(copied == 3)
      #expect(try await count(connection) == 3)
    }
  }

  @Test func `copies nothing if the source or a row is wrong`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      let source = await databaseError {
        try await connection.run { session in
          var isFirst = true
          try session.copyIn("copy t from stdin") {
            guard isFirst else { throw DatabaseError(kind: .custom, message: "no more") }
            isFirst = false
            return Array("1\n".utf8)
          }
        }
      }
      let row = await databaseError {
        try await connection.run { session in
          var chunks: [[UInt8]] = [Array("1\nx\n".utf8)]
          try session.copyIn("copy t from stdin") { chunks.popLast() }
        }
      }
      #expect(source?.message == "no more")
      #expect(row?.kind == .invalidInput)
      #expect(try await count(connection) == 0)
    }
  }

  @Test(arguments: ["copy (select 1) to stdout", "copy pg_class from stdin"])
  func `refuses a COPY it cannot carry`(_ sql: String) async throws {
    try await withConnection { connection in
      let error = await databaseError { try await connection.script(sql) }
      #expect(error?.isConnectionLost == false)
      #expect(await connection.isOfUse())
    }
  }

  @Test func `is of use again after its task was cancelled`() async throws {
    try await withConnection { connection in
      let pid = try await connection.one("select pg_backend_pid()") { row in
        try row.int64(0)
      }
      let sleeper = Task {
        await databaseError { try await connection.script("select pg_sleep(100)") }
      }
      try await withConnection { observer in try await observer.waitUntilSleeping(pid) }
      sleeper.cancel()
      #expect(await sleeper.value?.kind == .cancelled)
      #expect(await connection.isOfUse())
    }
  }

  @Test func `begins no statement in a cancelled task`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint)")
      let error = await Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await databaseError {
          try await connection.run { session in
            _ = try session.execute(Self.insert, [1])
          }
        }
      }.value
      #expect(error?.kind == .cancelled)
      #expect(try await count(connection) == 0)
    }
  }

  @Test func `cancel() ends the statement under way`() async throws {
    try await withConnection { connection in
      let pid = try await connection.one("select pg_backend_pid()") { row in
        try row.int64(0)
      }
      async let error = databaseError { try await connection.script("select pg_sleep(100)") }
      try await withConnection { observer in try await observer.waitUntilSleeping(pid) }
      connection.cancel()
      #expect(await error?.kind == .cancelled)
    }
  }

  @Test func `shares no thread with another`() async throws {
    // Each of the two waits in the server for what the other does next: on one thread neither would end.
    try await withConnection { first in
      try await withConnection { second in
        try await second.script("select pg_advisory_lock(4711)")
        async let locked: Void = first.script("select pg_advisory_lock(4711)")
        try await second.script("select pg_advisory_unlock(4711)")
        try await locked
        let holders = try await second.one(
          "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711 and granted"
        ) { row in try row.int64(0) }
        #expect(holders == 1)
      }
    }
  }

  @Test func `says its name and speaks UTF-8 whatever is asked`() async throws {
    let conninfo = try await TestServer.shared.conninfo() + " client_encoding=LATIN1 application_name=mine"
    let connection = try await Connection.open(conninfo, applicationName: "default")
    let (name, encoding) = try await connection.one(
      "select current_setting('application_name'), current_setting('client_encoding')"
    ) { row in (try row.text(0), try row.text(1)) }
    await connection.close()
    #expect(name == "mine")
    #expect(encoding == "UTF8")
  }
}

extension Connection {
  /// Returns once the session `pid` is asleep in `pg_sleep`.
  func waitUntilSleeping(_ pid: Int64) async throws {
    let sql = "select count(*) from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'"
    while try await one(sql, [.int8(pid)], { row in try row.int64(0) }) == 0 {}
  }
}
