import CLinux

/// Why a program could not be started.
public struct LaunchFailure: Error, Equatable, CustomStringConvertible {
  /// What was being done, in the order of a launch.
  public enum Step: String, Sendable {
    /// The reactor is shutting down, or the id belongs to a process that has not finished.
    case request
    /// Putting path, arguments, environment and directory together: one holds a NUL byte.
    case arguments
    /// Opening the file for standard input.
    case standardInput = "standard input"
    /// Opening the file or the pipe for output.
    case output
    /// Making the process.
    case clone
    /// Making its cgroup, being born in it or entering it, or setting a limit of it.
    case cgroup
    /// Making its session.
    case session
    /// Arranging its descriptors.
    case descriptors
    /// Setting a resource limit.
    case limit
    /// Setting the nice value.
    case niceness
    /// Becoming the user.
    case user
    /// Entering the working directory.
    case directory
    /// Executing the file. `ENOENT` may also mean that the script's interpreter is missing, `ENOEXEC` that
    /// the file is neither a binary nor begins with `#!`: no shell is tried in its place.
    case exec
    /// Watching the new process.
    case watch
  }

  /// The step that failed.
  public let step: Step
  /// The errno of that step.
  public let code: Int32

  init(_ step: Step, code: Int32) {
    self.step = step
    self.code = code
  }

  init(_ step: clinux_step, code: Int32) {
    self.code = code
    self.step =
      switch step {
      case CLINUX_STEP_CGROUP: .cgroup
      case CLINUX_STEP_SESSION: .session
      case CLINUX_STEP_DESCRIPTORS: .descriptors
      case CLINUX_STEP_LIMIT: .limit
      case CLINUX_STEP_NICENESS: .niceness
      case CLINUX_STEP_USER: .user
      case CLINUX_STEP_DIRECTORY: .directory
      case CLINUX_STEP_EXEC: .exec
      default: .clone
      }
  }

  /// Such as `exec: No such file or directory`.
  public var description: String { "\(step.rawValue): \(message(ofError: code))" }
}
