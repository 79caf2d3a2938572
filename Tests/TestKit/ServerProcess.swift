import Foundation
import Glibc
import Synchronization

/// One life of a server: from start to the end of its last process.
final class ServerProcess: Sendable {
  private let pid: pid_t
  private let end: AsyncStream<Never>
  private let hasEnded = Mutex(false)

  private init(pid: pid_t, end: AsyncStream<Never>) {
    self.pid = pid
    self.end = end
  }

  /// Starts a server in the cluster and returns once it accepts connections.
  static func start(_ cluster: Cluster) async throws -> ServerProcess {
    let command = cluster.command(
      "postgres",
      ["-D", cluster.dataFolder, "-k", cluster.socketFolder]
        + [
          "listen_addresses=", "fsync=off", "max_connections=200", "shared_buffers=64MB", "timezone=UTC",
        ].flatMap { ["-c", $0] })
    return try await withCheckedThrowingContinuation { started in
      // The server is told to quit when this thread ends, that is with the process at the latest.
      Thread.detachNewThread {
        do {
          let child = try Child(command)
          watch(child, started)
        } catch {
          started.resume(throwing: error)
        }
      }
    }
  }

  private static func watch(_ child: Child, _ started: CheckedContinuation<ServerProcess, any Error>) {
    let (end, continuation) = AsyncStream.makeStream(of: Never.self)
    let process = ServerProcess(pid: child.pid, end: end)
    atExit(quit: child.pid)
    var log = ""
    while let more = child.nextOutput() {
      guard !log.isReady else { continue }
      log += more
      if log.isReady { started.resume(returning: process) }
    }
    process.hasEnded.withLock { hasEnded in
      child.wait()
      hasEnded = true
    }
    continuation.finish()
    if !log.isReady { started.resume(throwing: TestKitError("the server did not start: \(log)")) }
  }

  /// Sends a signal to the main process, unless it is gone.
  func signal(_ signal: Int32) {
    hasEnded.withLock { hasEnded in
      if !hasEnded { Glibc.kill(pid, signal) }
    }
  }

  /// Returns once every process of the server is gone.
  func ended() async {
    for await _ in end {}
  }
}

extension String {
  fileprivate var isReady: Bool { contains("database system is ready to accept connections") }
}
