import Glibc

/// A flag that any thread raises and one thread sleeps on.
///
/// A pipe, since `poll` can watch it together with a connection's socket.
final class WakeUp: Sendable {
  private let reader: Int32
  private let writer: Int32

  /// Throws `.resources` if the process has no descriptor left.
  init() throws(DatabaseError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("pipe") }
    (reader, writer) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(reader)
    close(writer)
  }

  func raise() {
    // A full pipe refuses the byte: the flag is up already.
    _ = write(writer, [1], 1)
  }

  func lower() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
      while read(reader, bytes.baseAddress, bytes.count) == bytes.count {}
    }
  }

  /// Sleeps until the flag is up, `socket` has one of `events` or an error, or `timeout` milliseconds have passed,
  /// and lowers the flag. May return early with neither.
  func wait(
    socket: Int32 = -1, for events: Int32 = POLLIN, timeout: Int32 = -1
  ) -> (raised: Bool, ready: Bool) {
    // poll passes over a descriptor below zero.
    var watched = (
      pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
      pollfd(fd: socket, events: Int16(events), revents: 0)
    )
    let count = withUnsafeMutableBytes(of: &watched) { bytes in
      poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout)
    }
    guard count > 0 else { return (false, false) }
    if watched.0.revents != 0 { lower() }
    return (watched.0.revents != 0, watched.1.revents != 0)
  }
}
