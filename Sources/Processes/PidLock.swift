import CLinux
import Glibc

/// A lock file that holds the pid of the process that keeps it locked, as a daemon has one.
///
/// The lock lasts as long as the value, and ends with the process however that ends; the file stays. It
/// belongs to the open file, so it also excludes others in the same process and is not inherited by exec.
public struct PidLock: ~Copyable, Sendable {
  /// Why a lock was not to be had.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// Another holds it; the pid is nil if that one has not written it yet.
    case held(by: Int32?)
    /// A system call failed.
    case system(SystemError)

    /// Such as `process 4711 holds it`.
    public var description: String {
      switch self {
      case .held(let pid): "\(pid.map { "process \($0)" } ?? "another process") holds it"
      case .system(let error): "\(error)"
      }
    }
  }

  private let file: Descriptor

  /// Takes the lock, making the file with mode 0644 if it is missing, and writes our pid into it.
  public init(_ path: String) throws(Failure) {
    file = try Self.lockedFile(path)
  }

  // Closing alone would not do while a child that another thread just launches has a copy of the descriptor.
  deinit { clinux_unlock(file.number) }

  private static func lockedFile(_ path: String) throws(Failure) -> Descriptor {
    let file: Descriptor
    do {
      file = try Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o644)
    } catch {
      throw .system(error)
    }
    guard clinux_lock(file.number) == 0 else {
      if errno == EAGAIN || errno == EACCES { throw .held(by: pid(in: file)) }
      throw .system(SystemError("lock \(path)"))
    }
    // Written at once over the old one, padded to the length of the longest: never empty, never mixed.
    let pid = String(getpid())
    let text = pid + String(repeating: " ", count: 10 - pid.utf8.count) + "\n"
    guard pwrite(file.number, text, text.utf8.count, 0) == text.utf8.count else {
      throw .system(SystemError("write \(path)"))
    }
    return file
  }

  /// The pid of the living process that holds the lock of that file, or nil if nobody does.
  public static func holder(_ path: String) throws(SystemError) -> Int32? {
    let file: Descriptor
    do {
      file = try Descriptor.open(path, O_RDONLY)
    } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
    // A new file is empty for the moment between the lock and the pid.
    for _ in 0..<1000 {
      switch clinux_is_locked(file.number) {
      case 0: return nil
      case 1: if let pid = pid(in: file) { return pid }
      default: throw SystemError("query the lock of \(path)")
      }
      usleep(1000)
    }
    throw SystemError("read the pid in \(path)", code: ENODATA)
  }

  private static func pid(in file: borrowing Descriptor) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(file.number, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self))
  }
}

/// A `PidLock` for those who cannot own one: it lasts as long as a reference to it.
public final class SharedPidLock: Sendable {
  private let lock: PidLock

  /// Takes the lock as `PidLock` does.
  public init(_ path: String) throws(PidLock.Failure) { lock = try PidLock(path) }
}
