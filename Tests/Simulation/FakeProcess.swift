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
      worker.handle(.started(fence))
      next()
    }
  }

  private func next() {
    guard step < plan.steps.count else {
      world.after(plan.steps.first?.after ?? plan.lasts) { [self] in exit(code: plan.exitCode) }
      return
    }
    world.after(plan.steps[step].after) { [self] in
      guard !isGone else { return }
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

  func terminate() {
    if !plan.ignoresTerm { world.after(world.random.milliseconds(1...100)) { [self] in exit(signal: 15) } }
  }

  func kill() { world.after(world.random.milliseconds(1...10)) { [self] in exit(signal: 9) } }

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
