import CLinux
import Glibc

/// A child that has been started.
struct LaunchedChild: ~Copyable {
  let pid: Int32
  let pidfd: Descriptor
}

extension Program {
  /// Starts a child of ours, killed when the calling *thread* ends, with these three descriptors and `files` alone.
  ///
  /// The thread is suspended until the exec has happened or failed. Hence a thread that launches one process
  /// after the other never meets `ETXTBSY`: a child copies whatever descriptors are open, also one that
  /// another thread is just writing a script through, but it has closed them before the next clone.
  func launchChild(
    input: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor,
    cgroup: Cgroup? = nil, files: borrowing MemoryFiles = MemoryFiles()
  ) throws(LaunchFailure) -> LaunchedChild {
    let launched = try launch(
      input.number, output.number, error.number, files.descriptors, cgroup: cgroup?.folder.number ?? -1,
      detached: false)
    return LaunchedChild(pid: launched.pid, pidfd: Descriptor(owning: launched.pidfd))
  }

  /// Starts a process that is no child of ours and survives us, and returns its pid.
  func launchDetached(
    input: borrowing Descriptor, output: borrowing Descriptor
  ) throws(LaunchFailure) -> Int32 {
    try launch(input.number, output.number, output.number, [], cgroup: -1, detached: true).pid
  }

  private func launch(
    _ input: Int32, _ output: Int32, _ error: Int32, _ more: [clinux_descriptor], cgroup: Int32,
    detached: Bool
  ) throws(LaunchFailure) -> clinux_launch {
    let paths = [Array(path.utf8), Array((workingDirectory ?? "").utf8)]
    // C would silently end such a string at the NUL.
    if (paths + arguments + environment).contains(where: { $0.contains(0) }) {
      throw LaunchFailure(.arguments, code: EINVAL)
    }
    let (files, argv, envp) = (CStrings(paths), CStrings(arguments), CStrings(environment))
    defer {
      files.deallocate()
      argv.deallocate()
      envp.deallocate()
    }
    var request = clinux_launch()
    request.path = UnsafePointer(files.pointers[0])
    request.directory = workingDirectory == nil ? nil : UnsafePointer(files.pointers[1])
    request.arguments = UnsafePointer(argv.pointers)
    request.environment = UnsafePointer(envp.pointers)
    request.standard_input = input
    request.standard_output = output
    request.standard_error = error
    request.cgroup = cgroup
    request.detached = detached
    let isLaunched = more.withUnsafeBufferPointer { more in
      request.descriptors = more.baseAddress
      request.descriptor_count = more.count
      return launch(&request)
    }
    guard isLaunched else { throw LaunchFailure(request.failed_step, code: request.failed_errno) }
    return request
  }

  /// Lends the optional settings to the request for the time of the launch.
  private func launch(_ request: inout clinux_launch) -> Bool {
    let limits = limits.map { clinux_limit(resource: $0.resource.number, soft: $0.soft, hard: $0.hard) }
    return limits.withUnsafeBufferPointer { limits in
      (user?.groups ?? []).withUnsafeBufferPointer { groups in
        withPointer(to: niceness) { niceness in
          withPointer(to: umask) { mask in
            let user = user.map {
              clinux_user(
                user: $0.userID, group: $0.groupID, groups: groups.baseAddress, group_count: groups.count)
            }
            return withPointer(to: user) { user in
              request.limits = limits.baseAddress
              request.limit_count = limits.count
              request.niceness = niceness
              request.mask = mask
              request.user = user
              return clinux_launch(&request)
            }
          }
        }
      }
    }
  }
}

/// A pointer to the value, or nil if there is none.
private func withPointer<Value, Result>(
  to value: Value?, _ body: (UnsafePointer<Value>?) -> Result
) -> Result {
  guard let value else { return body(nil) }
  return withUnsafePointer(to: value) { body($0) }
}
