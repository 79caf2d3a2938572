import CLinux
import Glibc

/// An open file descriptor, closed with its owner. Every one of ours is close-on-exec.
struct Descriptor: ~Copyable, Sendable {
  let number: Int32

  init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// Opens a file; `flags` and `mode` as for open(2).
  static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
    let number = Glibc.open(path, flags | O_CLOEXEC | O_NOCTTY, mode)
    guard number >= 0 else { throw SystemError("open \(path)") }
    return Descriptor(owning: number)
  }

  /// Reads once, again if a signal interrupts. -1 with errno on failure, also `EAGAIN`.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = Glibc.read(number, buffer.baseAddress, buffer.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }
}

/// A pipe from a child to us: non-blocking at our end, blocking at the child's.
struct Pipe: ~Copyable {
  let reading: Descriptor
  let writing: Descriptor

  init() throws(SystemError) {
    var (reading, writing): (Int32, Int32) = (-1, -1)
    guard clinux_pipe(&reading, &writing) == 0 else { throw SystemError("pipe") }
    self.reading = Descriptor(owning: reading)
    self.writing = Descriptor(owning: writing)
  }

  /// The writing end alone.
  consuming func takeWriting() -> Descriptor { writing }

  /// A pipe for a program about to be launched.
  static func forOutput() throws(LaunchFailure) -> Pipe {
    do {
      return try Pipe()
    } catch {
      throw LaunchFailure(.output, code: error.code)
    }
  }
}
