internal import Glibc
public import Logging
internal import Synchronization

/// Where a daemon's lines go: standard error, or a file that can be opened again after it was rotated away.
public final class LogFile: Sendable {
  private let path: String?
  private let descriptor: Mutex<Int32>
  private let lowest: Mutex<Logger.Level>

  /// - Parameters:
  ///   - path: the file to append to; nil for standard error.
  ///   - level: the lowest level that is written.
  /// - Throws: `LogFileError` if it cannot be opened.
  public init(path: String?, level: Logger.Level) throws {
    self.path = path
    lowest = Mutex(level)
    descriptor = Mutex(try Self.open(path))
  }

  /// The lowest level that is written, by all loggers of this file.
  public var level: Logger.Level {
    get { lowest.withLock { $0 } }
    set { lowest.withLock { $0 = newValue } }
  }

  /// Opens the file anew; what is being written goes to one file or the other, whole. If the new one cannot be
  /// opened the old one is kept.
  public func reopen() throws {
    guard path != nil else { return }
    let opened = try Self.open(path)
    descriptor.withLock { current in
      close(current)
      current = opened
    }
  }

  func write(_ line: String) {
    var bytes = Array(line.utf8)
    descriptor.withLock { descriptor in
      // One call a line: lines of several threads, or of several daemons, do not mix.
      _ = Glibc.write(descriptor, &bytes, bytes.count)
    }
  }

  private static func open(_ path: String?) throws -> Int32 {
    guard let path else { return STDERR_FILENO }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw LogFileError(path: path, reason: String(cString: strerror(errno))) }
    return descriptor
  }
}

/// Why a log file cannot be opened.
public struct LogFileError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  /// One line.
  public var description: String { "cannot write the log \(path): \(reason)" }
}

/// Lines for people: time in UTC, level, message, then what belongs to it as `key=value`.
public struct LineLogHandler: LogHandler {
  /// What belongs to every line.
  public var metadata: Logger.Metadata = [:]
  private let file: LogFile

  /// Lines of the file's level and above.
  public init(file: LogFile) { self.file = file }

  /// The file's level.
  public var logLevel: Logger.Level {
    get { file.level }
    set { file.level = newValue }
  }

  /// One of `metadata`.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one line.
  public func log(event: LogEvent) {
    let pairs = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
      .map { " \($0.key)=\(Self.word("\($0.value)"))" }.joined()
    // A line is a line, whatever a peer put into the message.
    let message = String(
      String.UnicodeScalarView("\(event.message)".unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    file.write("\(Self.time()) \(event.level.rawValue) \(message)\(pairs)\n")
  }

  private static func word(_ text: String) -> String {
    let needsQuotes = text.isEmpty || text.unicodeScalars.contains { $0.value <= 0x20 || $0 == "\"" }
    return needsQuotes ? text.debugDescription : text
  }

  private static func time() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    let seconds = String(unsafeUninitializedCapacity: 32) { buffer in
      buffer.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress, $0.count, "%Y-%m-%dT%H:%M:%S", &parts)
      }
    }
    let milliseconds = String(now.tv_nsec / 1_000_000 + 1000).dropFirst()
    return "\(seconds).\(milliseconds)Z"
  }
}
