/// A connection to PostgreSQL that owns one thread, on which every call of libpq blocks.
///
/// Its only doors are closures: within one there is nothing to await, so no other use of the connection can come
/// between its statements. One closure costs one change of threads, however many statements it runs.
public actor Connection {
  private let executor: ThreadExecutor
  private let wakeUp: WakeUp
  private var link: Link?

  /// The connection's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private init() throws(DatabaseError) {
    executor = try ThreadExecutor(name: "postgres", for: .actor)
    wakeUp = try WakeUp()
  }

  deinit {
    executor.stop()
  }

  /// Connects. Takes up to 5 seconds for each host unless `conninfo` says otherwise, cancelled or not.
  ///
  /// - Parameters:
  ///   - conninfo: A connection string or URI of libpq. What it leaves out comes from the environment (`PGHOST` …),
  ///     then from defaults that notice a dead peer within some ten seconds and refuse a server that is read-only.
  ///     Text is UTF-8 whatever it says.
  ///   - applicationName: What `pg_stat_activity` shows, unless `conninfo` says otherwise.
  ///
  /// Throws `.connection` if no such server can be had, `.resources` if the process has no thread or descriptor left.
  public static func open(
    _ conninfo: String, applicationName: String
  ) async throws(DatabaseError) -> Connection {
    let connection = try Connection()
    try await connection.connect(conninfo, applicationName)
    return connection
  }

  private func connect(_ conninfo: String, _ applicationName: String) throws(DatabaseError) {
    link = try Link(conninfo, applicationName: applicationName, wakeUp: wakeUp)
  }

  /// Runs `body` on the connection's thread. A transaction it leaves open is rolled back.
  ///
  /// If the Swift task is cancelled, so is the statement under way, and the next one is not begun: `.cancelled`.
  /// Throws `.connection` after `close()`, else what `body` throws.
  public func run<T: Sendable>(
    _ body: @Sendable (borrowing Session) throws -> T
  ) async throws -> T {
    guard let link else { throw DatabaseError(kind: .connection, message: "the connection is closed") }
    // A cancellation that came too late for the last closure must not meet this one.
    wakeUp.lower()
    return try await withTaskCancellationHandler {
      try perform(body, on: link)
    } onCancel: {
      cancel()
    }
  }

  /// Runs `body` between `BEGIN` and `COMMIT`, or `ROLLBACK` if it throws or a statement in it failed.
  ///
  /// `.connection` from the commit leaves open whether it took place.
  public func transaction<T: Sendable>(
    _ body: @Sendable (borrowing Session) throws -> T
  ) async throws -> T {
    try await run { session in
      try session.script("BEGIN")
      let value = try body(session)
      try session.commit()
      return value
    }
  }

  /// As ``transaction(_:)``, and begun again when another transaction was in its way: a deadlock, or with
  /// `.repeatableRead` a change that came between. Of a try that failed so nothing stays.
  ///
  /// - Parameters:
  ///   - isolation: What the statements of one try see.
  ///   - attempts: How many tries at most, at least one; the last one's error is thrown.
  public func transaction<T: Sendable>(
    _ isolation: Isolation = .readCommitted, attempts: Int, _ body: @Sendable (borrowing Session) throws -> T
  ) async throws -> T {
    func once() async throws -> T {
      try await transaction { session in
        if isolation != .readCommitted {
          try session.script("SET TRANSACTION ISOLATION LEVEL \(isolation.rawValue)")
        }
        return try body(session)
      }
    }
    for _ in 1..<max(attempts, 1) {
      do {
        return try await once()
      } catch let error as DatabaseError where [.serialization, .deadlock].contains(error.kind) { continue }
    }
    return try await once()
  }

  /// What the statements of a transaction see.
  public enum Isolation: String, Sendable {
    /// Each one what is committed when it begins.
    case readCommitted = "READ COMMITTED"
    /// All what was committed when the first one began.
    case repeatableRead = "REPEATABLE READ"
  }

  private func perform<T>(
    _ body: (borrowing Session) throws -> T, on link: Link
  ) throws -> T {
    defer { link.rollBackIfOpen() }
    return try body(Session(link))
  }

  /// Cancels the statement under way, which then throws `.cancelled`; without one does nothing. Does not block.
  public nonisolated func cancel() {
    wakeUp.raise()
  }

  /// Closes the connection once what runs on it has ended.
  public func close() async {
    link = nil
  }
}
