import ZmeyCore
import ZmeyScheduler
import ZmeyStore

extension World {
  /// Lets one thing go wrong, and plans the next.
  func fault() {
    guard hasFaults else { return }
    let worker = workers[random.below(workers.count)]
    switch random.below(10) {
    case 0...2: if faults.links { cut(worker) }
    case 3:
      if faults.links {
        worker.unreachableUntil = now + random.milliseconds(1000...120_000)
        cut(worker)
      }
    case 4, 5: if faults.workers { worker.die() }
    case 6: if faults.workers { worker.drain() }
    case 7, 8: if faults.schedulers { restartScheduler() }
    default: if faults.list { changeList(worker) }
    }
    after(random.milliseconds(100...(random.chance(50) ? 2000 : 20_000))) { [self] in fault() }
  }

  private func cut(_ worker: FakeWorker) {
    // A reset is seen at once; a link that swallows everything is seen by its silence.
    let isReset = random.chance(50)
    worker.wire?.cut(
      workerNotices: isReset ? latency() : random.milliseconds(0...15_000),
      schedulerNotices: isReset ? latency() : random.milliseconds(0...60_000))
  }

  private func restartScheduler() {
    guard let old = scheduler else { return }
    old.die()
    scheduler = nil
    after(random.milliseconds(100...(faults.longAbsence && random.chance(20) ? 100_000 : 5000))) { [self] in
      startScheduler()
    }
  }

  private func changeList(_ worker: FakeWorker) {
    let record = WorkerRecord(
      id: worker.id, name: worker.name, slots: 1 + random.below(5), takesWork: random.chance(75))
    let wasListed = database.records.contains { $0.id == worker.id }
    database.records.removeAll { $0.id == worker.id }
    if !wasListed || random.chance(60) { database.records.append(record) }
    tellList()
  }

  private func tellList() {
    after(latency()) { [self] in scheduler?.handle(.workers(database.records)) }
  }

  /// Everything is in order from here on.
  func settle() {
    database.records = database.records.map { WorkerRecord(id: $0.id, name: $0.name, slots: $0.slots) }
    for worker in workers where !database.records.contains(where: { $0.id == worker.id }) {
      database.records.append(WorkerRecord(id: worker.id, name: worker.name, slots: 2))
    }
    tellList()
    // Nothing is kept back any more; what gets paused by a late word is taken back, too.
    for id in database.tasks.keys.sorted() where database.tasks[id]?.want == .pause { control(id, .resume) }
  }
}
