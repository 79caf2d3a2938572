import Postgres
import TestKit
import Testing

@Suite struct `Errors have a kind` {
  @Test(arguments: [
    ("selec 1", DatabaseError.Kind.other, "42601"),
    ("insert into t values (1), (1)", .uniqueViolation, "23505"),
    ("insert into t values (-1)", .checkViolation, "23514"),
    ("insert into u values (5)", .foreignKeyViolation, "23503"),
    ("select * from nowhere", .undefinedObject, "42P01"),
    ("select nothing()", .undefinedObject, "42883"),
    ("select 1/0", .invalidInput, "22012"),
    ("set local statement_timeout = 1; select pg_sleep(60)", .cancelled, "57014"),
    ("set local role pg_monitor; create role r", .insufficientPrivilege, "42501"),
    ("do $$ begin raise sqlstate '40001'; end $$", .serialization, "40001"),
    ("do $$ begin raise sqlstate '40P01'; end $$", .deadlock, "40P01"),
    ("do $$ begin raise sqlstate '53100'; end $$", .resources, "53100"),
    ("do $$ begin raise sqlstate '08006'; end $$", .connection, "08006"),
  ])
  func `by its SQLSTATE`(_ sql: String, _ kind: DatabaseError.Kind, _ state: String) async throws {
    let error = try await withConnection { connection in
      try await connection.script(
        """
        create temp table t (i int primary key check (i >= 0));
        create temp table u (i int references t)
        """)
      return await databaseError { try await connection.script(sql) }
    }
    #expect(error?.kind == kind)
    #expect(error?.sqlState == state)
    #expect(error?.message.contains("\n") == false)
  }

  @Test func `of the schema's own, with hint, detail and the statement's name`() async throws {
    let raise = """
      do $$ begin
        raise 'too many tasks' using errcode = 'ZM001', hint = 'wait', detail = 'value 42';
      end $$
      """
    let error = try await withConnection { connection in
      await databaseError {
        try await connection.run { session in
          _ = try session.query(Statement("submit", raise))
        }
      }
    }
    #expect(error?.kind == .custom)
    #expect(error?.sqlState == "ZM001")
    #expect(error?.hint == "wait")
    #expect(error?.detail == "value 42")
    #expect(error?.description == "submit: too many tasks (ZM001). Hint: wait")
  }

  @Test func `lost when the server ends the session`() async throws {
    let errors = try await withConnection { connection in
      let first = await databaseError {
        try await connection.script("select pg_terminate_backend(pg_backend_pid())")
      }
      let second = await databaseError { try await connection.script("select 1") }
      return [first, second]
    }
    #expect(errors[0]?.sqlState == "57P01")
    #expect(errors.allSatisfy { $0?.isConnectionLost == true })
  }

  @Test(arguments: ["host=/nowhere", "nonsense=1", "host=127.0.0.1 port=1"])
  func `no server is a lost connection`(_ conninfo: String) async throws {
    let error = await databaseError { _ = try await Connection.open(conninfo, applicationName: "tests") }
    #expect(error?.isConnectionLost == true)
    #expect(error?.sqlState == nil)
    #expect(error?.message.isEmpty == false)
  }

  @Test func `a closed connection is lost`() async throws {
    let connection = try await Connection.open(TestServer.shared.conninfo(), applicationName: "tests")
    await connection.close()
    let error = await databaseError { try await connection.script("select 1") }
    #expect(error?.isConnectionLost == true)
  }
}
