import FoundationEssentials
import Glibc

enum StandardInput {
  /// Everything that comes until its end; nil if it cannot be read.
  static func read() -> Data? {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
      if count == 0 { return data }
      guard count > 0 else { return nil }
      data.append(contentsOf: buffer[..<count])
    }
  }
}
