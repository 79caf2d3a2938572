import Glibc
import Synchronization
import ZmeyCommand
import ZmeyConsole
import ZmeyCore

/// What other threads have for the one that owns the terminal, which sleeps in poll(2) meanwhile.
final class Inbox: Sendable {
  /// Something that was posted.
  enum Item: Sendable {
    /// For the console; with the database's time if that is known anew.
    case input(Input, Moment?)
    /// The end, and why.
    case failure(any Error)
  }

  /// Can be read while something is here.
  let descriptor: Int32
  private let writer: Int32
  private let items = Mutex<[Item]>([])

  /// Throws `Failure` if the process has no descriptor left.
  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw Failure(.failed, "no descriptor is left: \(String(cString: strerror(errno)))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writer) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  func post(_ item: Item) {
    let isFirst = items.withLock { items in
      items.append(item)
      return items.count == 1
    }
    if isFirst { _ = write(writer, [1], 1) }
  }

  /// All that is here, in order.
  func take() -> [Item] {
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) == 1 {}
    return items.withLock { items in
      defer { items = [] }
      return items
    }
  }
}
