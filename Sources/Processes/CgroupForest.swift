import CLinux
import Glibc

/// Trees in cgroups: the kernel knows the members.
final class CgroupForest: Forest {
  /// When orphans are looked after; else only the kernel's reports bring work.
  private(set) var due: UInt64?
  private let isAdopting: Bool
  private var leaders: Set<Int32> = []
  private let base: CgroupBase
  private let poll: EventPoll
  /// Emptied cgroups; to make and remove one costs more than to keep it.
  private var pool: [Cgroup] = []
  private var watched: [Int32: Child] = [:]
  private var reported: [Int32] = []

  private static let largestPool = 64

  init(_ base: CgroupBase, _ poll: EventPoll, adopting: Bool) {
    self.base = base
    self.poll = poll
    isAdopting = adopting
  }

  func prepare(_ request: inout LaunchRequest, isRetry: Bool) throws(LaunchFailure) -> Cgroup? {
    var taken: Cgroup?
    do throws(SystemError) {
      // What a predecessor's files take of the memory would count against a limit.
      let isNew = isRetry || request.memoryLimit != nil || request.processLimit != nil
      let cgroup = if !isNew, let emptied = pool.popLast() { emptied } else { try base.makeChild() }
      taken = cgroup
      try limit(cgroup, "memory.max", request.memoryLimit) { request.fallBackOnMemoryLimit() }
      try limit(cgroup, "pids.max", request.processLimit) { request.fallBackOnProcessLimit() }
      return cgroup
    } catch {
      if let taken { discard(taken) }
      throw LaunchFailure(.cgroup, code: error.code)
    }
  }

  private func limit(
    _ cgroup: Cgroup, _ file: String, _ value: UInt64?, orElse fallBack: () -> Void
  ) throws(SystemError) {
    guard let value else { return }
    guard cgroup.has(file) else { return fallBack() }
    cgroup.hasLimits = true
    try cgroup.write("\(value)", to: file)
  }

  /// Whatever made the launch fail might make the next one fail as well, and a child that could not be watched may
  /// have left some.
  func discard(_ cgroup: Cgroup) { try? CgroupBase.clear(cgroup.path, within: .seconds(1)) }

  func plant(_ child: Child) {
    leaders.insert(child.pid)
    if isAdopting, due == nil { due = monotonicNanoseconds() + Orphans.upkeepPeriod }
  }

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
    leaders.remove(child.pid)
    // Who has left the cgroup becomes a zombie, and ours, in the next moment.
    if isAdopting, cgroup.wasKilled { due = monotonicNanoseconds() + Orphans.burialPause }
    takeBack(cgroup)
  }

  /// A frozen cgroup would hold the next child before its exec, and with it us.
  private func takeBack(_ cgroup: Cgroup) {
    if cgroup.mayBeFrozen { cgroup.mayBeFrozen = (try? cgroup.write("0", to: "cgroup.freeze")) == nil }
    let isReusable = !cgroup.mayBeFrozen && !cgroup.wasKilled && !cgroup.hasLimits && cgroup.isAsMade
    if isReusable && pool.count < Self.largestPool {
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
    if let due, due <= now {
      Orphans.reapAll(but: leaders)
      self.due = leaders.isEmpty ? nil : now + Orphans.upkeepPeriod
    }
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
