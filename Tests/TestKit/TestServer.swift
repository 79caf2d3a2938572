import Foundation
import Glibc
import Postgres
import Synchronization

/// A private PostgreSQL server of this process: fresh, on a Unix socket alone, gone with the process.
///
/// Commits wait for no disk (`fsync=off`), so it survives the death of its processes, not of the machine.
public final class TestServer: Sendable {
  /// How the server is told to stop.
  public enum StopMode: Sendable {
    /// Lets no one in, ends all sessions, writes a checkpoint.
    case fast
    /// Ends all processes at once; the next start recovers.
    case immediate
    /// Kills the main process, as the kernel would when memory runs out; the others notice and end.
    case kill
  }

  private let cluster: Cluster
  private let running = Mutex<ServerProcess?>(nil)
  private let databases = Atomic(0)

  /// A server of its own, not started, for a test that stops it.
  ///
  /// Takes a second: it makes the data folder.
  public init() async throws {
    cluster = try await onThread { try Cluster() }
  }

  /// The server that all tests share, started when first asked for.
  public static var shared: TestServer {
    get async throws { try await starting.value }
  }

  private static let starting = Task {
    let server = try await TestServer()
    try await server.start()
    return server
  }

  deinit {
    running.withLock { $0 }?.signal(SIGQUIT)
  }

  /// Starts the server, and returns once it accepts connections.
  public func start() async throws {
    let process = try await ServerProcess.start(cluster)
    running.withLock { $0 = process }
  }

  /// Stops the server, and returns once all its processes are gone.
  public func stop(_ mode: StopMode = .fast) async {
    let process = running.withLock { running in
      defer { running = nil }
      return running
    }
    let signal =
      switch mode {
      case .fast: SIGINT
      case .immediate: SIGQUIT
      case .kill: SIGKILL
      }
    process?.signal(signal)
    await process?.ended()
  }

  /// How to connect to `database` as `user`, who needs no password.
  public func conninfo(database: String = "postgres", user: String = "postgres") -> String {
    "host=\(cluster.socketFolder) dbname=\(database) user=\(user)"
  }

  /// A new database, a copy of `template` if one is given, to which no one may be connected.
  public func freshDatabase(template: String? = nil) async throws -> TestDatabase {
    let name = "test_\(databases.add(1, ordering: .relaxed).newValue)"
    let database = TestDatabase(server: self, name: name)
    try await administer("CREATE DATABASE \(name)" + (template.map { " TEMPLATE \($0)" } ?? ""))
    return database
  }

  func administer(_ sql: String) async throws {
    let connection = try await Connection.open(conninfo(), applicationName: "testkit")
    try await connection.run { session in try session.script(sql) }
    await connection.close()
  }
}
