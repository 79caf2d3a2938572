internal import Glibc
public import Sealing
public import ZmeyCore

/// A file that holds a daemon's identity: its private key and its certificate, as PEM.
public enum IdentityFile {
  /// Reads the file, or makes it with a new identity if there is none.
  ///
  /// - Parameter name: whom a new certificate names.
  /// - Throws: ``IdentityFileError`` if it cannot be read or made, if others may read it, or if it holds no identity;
  ///   `SealingError` if no new one can be made.
  public static func load(_ path: String, makingFor name: String) throws -> Identity {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw IdentityFileError(path, String(cString: strerror(errno))) }
      return try make(path, name)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw IdentityFileError(path, "it is no file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw IdentityFileError(path, "others may read or write it: chmod 600 \(path)")
    }
    var pem = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &pem, pem.count)
    do {
      return try Identity(pem: Array(pem.prefix(max(0, count))))
    } catch {
      throw IdentityFileError(path, error.description)
    }
  }

  private static func make(_ path: String, _ name: String) throws -> Identity {
    let identity = try Identity.make(name: name)
    // Under another name first: a file that is there is whole. What is left of one that was cut off is replaced.
    let part = "\(path).new"
    unlink(part)
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw IdentityFileError(path, String(cString: strerror(errno))) }
    let isWritten = write(descriptor, identity.pem, identity.pem.count) == identity.pem.count
    let isKept = isWritten && fsync(descriptor) == 0
    close(descriptor)
    guard isKept, rename(part, path) == 0 else {
      throw IdentityFileError(path, String(cString: strerror(errno)))
    }
    return identity
  }
}

/// Why a file gives no identity.
public struct IdentityFileError: ReportedError, Hashable {
  /// One line.
  public let report: String
  /// The command line is wrong.
  public var exitStatus: ExitStatus { .usage }

  init(_ path: String, _ reason: String) { report = "no identity in \(path): \(reason)" }
}
