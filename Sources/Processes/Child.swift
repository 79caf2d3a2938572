import CLinux
import Glibc

/// A launched process as the reactor's thread sees it.
///
/// It stays a zombie until it is finished: so its pid, which is also the number of its session, cannot be given to
/// a stranger.
final class Child {
  let id: UInt64
  let pid: Int32
  let pidfd: Descriptor
  let startedAt: UInt64
  /// Where it was born, if its tree has a cgroup of its own.
  let cgroup: Cgroup?
  let mark: [UInt8]?
  /// What is wanted of its tree, and whether that is so.
  var wish = Wish.run
  var isFulfilled = true
  /// Since when the tree is frozen, and how long it was before.
  var frozenAt: UInt64?
  var nanosecondsFrozen: UInt64 = 0
  /// Those that are still open.
  var pipes: [OutputPipe]
  var outputWindow: Int
  var unacknowledged = 0
  var isPaused = false
  var outputCut = false
  /// Nanoseconds of the monotonic clock; nil while it runs.
  var endedAt: UInt64?
  /// When pipes that are still open after the end will be cut; nil before the end.
  var deadline: UInt64?
  /// Whether this turn of the reactor has something for it.
  var isTouched = false

  var openWindow: Int { outputWindow - unacknowledged }

  init(
    _ request: LaunchRequest, in cgroup: Cgroup? = nil, defaultInput: borrowing Descriptor, at now: UInt64
  ) throws(LaunchFailure) {
    let output = try Pipe.forOutput()
    let error = try Pipe.forOutput()
    let launched = try request.launch(
      defaultInput: defaultInput, output: output.writing, error: error.writing, cgroup: cgroup)
    pipes = [OutputPipe(.standardOutput, output.reading), OutputPipe(.standardError, error.reading)]
    pid = launched.pid
    pidfd = launched.pidfd
    id = request.id
    startedAt = now
    self.cgroup = cgroup
    mark = request.mark
    outputWindow = max(1, request.outputWindow)
  }

  /// Whether the output is delivered, as far as it is wanted, and nobody of the tree lives.
  var isOver: Bool { endedAt != nil && pipes.isEmpty && wish == .kill && isFulfilled }

  /// Counts the time since the tree was frozen.
  func thaw(at now: UInt64) {
    if let frozenAt { nanosecondsFrozen += now - min(now, frozenAt) }
    frozenAt = nil
  }
}

extension LaunchRequest {
  fileprivate func launch(
    defaultInput: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor,
    cgroup: Cgroup?
  ) throws(LaunchFailure) -> LaunchedChild {
    let files = try MemoryFiles(files)
    switch standardInput {
    case .null:
      return try program.launchChild(
        input: defaultInput, output: output, error: error, cgroup: cgroup, files: files)
    case .file(let path):
      let file: Descriptor
      do {
        file = try Descriptor.open(path, O_RDONLY)
      } catch {
        throw LaunchFailure(.standardInput, code: error.code)
      }
      return try program.launchChild(input: file, output: output, error: error, cgroup: cgroup, files: files)
    }
  }
}
