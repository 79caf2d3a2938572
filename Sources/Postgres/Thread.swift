import Glibc

/// Starts a thread that runs `body` and ends with it. `ps -L` shows the first 15 bytes of `name`.
///
/// Throws `.resources` if the system grants no thread.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws(DatabaseError) {
  let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
  var thread = pthread_t()
  let code = pthread_create(&thread, nil, runThread, start.toOpaque())
  guard code == 0 else {
    start.release()
    throw .system("pthread_create", code)
  }
  pthread_detach(thread)
}

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
  setThreadName(start.name)
  start.body()
  return nil
}

/// Swift's Glibc module lacks `pthread_setname_np`, which does no more than this. A name is a convenience: a
/// system without /proc goes without.
private func setThreadName(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  let bytes = Array(name.utf8.prefix(15))
  _ = write(file, bytes, bytes.count)
  close(file)
}
