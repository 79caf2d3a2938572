import CLinux
import Glibc

/// A launched process as the reactor's thread sees it.
///
/// It stays a zombie until it is finished: so its pid, which is also the number of its group, cannot be
/// given to a stranger, and a signal to the group hits its own members or nobody.
final class Child {
  let id: UInt64
  let pid: Int32
  let pidfd: Descriptor
  let startedAt: UInt64
  let killsGroupAtEnd: Bool
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

  init(_ request: LaunchRequest, defaultInput: borrowing Descriptor, at now: UInt64) throws(LaunchFailure) {
    let output = try Pipe.forOutput()
    let error = try Pipe.forOutput()
    let launched = try request.launch(
      defaultInput: defaultInput, output: output.writing, error: error.writing)
    pipes = [OutputPipe(.standardOutput, output.reading), OutputPipe(.standardError, error.reading)]
    pid = launched.pid
    pidfd = launched.pidfd
    id = request.id
    startedAt = now
    killsGroupAtEnd = request.killsGroupAtEnd
    outputWindow = max(1, request.outputWindow)
  }

  func signal(_ number: Int32, to target: SignalTarget) {
    switch target {
    case .group: kill(-pid, number)
    case .leader: _ = clinux_pidfd_send_signal(pidfd.number, number)
    }
  }
}

extension LaunchRequest {
  fileprivate func launch(
    defaultInput: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor
  ) throws(LaunchFailure) -> LaunchedChild {
    switch standardInput {
    case .null:
      return try program.launchChild(input: defaultInput, output: output, error: error)
    case .file(let path):
      let file: Descriptor
      do {
        file = try Descriptor.open(path, O_RDONLY)
      } catch {
        throw LaunchFailure(.standardInput, code: error.code)
      }
      return try program.launchChild(input: file, output: output, error: error)
    }
  }
}
