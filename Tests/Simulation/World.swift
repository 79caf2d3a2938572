import ZmeyCore
import ZmeyLink
import ZmeyScheduler
import ZmeyStore

/// A scheduler, its workers, a database and a network in one thread and no time.
///
/// Equal seeds give equal histories as far as the order within dictionaries does not matter to them; with
/// `SWIFT_DETERMINISTIC_HASHING=1` in the environment they are equal to the byte.
final class World {
  /// What may go wrong.
  struct Faults {
    var links = true
    var workers = true
    var schedulers = true
    var database = true
    var list = true
    /// Whether people pause, resume and stop what runs.
    var operators = true
    /// Whether a scheduler may stay away for longer than the lease of its workers.
    var longAbsence = true
  }

  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  var random: SplitMix
  var database: FakeDatabase
  var scheduler: FakeScheduler?
  var workers: [FakeWorker] = []
  var executions: [TaskRunID: Int] = [:]
  let faults: Faults
  private(set) var hasFaults = true
  private var agenda = Agenda()
  private var linkCount: UInt64 = 0
  private var notes: [String] = []

  var databaseFaults: Bool { faults.database }

  init(seed: UInt64, faults: Faults = Faults()) {
    random = SplitMix(seed: seed)
    database = FakeDatabase(seed: seed &+ 1_000_000)
    self.faults = faults
    for number in 1...(2 + random.below(3)) {
      let id = WorkerID(Int32(number))
      database.records.append(WorkerRecord(id: id, name: "w\(id)", slots: 1 + random.below(5)))
      workers.append(FakeWorker(self, id))
    }
  }

  // MARK: Time

  func at(_ instant: Instant, _ action: @escaping () -> Void) { agenda.add(at: instant, action) }
  func after(_ span: Duration, _ action: @escaping () -> Void) { agenda.add(at: now + span, action) }
  func latency() -> Duration { random.milliseconds(1...(hasFaults && random.chance(5) ? 3000 : 30)) }
  func note(_ wrong: String) { notes.append("\(now.nanoseconds / 1_000_000) ms: \(wrong)") }

  func nextLink() -> LinkID {
    linkCount += 1
    return LinkID(linkCount)
  }

  private func run(for span: Duration) {
    let end = now + span
    // A machine that asks to be woken and then does nothing would go round for ever.
    var left = 300_000
    while let (instant, action) = agenda.next(until: end) {
      now = instant
      action()
      left -= 1
      guard left > 0 else {
        note("too much happens")
        break
      }
    }
    now = end
  }

  // MARK: The story

  /// Faults for `stormy`, then quiet until everything must have come to its end. Returns what is wrong.
  func live(taskRuns: Int, stormy: Duration, quiet: Duration = .seconds(1500)) -> [String] {
    startScheduler()
    for worker in workers { after(random.milliseconds(0...3000)) { worker.start() } }
    for number in 1...taskRuns {
      // Most come together, as users send them.
      let when =
        random.chance(50) ? Duration.seconds(5) : random.milliseconds(0...Int(stormy.wholeMilliseconds))
      after(when) { [self] in submit(TaskRunID(Int64(number))) }
    }
    after(random.milliseconds(1000...20_000)) { [self] in fault() }
    if faults.operators { after(random.milliseconds(1000...20_000)) { [self] in operate() } }
    run(for: stormy)
    hasFaults = false
    settle()
    run(for: quiet)
    return verdict()
  }

  private func submit(_ id: TaskRunID) {
    database.submit(id, Plan(id, &random))
    if random.chance(70) { after(latency()) { [self] in scheduler?.handle(.notified) } }
  }

  /// Lets an operator do one thing, and plans the next.
  private func operate() {
    guard hasFaults else { return }
    let ids = database.tasks.filter { $0.value.state.isInFlight || $0.value.state == .held }.keys.sorted()
    if !ids.isEmpty {
      let verbs: [Want] = [.pause, .pause, .pause, .resume, .resume, .resume, .stop, .kill]
      control(ids[random.below(ids.count)], verbs[random.below(verbs.count)])
    }
    after(random.milliseconds(100...5000)) { [self] in operate() }
  }

  func control(_ id: TaskRunID, _ want: Want) {
    database.control(id, want)
    if random.chance(90) { after(latency()) { [self] in scheduler?.handle(.notified) } }
  }

  func startScheduler() {
    let scheduler = FakeScheduler(self)
    self.scheduler = scheduler
    scheduler.start()
  }

  private func verdict() -> [String] {
    var wrong = notes + database.verdict()
    wrong += scheduler?.leftovers ?? ["no scheduler runs"]
    for worker in workers { wrong += worker.leftovers }
    for (id, count) in executions.sorted(by: { $0.key < $1.key }) {
      if database.tasks[id]?.plan.rerunIfLost == false, count > 1 {
        wrong.append("task run \(id) may run once and ran \(count) times")
      }
    }
    return wrong
  }
}
