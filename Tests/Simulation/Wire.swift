import ZmeyCore
import ZmeyLink
import ZmeyScheduler

/// A link between a worker and a scheduler: frames arrive in order, or are lost when it is cut.
final class Wire {
  let id: LinkID
  unowned let world: World
  let worker: FakeWorker
  let life: Int
  let scheduler: FakeScheduler
  private var isCut = false
  private(set) var isOpenAtWorker = true
  private(set) var isOpenAtScheduler = true
  private var arrivalAtWorker: Instant
  private var arrivalAtScheduler: Instant

  init(id: LinkID, world: World, worker: FakeWorker, scheduler: FakeScheduler) {
    self.id = id
    self.world = world
    self.worker = worker
    self.scheduler = scheduler
    life = worker.life
    arrivalAtWorker = world.now
    arrivalAtScheduler = world.now
  }

  var isAlive: Bool { !isCut && isOpenAtWorker && isOpenAtScheduler }

  func sendToScheduler(_ frame: Frame) {
    guard !isCut, isOpenAtWorker else { return }
    arrivalAtScheduler = max(arrivalAtScheduler, world.now + world.latency())
    world.at(arrivalAtScheduler) { [self] in
      if !isCut, isOpenAtScheduler { scheduler.handle(.received(id, frame)) }
    }
  }

  func sendToWorker(_ frame: Frame) {
    guard !isCut, isOpenAtScheduler else { return }
    arrivalAtWorker = max(arrivalAtWorker, world.now + world.latency())
    world.at(arrivalAtWorker) { [self] in
      if !isCut, isOpenAtWorker { worker.received(self, frame) }
    }
  }

  /// Nothing arrives any more; each side notices it in its own time.
  func cut(workerNotices: Duration, schedulerNotices: Duration) {
    guard !isCut else { return }
    isCut = true
    world.after(workerNotices) { [self] in closeAtWorker() }
    world.after(schedulerNotices) { [self] in closeAtScheduler() }
  }

  /// The scheduler closes it: what it sent before still arrives.
  func closeByScheduler() {
    arrivalAtWorker = max(arrivalAtWorker, world.now + world.latency())
    world.at(arrivalAtWorker) { [self] in closeAtWorker() }
    world.after(.zero) { [self] in closeAtScheduler() }
  }

  /// The worker closes it, or dies: what it sent before still arrives, mostly.
  func closeByWorker() {
    if world.random.chance(30) { isCut = true }
    isOpenAtWorker = false
    arrivalAtScheduler = max(arrivalAtScheduler, world.now + world.latency())
    world.at(arrivalAtScheduler) { [self] in closeAtScheduler() }
  }

  /// The scheduler dies.
  func schedulerDied() {
    isCut = true
    isOpenAtScheduler = false
    world.after(world.latency()) { [self] in closeAtWorker() }
  }

  private func closeAtWorker() {
    guard isOpenAtWorker else { return }
    isOpenAtWorker = false
    worker.closed(self)
  }

  private func closeAtScheduler() {
    guard isOpenAtScheduler else { return }
    isOpenAtScheduler = false
    scheduler.closed(self)
  }
}
