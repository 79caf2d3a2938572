import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// What was tried, such as `open /run/x.pid`.
  public let action: String
  /// The errno.
  public let code: Int32

  /// By default the errno of the call just made.
  init(_ action: String, code: Int32 = errno) {
    self.action = action
    self.code = code
  }

  /// Such as `open /run/x.pid: Permission denied`.
  public var description: String { "\(action): \(message(ofError: code))" }
}

/// The C library's text for an errno.
func message(ofError code: Int32) -> String {
  // glibc keeps the text per thread, so no other thread can overwrite it before it is copied.
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
