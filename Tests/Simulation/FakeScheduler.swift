import NIOCore
import ZmeyCore
import ZmeyLink

@testable import ZmeyScheduler
@testable import ZmeyStore

/// The shell of one scheduler process, with the fake database behind it.
final class FakeScheduler {
  unowned let world: World
  private(set) var machine: SchedulerMachine
  private(set) var isAlive = true
  private var wires: [LinkID: Wire] = [:]
  /// The batch that is with the database.
  private var batch: SchedulerBatch?
  private var isDatabaseAway = false
  private var wakeUp: Instant?

  init(_ world: World) {
    self.world = world
    machine = SchedulerMachine()
  }

  func start() { handle(.acquired(world.database.records, world.database.adoptable())) }

  func accept(_ wire: Wire, _ hello: Hello) {
    wires[wire.id] = wire
    handle(.greeted(wire.id, hello))
  }

  func closed(_ wire: Wire) {
    wires[wire.id] = nil
    handle(.closed(wire.id))
  }

  func handle(_ event: SchedulerMachine.Event) {
    guard isAlive else { return }
    for effect in machine.handle(event, at: world.now) {
      switch effect {
      case .send(let link, let frame): wires[link]?.sendToWorker(frame)
      case .close(let link): wires[link]?.closeByScheduler()
      case .log, .refused: break
      }
    }
    schedule()
    turn()
  }

  private func schedule() {
    guard let deadline = machine.nextDeadline else { return }
    if let wakeUp, wakeUp <= deadline { return }
    wakeUp = deadline
    world.at(deadline) { [self] in
      guard wakeUp == deadline else { return }
      wakeUp = nil
      handle(.tick)
    }
  }

  /// The database's lane: one batch at a time.
  private func turn() {
    guard isAlive, batch == nil, !isDatabaseAway, let next = machine.takeBatch() else { return }
    checkSlots(next)
    batch = next
    let takes =
      world.hasFaults && world.random.chance(1)
      ? world.random.milliseconds(100...90_000) : world.random.milliseconds(1...20)
    world.after(takes) { [self] in carryOut() }
  }

  private func carryOut() {
    guard isAlive, let batch else { return }
    self.batch = nil
    let fault = world.databaseFaults && world.hasFaults ? world.random.below(100) : 100
    switch fault {
    case 0: handle(.failed(batch))
    case 1, 2: loseDatabase(batch)
    case 3, 4:
      _ = world.database.perform(batch)
      loseDatabase(batch)
    default:
      let result = world.database.perform(batch)
      let missing = Set(result.claimed.map(\.script)).subtracting(machine.scripts.keys)
      let texts = missing.map { ($0, ByteBuffer(bytes: [1] + $0)) }
      handle(.performed(batch, result, scripts: Dictionary(uniqueKeysWithValues: texts)))
    }
  }

  private func loseDatabase(_ batch: SchedulerBatch) {
    isDatabaseAway = true
    handle(.failed(batch))
    world.after(world.random.milliseconds(100...(world.random.chance(20) ? 90_000 : 3000))) { [self] in
      isDatabaseAway = false
      start()
    }
  }

  /// Ends it as SIGKILL does: what is with the database commits, or not.
  func die() {
    isAlive = false
    if let batch, world.random.chance(50) { _ = world.database.perform(batch) }
    for wire in wires.values.sorted(by: { $0.worker.id < $1.worker.id }) { wire.schedulerDied() }
  }

  private func checkSlots(_ batch: SchedulerBatch) {
    for (id, slots) in Dictionary(grouping: batch.slots, by: \.self) {
      guard let worker = machine.workers[id] else {
        world.note("slots are claimed for worker \(id), which is not known")
        continue
      }
      if worker.attempts.count + slots.count > worker.record.slots {
        world.note(
          "worker \(id) has \(worker.record.slots) slots, and \(worker.attempts.count + slots.count) are used"
        )
      }
    }
  }

  var leftovers: [String] {
    var left: [String] = []
    if !machine.finishing.isEmpty {
      left.append("the scheduler has \(machine.finishing.count) unsettled ends")
    }
    for worker in machine.workers.values where !worker.attempts.isEmpty {
      left.append("the scheduler holds \(worker.attempts.count) attempts of worker \(worker.record.id)")
    }
    return left
  }
}
