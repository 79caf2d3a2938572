import CLinux
import Glibc

/// An epoll instance whose events name the descriptor they are about.
final class EventPoll: Sendable {
  private let descriptor: Descriptor

  /// When to report a descriptor.
  enum Condition {
    /// As long as there is something to read.
    case readable
    /// Each time that something is written, whether or not it is ever read.
    case written
    /// As long as a file of the kernel has changed since it was read.
    case changed
    /// Never. A hang-up cannot be masked, but edge-triggered it is reported once and not for ever.
    case never

    fileprivate var bits: UInt32 {
      switch self {
      case .readable: EPOLLIN.rawValue
      case .written: EPOLLIN.rawValue | EPOLLET.rawValue
      case .changed: EPOLLPRI.rawValue
      case .never: EPOLLET.rawValue
      }
    }
  }

  init() throws(SystemError) {
    let number = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard number >= 0 else { throw SystemError("epoll_create1") }
    descriptor = Descriptor(owning: number)
  }

  func add(_ number: Int32, _ condition: Condition = .readable) throws(SystemError) {
    guard control(EPOLL_CTL_ADD, number, condition) else { throw SystemError("epoll_ctl") }
  }

  /// Cannot fail for a descriptor that was added, as it allocates nothing.
  func change(_ number: Int32, to condition: Condition) {
    _ = control(EPOLL_CTL_MOD, number, condition)
  }

  func remove(_ number: Int32) {
    _ = control(EPOLL_CTL_DEL, number, .never)
  }

  private func control(_ operation: Int32, _ number: Int32, _ condition: Condition) -> Bool {
    var event = epoll_event(events: condition.bits, data: epoll_data(fd: number))
    return epoll_ctl(descriptor.number, operation, number, &event) == 0
  }

  /// Waits for events, at most `milliseconds` if that is not negative, and returns how many there are.
  func wait(_ events: inout [epoll_event], milliseconds: Int32) -> Int {
    let count = epoll_wait(descriptor.number, &events, Int32(events.count), milliseconds)
    return max(0, Int(count))
  }
}
