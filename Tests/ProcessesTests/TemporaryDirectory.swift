import Glibc
import Processes

/// A directory of a test's own, removed with the value.
final class TemporaryDirectory {
  let path: String

  init() {
    var template = Array("/tmp/processes-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { _ = try? runToEnd(Program(path: "/bin/rm", arguments: ["rm", "-rf", path])) }

  /// Makes a file and returns its path.
  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    defer { close(descriptor) }
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    return file
  }

  /// Makes an executable file and returns its path.
  func script(_ text: String, mode: mode_t = 0o755) -> String {
    write("script", Array(text.utf8), mode: mode)
  }
}

/// The content of a small file, or nil if there is none.
func contents(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 64 * 1024)
  let count = read(descriptor, &bytes, bytes.count)
  return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}
