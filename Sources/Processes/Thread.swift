import CLinux
import Glibc

/// Carries a closure through the untyped argument of `pthread_create`.
private final class ThreadBody {
  let run: () -> Void

  init(_ run: @escaping () -> Void) { self.run = run }
}

/// Starts a detached thread with every signal but SIGCHLD blocked, so that signals sent to the program reach its other
/// threads; `name` has at most 15 bytes.
func startThread(name: String, _ run: sending @escaping () -> Void) throws(SystemError) {
  let body = Unmanaged.passRetained(
    ThreadBody {
      clinux_prepare_thread(name)
      run()
    })
  var thread = pthread_t()
  let code = pthread_create(&thread, nil, runThread, body.toOpaque())
  guard code == 0 else {
    body.release()
    throw SystemError("pthread_create", code: code)
  }
  pthread_detach(thread)
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument {
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
  }
  return nil
}
