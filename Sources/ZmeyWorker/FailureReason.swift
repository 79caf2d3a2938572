internal import Glibc
internal import Processes

extension Unlaunchable {
  /// What the kernel's refusal means for whoever wrote the script.
  ///
  /// - Parameter interpreter: what the script's first line names; nil if it names none.
  init(_ failure: LaunchFailure, interpreter: String?) {
    switch (failure.step, failure.code) {
    case (.exec, ENOEXEC) where interpreter == nil:
      self.init("the script does not say what runs it: its first line must be like #!/bin/sh")
    case (.exec, ENOENT):
      self.init("the script's interpreter '\(interpreter ?? "")' does not exist on this worker")
    case (.exec, EACCES):
      self.init("the script's interpreter '\(interpreter ?? "")' may not be executed (permission denied)")
    case (.exec, E2BIG):
      self.init("its arguments are too large for the system: pass results as stdin")
    default:
      self.init("it could not be started: \(failure)")
    }
  }
}
