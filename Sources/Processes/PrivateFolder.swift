import Glibc

/// A check for folders that stand where anybody may have made them first, such as in /tmp.
public enum PrivateFolder {
  /// Why a folder is not to be used.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    /// Such as `/tmp/x belongs to user 1000`.
    public let description: String
  }

  /// Makes sure that `path` is a folder, not a link to one, that belongs to one of `owners` and that neither group
  /// nor others may write to. In a folder with the sticky bit nobody but those can replace it afterwards.
  ///
  /// - Parameter owners: user ids; name 0 if root's folders will do.
  /// - Throws: `Failure` with what is wrong.
  public static func check(_ path: String, owners: Set<UInt32>) throws(Failure) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw Failure(description: "\(path): \(message(ofError: errno))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw Failure(description: "\(path) is no folder") }
    guard owners.contains(status.st_uid) else {
      throw Failure(description: "\(path) belongs to user \(status.st_uid)")
    }
    guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
      throw Failure(description: "others than its owner may write to \(path)")
    }
  }
}
