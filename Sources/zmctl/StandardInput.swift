import FoundationEssentials
import Glibc
import ZmeyCommand

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

  /// The same for a value that nobody is to see: where a person types it, one line, not shown while it is typed.
  static func readSecret(_ prompt: String) -> [UInt8]? {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return read().map(Array.init) }
    var quiet = settings
    // No signal either: one that ends us would leave the terminal silent.
    quiet.c_lflag &= ~tcflag_t(ECHO | ISIG)
    _ = prompt.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
      printError("")
    }
    return readLine(strippingNewline: true).map { Array($0.utf8) }
  }
}
