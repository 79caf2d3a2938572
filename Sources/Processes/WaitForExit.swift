import CLinux
import Glibc

/// Blocks until a process, of whatever parent, has ended.
///
/// - Parameters:
///   - pid: the process; one that does not exist has ended.
///   - timeout: how long to wait at most.
/// - Returns: whether it has ended.
/// - Throws: ``SystemError`` if it cannot be watched, such as for want of descriptors.
public func waitForExit(of pid: Int32, timeout: Duration) throws(SystemError) -> Bool {
  let number = clinux_pidfd_open(pid)
  guard number >= 0 else {
    if errno == ESRCH { return true }
    throw SystemError("pidfd_open \(pid)")
  }
  let pidfd = Descriptor(owning: number)
  let deadline = ContinuousClock.now + timeout
  while true {
    let left = max(.zero, ContinuousClock.now.duration(to: deadline))
    var entry = pollfd(fd: pidfd.number, events: Int16(POLLIN), revents: 0)
    let ready = poll(&entry, 1, Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up))))
    if ready > 0 { return true }
    if ready == 0 && left == .zero { return false }
    if ready < 0 && errno != EINTR { throw SystemError("poll") }
  }
}
