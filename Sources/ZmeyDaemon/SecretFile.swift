internal import Glibc
public import ZmeyCore

/// A file that nobody but its owner may read: a key, a token.
public enum SecretFile {
  /// The largest one that is read, in bytes.
  public static let limit = 65_536

  /// Reads it; nil if there is none.
  ///
  /// - Throws: ``SecretFileError`` if it cannot be read, is no file, is too large, or if others may read or write it.
  public static func read(_ path: String) throws(SecretFileError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SecretFileError(path, String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SecretFileError(path, "it is no file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw SecretFileError(path, "others may read or write it: chmod 600 \(path)")
    }
    guard status.st_size <= limit else { throw SecretFileError(path, "it has more than \(limit) bytes") }
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = Glibc.read(descriptor, &bytes, limit)
    guard count >= 0 else { throw SecretFileError(path, String(cString: strerror(errno))) }
    return Array(bytes.prefix(count))
  }
}

/// Why a file gives no secret.
public struct SecretFileError: ReportedError, Hashable {
  /// One line.
  public let report: String
  /// The command line is wrong.
  public var exitStatus: ExitStatus { .usage }

  /// - Parameter reason: what is wrong with it, and what to do.
  public init(_ path: String, _ reason: String) { report = "cannot use \(path): \(reason)" }
}
