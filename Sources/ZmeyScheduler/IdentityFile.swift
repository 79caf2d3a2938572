internal import Glibc
public import Sealing
internal import ZmeyDaemon

/// A file that holds a daemon's identity: its private key and its certificate, as PEM.
public enum IdentityFile {
  /// Reads the file, or makes it with a new identity if there is none.
  ///
  /// - Parameter name: whom a new certificate names.
  /// - Throws: `SecretFileError` if it cannot be read or made, if others may read it, or if it holds no identity;
  ///   `SealingError` if no new one can be made.
  public static func load(_ path: String, makingFor name: String) throws -> Identity {
    guard let pem = try SecretFile.read(path) else { return try make(path, name) }
    do {
      return try Identity(pem: pem)
    } catch {
      throw SecretFileError(path, error.description)
    }
  }

  private static func make(_ path: String, _ name: String) throws -> Identity {
    let identity = try Identity.make(name: name)
    // Under another name first: a file that is there is whole. What is left of one that was cut off is replaced.
    let part = "\(path).new"
    unlink(part)
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SecretFileError(path, String(cString: strerror(errno))) }
    let isWritten = write(descriptor, identity.pem, identity.pem.count) == identity.pem.count
    let isKept = isWritten && fsync(descriptor) == 0
    close(descriptor)
    guard isKept, rename(part, path) == 0 else {
      throw SecretFileError(path, String(cString: strerror(errno)))
    }
    return identity
  }
}
