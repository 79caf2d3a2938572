import Postgres
import TestKit
import Testing

@Suite struct `A test database` {
  @Test func `is a copy of its template, and gone when dropped`() async throws {
    let template = try await TestServer.shared.freshDatabase()
    let setup = try await Connection.open(template.conninfo(), applicationName: "tests")
    try await setup.script(
      "create table t as select 5::bigint as i; create role test_reader login; grant select on t to test_reader"
    )
    await setup.close()

    let copy = try await TestServer.shared.freshDatabase(template: template.name)
    let reader = try await Connection.open(copy.conninfo(user: "test_reader"), applicationName: "tests")
    let value = try await reader.one("select i from t") { row in try row.int64(0) }
    #expect(value == 5)

    try await copy.drop()
    let lost = await databaseError { try await reader.script("select 1") }
    #expect(lost?.isConnectionLost == true)
    let gone = await databaseError {
      _ = try await Connection.open(copy.conninfo(), applicationName: "tests")
    }
    #expect(gone?.message.contains("does not exist") == true)
    try await template.drop()
  }
}
