import Postgres
import TestKit
import Testing

@Suite struct `A listener` {
  private func open(
    _ channel: String, on server: TestServer,
    prepare: @escaping @Sendable (borrowing Session) throws -> Int64 = { _ in 0 }
  ) async throws -> (Listener, Int64) {
    try await Listener.open(
      server.conninfo(), applicationName: "listener", channels: [channel], prepare: prepare)
  }

  @Test func `hears its channel, and returns what it prepared`() async throws {
    let (listener, value) = try await open("odd \"name\"", on: .shared) { session in
      try session.query(Statement("a", "select 41::bigint + 1")).first { row in
        try row.int64(0)
      } ?? -1
    }
    try await withConnection { try await $0.script(#"notify "odd ""name""""#) }
    var events = listener.events.makeAsyncIterator()
    guard case .notified = await events.next() else {
      Issue.record("no notification")
      return
    }
    listener.close()
    #expect(await events.next() == nil)
    #expect(value == 42)
  }

  @Test func `keeps one event for many notifications`() async throws {
    let (listener, _) = try await open("many", on: .shared)
    try await withConnection { connection in
      for payload in 0..<20 { try await connection.script("notify many, '\(payload)'") }
    }
    var events = listener.events.makeAsyncIterator()
    guard case .notified = await events.next() else {
      Issue.record("no notification")
      return
    }
    listener.close()
    var more = 0
    while await events.next() != nil { more += 1 }
    #expect(more <= 20)
  }

  @Test func `holds the locks of its session until events end`() async throws {
    let lock = "select count(*) from (select pg_try_advisory_lock(815) as got) l where got"
    let (listener, held) = try await open("lock", on: .shared) { session in
      try session.query(Statement("lock", lock)).first { row in try row.int64(0) } ?? -1
    }
    try await withConnection { connection in
      let refused = try await connection.one(lock) { row in try row.int64(0) }
      listener.close()
      for await _ in listener.events {}
      try await connection.script("select pg_advisory_lock(815)")
      #expect((held, refused) == (1, 0))
    }
  }

  @Test func `throws what its preparation throws`() async throws {
    let error = await databaseError {
      _ = try await open("error", on: .shared) { session in
        try session.script("select 1/0")
        return 0
      }
    }
    #expect(error?.sqlState == "22012")
  }

  @Test func `stops waiting for a lock when its task is cancelled`() async throws {
    try await withConnection { holder in
      try await holder.script("select pg_advisory_lock(816)")
      let waiting = Task {
        await databaseError {
          _ = try await open("standby", on: .shared) { session in
            try session.script("select pg_advisory_lock(816)")
            return 0
          }
        }
      }
      let waiters =
        "select count(*) from pg_locks where locktype = 'advisory' and objid = 816 and not granted"
      while try await holder.one(waiters, [], { row in try row.int64(0) }) == 0 {}
      waiting.cancel()
      #expect(await waiting.value?.kind == .cancelled)
    }
  }

  @Test func `says that the connection is lost when the server is killed`() async throws {
    let server = try await TestServer()
    try await server.start()
    let (listener, _) = try await open("kill", on: server)
    await server.stop(.kill)
    var last: Listener.Event?
    for await event in listener.events { last = event }
    guard case .lost(let error) = last else {
      Issue.record("ended with \(String(describing: last))")
      return
    }
    #expect(error.isConnectionLost)

    try await server.start()
    let (again, value) = try await open("kill", on: server)
    again.close()
    #expect(value == 0)
    await server.stop()
  }
}
