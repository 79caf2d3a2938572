import Postgres

/// A connection for readings that may be repeated: one that is lost is replaced as soon as the database is back.
struct Watch {
  private(set) var connection: Connection
  private let open: () async throws -> Connection

  /// Reads over `connection`, and over what `open` opens once that is lost.
  init(_ connection: Connection, open: @escaping () async throws -> Connection) {
    self.connection = connection
    self.open = open
  }

  /// Reads, for a minute again and again if the connection is lost. `body` must change nothing: whether a lost
  /// transaction took place is unknown.
  mutating func read<T: Sendable>(_ body: @Sendable (borrowing Session) throws -> T) async throws -> T {
    let end = ContinuousClock.now + .seconds(60)
    var isLost = false
    while true {
      do {
        if isLost { connection = try await open() }
        return try await connection.run(body)
      } catch let error as DatabaseError where error.isConnectionLost && ContinuousClock.now < end {
        isLost = true
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
