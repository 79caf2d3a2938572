internal import Glibc
public import Logging
public import NIOCore
internal import NIOPosix
internal import Processes
internal import UnixSignals

/// What runs in a daemon until it is told to stop.
public protocol DaemonService: Sendable {
  /// Works until stopped.
  func run() async throws
  /// Ends politely: `run` returns when everything is in order.
  func stop() async
}

/// What every daemon has: a log that can be reopened, a file that says it runs, signals, and one event loop.
public enum Daemon {
  /// How a daemon is set up, whatever it does.
  public struct Options: Sendable {
    /// Where its lines go; nil for standard error.
    public var logFile: String?
    /// The lowest level that is written.
    public var logLevel: Logger.Level
    /// A file that is locked while the daemon lives and holds its process number.
    public var pidFile: String?

    /// Reads the configuration again and tells the level that it names now.
    public var reload: @Sendable () throws -> Logger.Level

    /// Those options.
    public init(
      logFile: String?, logLevel: Logger.Level, pidFile: String?,
      reload: @escaping @Sendable () throws -> Logger.Level
    ) {
      self.reload = reload
      self.logFile = logFile
      self.logLevel = logLevel
      self.pidFile = pidFile
    }
  }

  /// Runs the service that `make` makes until it ends by itself or by a signal: TERM and INT stop it, HUP opens
  /// the log again and takes over the level that the configuration names now; all else wants a restart.
  ///
  /// - Throws: what the service throws; `LogFileError`; `SystemError` if its memory cannot be hidden; `DaemonError` if another daemon holds the pid file.
  public static func run(
    _ label: String, _ options: Options, _ make: (any EventLoop, Logger) throws -> any DaemonService
  ) async throws {
    // Secrets and keys pass through it.
    try hideMemory()
    // A peer that goes away in the middle of a write is an error code, not the end of the daemon.
    signal(SIGPIPE, SIG_IGN)
    let lock = try options.pidFile.map { path in
      do { return try SharedPidLock(path) } catch { throw DaemonError("cannot take \(path): \(error)") }
    }
    let log = try LogFile(path: options.logFile, level: options.logLevel)
    let logger = Logger(label: label) { _ in LineLogHandler(file: log) }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let service = try make(group.next(), logger)
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await service.run() }
      tasks.addTask {
        for await signal in signals {
          switch signal {
          case .sighup:
            do {
              try log.reopen()
              log.level = try options.reload()
              logger.info("the log is open again", metadata: ["level": "\(log.level)"])
            } catch {
              logger.error("\(error)")
            }
          default: await service.stop()
          }
        }
      }
      defer { tasks.cancelAll() }
      try await tasks.next()
    }
    try await group.shutdownGracefully()
    withExtendedLifetime(lock) {}
  }
}

/// Why a daemon does not start, in a sentence.
public struct DaemonError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}
