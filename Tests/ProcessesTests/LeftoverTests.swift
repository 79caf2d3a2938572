import Glibc
import Testing

@testable import Processes

/// A process that no signal ends, as one that waits for a disk: in a freezer of the first version of cgroups.
private final class Undying {
  static let isPossible = access("/sys/fs/cgroup/freezer/cgroup.procs", W_OK) == 0
  private let freezer = "/sys/fs/cgroup/freezer/zmey-\(getpid())"
  let mark = Array("ZM_FENCE=undying-\(getpid())".utf8)
  let child: LaunchedChild

  init(in cgroup: Cgroup? = nil) throws {
    let null = try Descriptor.open("/dev/null", O_RDWR)
    var program = shell("exec sleep 1000")
    program.environment.append(mark)
    child = try program.launchChild(input: null, output: null, error: null, cgroup: cgroup)
    mkdir(freezer, 0o755)
    write("cgroup.procs", "\(child.pid)")
    write("freezer.state", "FROZEN")
    while contents("\(freezer)/freezer.state") != "FROZEN\n" { usleep(1000) }
  }

  func thaw() {
    write("freezer.state", "THAWED")
  }

  deinit {
    thaw()
    kill(child.pid, SIGKILL)
    _ = reap(child.pidfd)
    rmdir(freezer)
  }

  private func write(_ file: String, _ text: String) {
    let descriptor = open("\(freezer)/\(file)", O_WRONLY | O_CLOEXEC)
    #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
    close(descriptor)
  }
}

@Suite(.serialized, .enabled(if: Undying.isPossible, "no process can be made that outlives SIGKILL"))
struct `Leftovers that cannot be ended` {
  @Test(.enabled(if: Control.hasCgroups, "no cgroup may be made here"))
  func `are named by their cgroup`() throws {
    let path = try CgroupBase.path(name: "zmey-undying-\(getpid())")
    let cgroup = try Cgroup(path)
    let undying = try Undying(in: cgroup)
    let error = #expect(throws: SystemError.self) {
      try CgroupBase.clear(path, within: .milliseconds(20))
    }
    let pid = undying.child.pid
    #expect(error?.description == "processes \(pid) of an earlier worker cannot be ended: Timer expired")
    undying.thaw()
    try CgroupBase.clear(path)
    #expect(access(path, F_OK) != 0)
  }

  @Test func `are named by scans`() throws {
    let undying = try Undying()
    let error = #expect(throws: SystemError.self) {
      try Leftovers.end(marked: undying.mark, within: .milliseconds(20))
    }
    let pid = undying.child.pid
    #expect(error?.description == "processes \(pid) of an earlier worker cannot be ended: Timer expired")
    undying.thaw()
    try Leftovers.end(marked: undying.mark)
  }
}
