import Postgres
import ZmeyStore

/// Looks at the database again and again: at once when the database says that something has changed, and every second,
/// for what it says may be lost. A lost connection is replaced as soon as the database is back.
struct Changes {
  private var watch: Watch
  private let signals: AsyncStream<Void>

  /// Lets `body` look over `connection` and over what `options` open once that is lost.
  static func watching<T: Sendable>(
    _ options: DatabaseOptions, _ connection: Connection, _ body: (inout Changes) async throws -> T
  ) async throws -> T {
    try await watching(try options.conninfo, Watch(connection, open: options.open), body)
  }

  /// The same with another way to connect, and at least every `period`.
  static func watching<T: Sendable>(
    _ conninfo: String, _ watch: Watch, atLeastEvery period: Duration = .seconds(1),
    _ body: (inout Changes) async throws -> T
  ) async throws -> T {
    let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await listen(conninfo, continuation) }
      group.addTask {
        while true {
          try await Task.sleep(for: period)
          continuation.yield()
        }
      }
      defer { group.cancelAll() }
      var changes = Changes(watch: watch, signals: signals)
      return try await body(&changes)
    }
  }

  /// Hears what the database says, over a connection of its own, until the task is cancelled.
  private static func listen(_ conninfo: String, _ continuation: AsyncStream<Void>.Continuation) async throws
  {
    while true {
      let opened = try? await Listener.open(
        conninfo, applicationName: "zmctl watch", channels: [People.changeChannel]
      ) { session in try People.watch(session) }
      if let (listener, _) = opened {
        // What was said before anybody listened is lost.
        continuation.yield()
        for await _ in listener.events { continuation.yield() }
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Reads once. `body` must change nothing: see `Watch`.
  mutating func read<T: Sendable>(_ body: @Sendable (borrowing Session) throws -> T) async throws -> T {
    try await watch.read(body)
  }

  /// Returns once something may have changed since the last call.
  func next() async throws {
    for await _ in signals { return }
    try Task.checkCancellation()
  }
}
