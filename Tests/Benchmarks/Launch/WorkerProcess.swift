import Glibc
import Processes
import Synchronization
import ZmeyCommand
import ZmeyCore
import ZmeyLink

/// The worker that is measured, a child that dies with this program.
final class WorkerProcess: Sendable {
  private let reactor: ProcessReactor
  private let log = Mutex("")
  private let pid = Atomic<Int32>(0)

  init(_ program: String, _ scheduler: LinkAddress, folder: String, trees: LaunchBench.Trees) throws {
    reactor = try ProcessReactor()
    let arguments =
      [
        "zmworker", "--local-address", "launchbench", "--scheduler-address", "\(scheduler)",
        "--temporary-folder", folder, "--trees", trees.rawValue, "--drain", "1s",
      ] + (getuid() == 0 ? ["--allow-root"] : [])
    let environment = ["PATH": Floor.path]
    reactor.launch([
      LaunchRequest(
        id: 1, program: Processes.Program(path: program, arguments: arguments, environment: environment))
    ])
  }

  /// What it says of how it holds trees together: cgroup or signals.
  var tier: String {
    let words = log.withLock { $0 }.split { $0.isWhitespace || $0 == "\"" || $0 == "=" }
    return words.firstIndex(of: "by").flatMap { words[($0 + 1)...].first }.map(String.init) ?? "unknown"
  }

  /// Its processor time so far, without that of what it has launched.
  var cpuMicroseconds: Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(pid.load(ordering: .relaxed), &clock) == 0, clock_gettime(clock, &time) == 0
    else { return 0 }
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  /// Lets `body` work with it, then stops it.
  ///
  /// - Throws: what `body` throws; `Failure` if the worker ends meanwhile.
  func whileRunning<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws
    -> Value
  {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { await self.follow() }
      group.addTask { try await body() }
      defer { reactor.shutdown() }
      guard let value = try await group.next() ?? nil else {
        group.cancelAll()
        throw Failure(.failed, "the worker has ended: \(log.withLock { $0 })")
      }
      reactor.signal(1, SIGTERM)
      _ = try await group.next()
      return value
    }
  }

  /// Keeps its log until it ends.
  private func follow<Value>() async -> Value? {
    for await batch in reactor.events {
      for event in batch {
        switch event {
        case .started(_, let number): pid.store(number, ordering: .relaxed)
        case .output(let id, _, let bytes):
          log.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
          reactor.acknowledge(id, bytes: bytes.count)
        case .failedToStart(_, let failure):
          log.withLock { $0 = "\(failure)" }
          return nil
        case .finished: return nil
        case .discarded, .frozen, .thawed: break
        }
      }
    }
    return nil
  }
}
