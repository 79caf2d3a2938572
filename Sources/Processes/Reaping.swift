import CLinux
import Glibc

/// Waits for the process of a pidfd to end and takes its zombie away.
func reap(_ pidfd: borrowing Descriptor) -> (status: Exit.Status, usage: ResourceUsage) {
  var result = clinux_exit()
  // Nobody else waits for a child of ours by its pid, so this can fail only if the host process ignores
  // SIGCHLD, which makes the kernel throw the status away; then the result stays all zero.
  _ = clinux_reap(pidfd.number, &result)
  let status: Exit.Status =
    switch result.code {
    case Int32(CLD_KILLED): .signalled(result.status, coreDumped: false)
    case Int32(CLD_DUMPED): .signalled(result.status, coreDumped: true)
    default: .exited(result.status)
    }
  let usage = ResourceUsage(
    maximumResidentKiB: result.maximum_resident_kib, userMicroseconds: result.user_microseconds,
    systemMicroseconds: result.system_microseconds)
  return (status, usage)
}
