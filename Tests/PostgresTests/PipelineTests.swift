import Postgres
import Testing

@Suite struct `A pipeline` {
  private static let insert = Statement("insert", "insert into t values ($1, $2) returning i, length(b)")

  private func count(_ connection: Connection) async throws -> Int64 {
    try await connection.one("select count(*) from t") { row in try row.int64(0) }
  }

  @Test func `returns results in order`() async throws {
    let order = try await withConnection { connection in
      try await connection.run { session in
        var order: [Int64] = []
        let calls = (0..<100).map { (Statement("echo\($0 % 3)", "select $1"), [Parameter.int8(Int64($0))]) }
        try session.pipeline(calls) { index, rows in
          let value = try rows.first { row in try row.int64(0) }
          order.append(value == Int64(index) ? Int64(index) : -1)
        }
        return order
      }
    }
    #expect(order == Array(0..<100))
  }

  @Test func `does not deadlock when both sides have much to say`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint, b bytea)")
      let echo = Statement("echo", "insert into t values ($1, $2) returning b")
      let bytes = try await connection.run { session in
        let large = [UInt8](repeating: 7, count: 1 << 20)
        var bytes = 0
        let calls = (0..<1000).map {
          (echo, [Parameter.int8(Int64($0)), .bytes($0 % 63 == 0 ? large : [1])])
        }
        try session.pipeline(calls) { _, rows in
          bytes += try rows.first { row in try row.bytes(0).count } ?? 0
        }
        return bytes
      }
      #expect(bytes == (16 << 20) + 984)
      #expect(try await count(connection) == 1000)
    }
  }

  @Test func `throws the first error, undoes the rest, and is of use again`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint primary key, b bytea)")
      let calls = [1, 2, 1, 3].map { (Self.insert, [Parameter.int8($0), .bytes([])]) }
      let error = await databaseError {
        try await connection.run { session in
          try session.pipeline(calls + [(Statement("late", "select $1"), [1])])
        }
      }
      #expect(error?.kind == .uniqueViolation)
      #expect(error?.statement == "insert")
      #expect(try await count(connection) == 0)
      // What the error kept from being prepared is prepared now.
      let late = try await connection.run { session in
        try session.execute(Statement("late", "select $1"), [1])
      }
      #expect(late == 1)
    }
  }

  @Test func `throws the receiver's error after the statements ran`() async throws {
    try await withConnection { connection in
      try await connection.script("create temp table t (i bigint primary key, b bytea)")
      let calls = [1, 2].map { (Self.insert, [Parameter.int8($0), .bytes([])]) }
      let error = await databaseError {
        try await connection.run { session in
          try session.pipeline(calls) { _, _ in
            throw DatabaseError(kind: .custom, message: "no")
          }
        }
      }
      #expect(error?.message == "no")
      #expect(try await count(connection) == 2)
    }
  }

  @Test func `ends when the server ends the session`() async throws {
    let error = try await withConnection { connection in
      await databaseError {
        try await connection.run { session in
          try session.pipeline([
            (Statement("end", "select pg_terminate_backend(pg_backend_pid())"), []),
            (Statement("one", "select 1"), []),
          ])
        }
      }
    }
    #expect(error?.isConnectionLost == true)
  }

  @Test func `may be empty`() async throws {
    let results = try await withConnection { connection in
      try await connection.run { session in
        var results = 0
        try session.pipeline([]) { _, _ in results += 1 }
        return results
      }
    }
    #expect(results == 0)
  }
}
