import Foundation
import Glibc
import Synchronization

/// Has the child, if it is there then, quit and be waited for when the process exits.
func atExit(quit pid: pid_t) {
  _ = registration
  leftovers.withLock { $0.children.append(pid) }
}

/// Has the folder removed when the process exits, after all children have quit.
func atExit(remove folder: String) {
  _ = registration
  leftovers.withLock { $0.folders.append(folder) }
}

private struct Leftovers {
  var children: [pid_t] = []
  var folders: [String] = []
}

private let leftovers = Mutex(Leftovers())

private let registration: Void = {
  atexit {
    let leftovers = leftovers.withLock { $0 }
    for pid in leftovers.children { Glibc.kill(pid, SIGQUIT) }
    for pid in leftovers.children {
      // Leaves the child to the thread that waits for it; if that was faster, there is nothing to wait for.
      var info = siginfo_t()
      waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
    }
    for folder in leftovers.folders { try? FileManager.default.removeItem(atPath: folder) }
  }
}()
