internal import Glibc
internal import NIOCore
internal import Processes
internal import ZmeyCore
internal import ZmeyLink

extension LaunchRequest {
  /// What starts a task.
  ///
  /// - Parameters:
  ///   - id: new for each process.
  ///   - account: whom it runs as, if not as the worker.
  init(id: UInt64, _ launch: Launch, in place: TaskPlace, as account: UserAccount?) {
    let settings = launch.assignment.settings
    var program = Processes.Program(
      path: place.script, arguments: [Array(place.script.utf8)] + launch.arguments,
      environment: TaskEnvironment.make(launch, home: place.home, as: account))
    program.workingDirectory = place.home
    program.user = account?.identity
    program.niceness = settings.nice.map { Int32(clamping: $0) }
    // A core file would have all that a task was given, its secrets too, in a place that outlives it.
    program.limits.append(ResourceLimit(.coreFileSize, soft: 0, hard: 0))
    if let files = settings.limits.openFiles {
      program.limits.append(ResourceLimit(.openFiles, soft: UInt64(files), hard: UInt64(files)))
    }
    if let time = settings.limits.cpu {
      // The soft limit ends it by a signal that says why, SIGXCPU, the hard one by SIGKILL should it be caught.
      let seconds = UInt64(max(1, time.milliseconds / 1000))
      program.limits.append(ResourceLimit(.cpuSeconds, soft: seconds, hard: seconds + 5))
    }
    self.init(id: id, program: program)
    memoryLimit = settings.limits.memory.map { UInt64($0) }
    processLimit = settings.limits.processes.map { UInt64($0) }
    outputWindow = FrameLimit.outputWindow
    mark = TaskEnvironment.mark(launch.fence)
    for secret in launch.assignment.secrets {
      if case .descriptor(let number) = secret.place { files[number] = secret.value.bytes }
    }
    if let input = place.input { standardInput = .file(input) }
  }
}
