import NIOCore
import ZmeyCore
import ZmeyWorker

/// A process that follows its plan and waits in its write when nobody takes what it wrote.
final class FakeProcess {
  private static let window = 1024

  let fence: Fence
  private let plan: Plan
  private unowned let worker: FakeWorker
  private var step = 0
  private var unacknowledged = 0
  private var isBlocked = false
  private var isStarted = false
  private var isFreezeWanted = false
  private var isFrozen = false
  /// What would have happened while it stood still.
  private var deferred: [() -> Void] = []
  var isGone = false

  init(_ fence: Fence, _ plan: Plan, _ worker: FakeWorker) {
    self.fence = fence
    self.plan = plan
    self.worker = worker
  }

  private var world: World { worker.world }

  func launch() {
    world.after(world.random.milliseconds(1...20)) { [self] in
      guard !isGone else { return }
      guard !plan.cannotStart else {
        leave(.failedToStart(fence, Unlaunchable("no interpreter")))
        return
      }
      world.executions[fence.taskRun, default: 0] += 1
      isStarted = true
      worker.handle(.started(fence))
      if isFreezeWanted { freeze() }
      next()
    }
  }

  private func next() {
    guard step < plan.steps.count else {
      goesOn(after: plan.steps.first?.after ?? plan.lasts) { [self] in exit(code: plan.exitCode) }
      return
    }
    goesOn(after: plan.steps[step].after) { [self] in
      let (_, stream, bytes) = plan.steps[step]
      step += 1
      unacknowledged += bytes.readableBytes
      worker.handle(.output(fence, stream, bytes))
      if unacknowledged < Self.window { next() } else { isBlocked = true }
    }
  }

  func acknowledge(_ bytes: Int) {
    unacknowledged = max(0, unacknowledged - bytes)
    guard isBlocked, unacknowledged <= Self.window / 2 else { return }
    isBlocked = false
    next()
  }

  /// Does that after that time, unless it is gone; while it stands still, once it goes on.
  private func goesOn(after span: Duration, _ body: @escaping () -> Void) {
    world.after(span) { [self] in
      if isGone { return }
      if isFrozen { deferred.append(body) } else { body() }
    }
  }

  func freeze() {
    isFreezeWanted = true
    world.after(world.random.milliseconds(1...50)) { [self] in
      guard isStarted, isFreezeWanted, !isFrozen, !isGone else { return }
      isFrozen = true
      worker.handle(.frozen(fence))
    }
  }

  func thaw() {
    isFreezeWanted = false
    world.after(world.random.milliseconds(1...5)) { [self] in
      guard isFrozen, !isFreezeWanted, !isGone else { return }
      isFrozen = false
      worker.handle(.thawed(fence))
      for body in deferred where !isGone { body() }
      deferred = []
    }
  }

  func terminate() {
    thaw()
    if !plan.ignoresTerm { goesOn(after: world.random.milliseconds(21...100)) { [self] in exit(signal: 15) } }
  }

  /// Later than any start takes: a signal meets its process, however young.
  func kill() { world.after(world.random.milliseconds(21...30)) { [self] in exit(signal: 9) } }

  private func exit(code: Int32? = nil, signal: Int32? = nil) {
    leave(.exited(fence, WorkerMachine.ProcessExit(code: code, signal: signal)))
  }

  private func leave(_ event: WorkerMachine.Event) {
    guard !isGone else { return }
    isGone = true
    worker.gone(fence)
    worker.handle(event)
  }
}
