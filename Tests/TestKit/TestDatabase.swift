/// A database of a test server.
public struct TestDatabase: Sendable {
  /// The server it lives on.
  public let server: TestServer
  /// Its name, good as a template for others.
  public let name: String

  /// How to connect to it as `user`, who needs no password.
  public func conninfo(user: String = "postgres") -> String {
    server.conninfo(database: name, user: user)
  }

  /// Drops it, and ends the sessions in it.
  public func drop() async throws {
    try await server.administer("DROP DATABASE \(name) WITH (FORCE)")
  }
}
