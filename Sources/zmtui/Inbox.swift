import Glibc
import Synchronization
import ZmeyConsole

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
  private let items = Mutex<[Item]>([])

  init() { descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }

  deinit { close(descriptor) }

  func post(_ item: Item) {
    let isFirst = items.withLock { items in
      items.append(item)
      return items.count == 1
    }
    if isFirst { eventfd_write(descriptor, 1) }
  }

  /// All that is here, in order.
  func take() -> [Item] {
    var count: eventfd_t = 0
    eventfd_read(descriptor, &count)
    return items.withLock { items in
      defer { items = [] }
      return items
    }
  }
}
