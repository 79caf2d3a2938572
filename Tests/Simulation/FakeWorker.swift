import NIOCore
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

/// The shell of one worker, with processes that do what their plan says. It may die and come back; its
/// spool stays.
final class FakeWorker {
  unowned let world: World
  let id: WorkerID
  let name: String
  /// Which process it is: counts from 1.
  private(set) var life = 0
  private(set) var machine: WorkerMachine?
  private var incarnation = Nonce(high: 0, low: 0)
  private(set) var wire: Wire?
  private var isGreeted = false
  private var greetedAs: Nonce?
  private var spool: [Fence: [Frame]] = [:]
  private var scripts: Set<ByteBuffer> = []
  private var processes: [Fence: FakeProcess] = [:]
  private var wakeUp: Instant?
  /// Until when nobody can be reached.
  var unreachableUntil = Instant(nanoseconds: 0)

  init(_ world: World, _ id: WorkerID) {
    self.world = world
    self.id = id
    name = "w\(id)"
  }

  // MARK: Life

  func start() {
    life += 1
    machine = WorkerMachine(spooled: spool)
    incarnation = newIncarnation()
    scripts = []
    dial()
  }

  private func newIncarnation() -> Nonce { Nonce(high: world.random.next(), low: world.random.next()) }

  func die() {
    guard machine != nil else { return }
    machine = nil
    life += 1
    wakeUp = nil
    for process in processes.values { process.isGone = true }
    processes = [:]
    let old = wire
    wire = nil
    isGreeted = false
    old?.closeByWorker()
    let restart = world.random.chance(20) ? 1000...100_000 : 100...5000
    world.after(world.hasFaults ? world.random.milliseconds(restart) : .milliseconds(100)) { [self] in start()
    }
  }

  func drain() { handle(.drain(world.random.milliseconds(0...30_000))) }

  var leftovers: [String] {
    let held = machine.map { $0.attempts.count + $0.inherited.count } ?? 0
    return held + spool.count + processes.count == 0
      ? [] : ["worker \(id) holds \(held) attempts, \(spool.count) spooled, \(processes.count) processes"]
  }

  // MARK: Link

  private func dial() {
    let life = life
    guard let machine, wire == nil else { return }
    guard let scheduler = world.scheduler, scheduler.isAlive, unreachableUntil <= world.now else {
      world.after(world.random.milliseconds(100...2000)) { [self] in if self.life == life { dial() } }
      return
    }
    // The hello is made before the connection stands.
    let hello = Hello(
      worker: name, incarnation: incarnation, host: "h", release: "1", attempts: machine.held)
    greetedAs = incarnation
    let wire = Wire(id: world.nextLink(), world: world, worker: self, scheduler: scheduler)
    self.wire = wire
    world.after(world.random.chance(5) ? world.random.milliseconds(1...5000) : world.latency()) { [self] in
      // The hello is lost with its wire: a scheduler that greeted one it has seen close would wait for it for ever.
      guard self.wire === wire, wire.isAlive else { return }
      if scheduler.isAlive { scheduler.accept(wire, hello) } else { closed(wire) }
    }
  }

  func received(_ wire: Wire, _ frame: Frame) {
    guard wire === self.wire, wire.life == life else { return }
    switch frame {
    case .welcome where greetedAs != incarnation:
      wire.closeByWorker()
      closed(wire)
    case .welcome(let welcome):
      isGreeted = true
      handle(.welcomed(welcome))
    case .refuse: break
    default: handle(.received(frame))
    }
  }

  func closed(_ wire: Wire) {
    guard wire === self.wire else { return }
    self.wire = nil
    if isGreeted {
      isGreeted = false
      // The real link pings all the time: the scheduler was heard just before.
      handle(.received(.pong))
      handle(.disconnected)
    }
    let life = life
    world.after(world.random.milliseconds(70...2600)) { [self] in if self.life == life { dial() } }
  }

  // MARK: Machine

  func handle(_ event: WorkerMachine.Event) {
    guard let effects = machine?.handle(event, at: world.now) else { return }
    for effect in effects {
      switch effect {
      case .send(let frame): if isGreeted { wire?.sendToScheduler(frame) }
      case .keepScript(let sha256, _): scripts.insert(sha256)
      case .launch(let launch): self.launch(launch)
      case .freeze(let fence): processes[fence]?.freeze()
      case .thaw(let fence): processes[fence]?.thaw()
      case .discard: break
      case .terminate(let fence): processes[fence]?.terminate()
      case .kill(let fence): processes[fence]?.kill()
      case .acknowledge(let fence, let bytes): processes[fence]?.acknowledge(bytes)
      case .spool(let fence, let frames): spool[fence] = frames
      case .unspool(let fence): spool[fence] = nil
      case .renew: incarnation = newIncarnation()
      case .log: break
      case .end:
        die()
        return
      }
    }
    schedule()
  }

  private func schedule() {
    guard let deadline = machine?.nextDeadline else { return }
    if let wakeUp, wakeUp <= deadline { return }
    wakeUp = deadline
    let life = life
    world.at(deadline) { [self] in
      guard self.life == life, wakeUp == deadline else { return }
      wakeUp = nil
      handle(.tick)
    }
  }

  private func launch(_ launch: Launch) {
    if !scripts.contains(launch.assignment.script) {
      world.note("\(launch.fence.taskRun) has no script to run")
    }
    let plan = world.database.tasks[launch.fence.taskRun]!.plan
    if let input = plan.input, launch.standardInput != ByteBuffer(bytes: input) {
      world.note("\(launch.fence.taskRun) was not given its input")
    }
    let process = FakeProcess(launch.fence, plan, self)
    processes[launch.fence] = process
    process.launch()
  }

  func gone(_ fence: Fence) { processes[fence] = nil }
}
