import CLinux
import Glibc

extension ReactorLoop {
  func launch(_ request: LaunchRequest) {
    do throws(LaunchFailure) {
      if isStopping { throw LaunchFailure(.request, code: ECANCELED) }
      if children[request.id] != nil { throw LaunchFailure(.request, code: EEXIST) }
      let child: Child
      do throws(LaunchFailure) {
        child = try plant(request)
      } catch {
        // A cgroup that served before may be spoilt, or its folder removed under us.
        if error.step != .cgroup { throw error }
        child = try plant(request, isRetry: true)
      }
      children[child.id] = child
      batch.append(.started(id: child.id, pid: child.pid))
    } catch {
      batch.append(.failedToStart(id: request.id, failure: error))
    }
  }

  private func plant(_ request: LaunchRequest, isRetry: Bool = false) throws(LaunchFailure) -> Child {
    let startedAt = monotonicNanoseconds()
    var request = request
    let cgroup = try forest.prepare(&request, isRetry: isRetry)
    do {
      let child = try Child(request, in: cgroup, defaultInput: nullDevice, at: startedAt)
      try watch(child)
      forest.plant(child)
      return child
    } catch {
      if let cgroup { forest.discard(cgroup) }
      throw error
    }
  }

  /// The last wish wins, but nothing follows a kill, and a tree without leader is about to be killed.
  func wish(_ wish: Wish, for child: Child) {
    if child.wish == wish || child.wish == .kill || (child.endedAt != nil && wish != .kill) { return }
    if wish == .run {
      child.thaw(at: now)
      batch.append(.thawed(id: child.id))
    }
    child.wish = wish
    child.isFulfilled = forest.pursue(child)
    if child.isFulfilled { fulfilled(child) }
  }

  /// Brings about that nobody of an ended leader's tree lives.
  func clear(_ child: Child) {
    if child.wish == .kill && child.isFulfilled { return }
    child.wish = .kill
    child.isFulfilled = forest.pursue(child)
  }

  /// What was wished for a tree is so now.
  func fulfilled(_ child: Child) {
    child.isFulfilled = true
    switch child.wish {
    case .run: break
    case .freeze:
      // The rest of a tree whose leader has ended is about to be killed.
      if child.endedAt != nil { return }
      child.frozenAt = now
      batch.append(.frozen(id: child.id))
    case .kill: if child.isOver { finish(child) }
    }
  }

  func finish(_ child: Child) {
    guard let endedAt = child.endedAt else { return }
    child.thaw(at: endedAt)
    if child.deadline != nil { lingering.removeAll { $0 === child } }
    watched[child.pidfd.number] = nil
    children[child.id] = nil
    forest.uproot(child)
    let (status, usage) = reap(child.pidfd)
    let running = endedAt - child.startedAt
    let exit = Exit(
      status: status, usage: usage, nanoseconds: running - min(running, child.nanosecondsFrozen),
      outputCutByDescendants: child.outputCut)
    batch.append(.finished(id: child.id, exit: exit))
  }
}
