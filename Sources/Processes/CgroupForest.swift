import CLinux
import Glibc

/// Trees in cgroups: the kernel knows the members.
final class CgroupForest: Forest {
  /// Only the kernel's reports bring work.
  let due: UInt64? = nil
  private let base: CgroupBase
  private let poll: EventPoll
  /// Emptied cgroups; to make and remove one costs more than to keep it.
  private var pool: [Cgroup] = []
  private var watched: [Int32: Child] = [:]
  private var reported: [Int32] = []

  private static let largestPool = 64

  init(_ base: CgroupBase, _ poll: EventPoll) {
    self.base = base
    self.poll = poll
  }

  func prepare(_ request: inout LaunchRequest) throws(LaunchFailure) -> Cgroup? {
    do throws(SystemError) {
      let cgroup = if let emptied = pool.popLast() { emptied } else { try base.makeChild() }
      try limit(cgroup, "memory.max", request.memoryLimit) { request.fallBackOnMemoryLimit() }
      try limit(cgroup, "pids.max", request.processLimit) { request.fallBackOnProcessLimit() }
      cgroup.hasLimits = request.memoryLimit != nil || request.processLimit != nil
      return cgroup
    } catch {
      throw LaunchFailure(.cgroup, code: error.code)
    }
  }

  private func limit(
    _ cgroup: Cgroup, _ file: String, _ value: UInt64?, orElse fallBack: () -> Void
  ) throws(SystemError) {
    if value == nil && !cgroup.hasLimits { return }
    if cgroup.has(file) {
      try cgroup.write(value.map(String.init) ?? "max", to: file)
    } else if value != nil {
      fallBack()
    }
  }

  func plant(_ child: Child) {}

  func pursue(_ child: Child) -> Bool {
    guard let cgroup = child.cgroup else { return true }
    // The files exist since the probe, and these writes allocate nothing: they do not fail.
    switch child.wish {
    case .run:
      try? cgroup.write("0", to: "cgroup.freeze")
      unwatch(cgroup)
      return true
    case .freeze:
      cgroup.mayBeFrozen = true
      try? cgroup.write("1", to: "cgroup.freeze")
    case .kill:
      if !cgroup.state.populated { return true }
      try? cgroup.kill()
    }
    if isDone(child, cgroup) { return true }
    // It is reported at once if the text has changed since it was just read.
    watched[cgroup.events.number] = child
    try? poll.add(cgroup.events.number, .changed)
    return false
  }

  private func isDone(_ child: Child, _ cgroup: Cgroup) -> Bool {
    switch child.wish {
    case .run: true
    case .freeze: cgroup.state.frozen
    case .kill: !cgroup.state.populated
    }
  }

  private func unwatch(_ cgroup: Cgroup) {
    guard watched.removeValue(forKey: cgroup.events.number) != nil else { return }
    poll.remove(cgroup.events.number)
  }

  /// A pid that stands in the list before its pidfd is opened and after is no stranger's.
  func signal(_ child: Child, _ number: Int32) {
    guard let cgroup = child.cgroup else { return }
    var handles: [(pid: Int32, pidfd: Int32)] = []
    for pid in cgroup.members where pid > 0 { handles.append((pid, clinux_pidfd_open(pid))) }
    let still = Set(cgroup.members)
    for (pid, pidfd) in handles where pidfd >= 0 {
      if still.contains(pid) { _ = clinux_pidfd_send_signal(pidfd, number) }
      close(pidfd)
    }
  }

  func uproot(_ child: Child) {
    guard let cgroup = child.cgroup else { return }
    unwatch(cgroup)
    takeBack(cgroup)
  }

  /// A frozen cgroup would hold the next child before its exec, and with it us.
  func takeBack(_ cgroup: Cgroup) {
    if cgroup.mayBeFrozen { cgroup.mayBeFrozen = (try? cgroup.write("0", to: "cgroup.freeze")) == nil }
    if !cgroup.mayBeFrozen && !cgroup.wasKilled && pool.count < Self.largestPool {
      pool.append(cgroup)
    } else {
      CgroupBase.remove(cgroup.path)
    }
  }

  func note(_ descriptor: Int32) -> Bool {
    guard watched[descriptor] != nil else { return false }
    reported.append(descriptor)
    return true
  }

  func turn(at now: UInt64) -> [Child] {
    if reported.isEmpty { return [] }
    var done: [Child] = []
    for descriptor in reported {
      guard let child = watched[descriptor], let cgroup = child.cgroup, isDone(child, cgroup) else {
        continue
      }
      unwatch(cgroup)
      done.append(child)
    }
    reported = []
    return done
  }
}

extension LaunchRequest {
  /// Where no cgroup counts the tree's memory.
  mutating func fallBackOnMemoryLimit() {
    if let limit = memoryLimit { program.limits.append(.init(.addressSpace, soft: limit, hard: limit)) }
  }

  /// Where no cgroup counts the tree's processes.
  mutating func fallBackOnProcessLimit() {
    if let limit = processLimit { program.limits.append(.init(.processes, soft: limit, hard: limit)) }
  }
}
