import Foundation
import Glibc
import Synchronization

/// A child process and the one pipe of its two outputs.
///
/// Start it on the thread that waits for it: it dies with that thread.
struct Child {
  let pid: pid_t
  private let output: FileHandle

  init(_ command: [String]) throws {
    // One at a time, so that no child is born between the making of a pipe and the closing of it to others.
    self = try Self.spawning.withLock { _ in try Child(alone: command) }
  }

  private static let spawning = Mutex(())

  /// Closes whatever the child inherits before it becomes the command: sockets of other tests are not close-on-exec,
  /// and a server that held one open would keep its peer from ever seeing the end.
  private static let closingAll = """
    for fd in /proc/self/fd/*; do fd=${fd##*/}; [ "$fd" -gt 2 ] && eval "exec $fd>&-"; done; exec "$@"
    """

  private init(alone command: [String]) throws {
    let pipe = Self.makePipe()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipe.fileHandleForWriting.fileDescriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, pipe.fileHandleForWriting.fileDescriptor, 2)

    // Messages are read, and a variable PG… must not change what the server does.
    let environment = ["LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "TZ=UTC"].map { (entry: String) in
      strdup(entry)
    }
    let arguments = (["bash", "-c", Self.closingAll, "bash"] + command).map { strdup($0) }
    defer { (arguments + environment).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, "/bin/bash", &actions, nil, arguments + [nil], environment + [nil])
    guard code == 0 else { throw TestKitError("\(command[0]): \(String(cString: strerror(code)))") }
    self.pid = pid
    try pipe.fileHandleForWriting.close()
    output = pipe.fileHandleForReading
  }

  /// A pipe that other children do not inherit: one that held its end open would seem to be this one.
  private static func makePipe() -> Pipe {
    let pipe = Pipe()
    for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    return pipe
  }

  /// Some of what it wrote; `nil` once it and all its children are gone.
  func nextOutput() -> String? {
    let data = output.availableData
    return data.isEmpty ? nil : String(decoding: data, as: UTF8.self)
  }

  /// Waits for its end, and takes it off the table of processes. Returns what `waitpid` says.
  @discardableResult
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    return status
  }

  /// Reads all it writes and waits for its end.
  func outcome() -> (code: Int32, output: String) {
    var text = ""
    while let more = nextOutput() { text += more }
    return (wait(), text)
  }
}

/// Runs `body` on a thread of its own, which it may block.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
  }
}
