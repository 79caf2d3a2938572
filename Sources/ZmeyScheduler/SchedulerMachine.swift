public import NIOCore
public import ZmeyCore
public import ZmeyLink
public import ZmeyStore

/// Everything a scheduler decides, without doing any of it.
///
/// What holds:
/// - An attempt is known here from the commit of its claim until the commit of its end; it belongs to one
///   worker, and takes one of that worker's slots until its end arrives here.
/// - Nothing is dispatched before its claim has committed, and nothing is settled before its end has.
/// - What could not be written goes back in front and is written again; the fence makes that harmless.
public struct SchedulerMachine: Sendable {
  /// What happens to a scheduler.
  public enum Event: Sendable {
    /// The name was taken: this is the list of workers and what the name has under way.
    case acquired([WorkerRecord], [AdoptableAttempt])
    /// The list of workers as it is now.
    case workers([WorkerRecord])
    /// A worker introduces itself, over a link of which that is known.
    case greeted(LinkID, Hello, over: LinkSecurity = .none)
    /// A worker says something.
    case received(LinkID, Frame)
    /// A link is gone.
    case closed(LinkID)
    /// A batch was carried out; `scripts` are the texts that its claims need and this machine lacked, `secrets` all that
    /// they name.
    case performed(
      SchedulerBatch, SchedulerBatchResult, scripts: [[UInt8]: ByteBuffer],
      secrets: [SecretReference: FoundSecret] = [:])
    /// A batch was not carried out, or nobody knows: the database went away.
    case failed(SchedulerBatch)
    /// Something was queued.
    case notified
    /// Claim nothing more.
    case stop
    /// Time has passed.
    case tick
  }

  /// What the shell has to do, in this order.
  public enum Effect: Hashable, Sendable {
    /// Send a frame.
    case send(LinkID, Frame)
    /// Close a link after what was sent.
    case close(LinkID)
    /// Let people know that who came on this link under this name was refused, and why.
    case refused(LinkID, name: String, reason: String)
    /// Write a line to the log.
    case log(String)
  }

  /// Periods.
  public struct Settings: Sendable {
    /// After how long a silent worker's attempts are given up (`-cw`).
    public var giveUpAfter: Duration
    /// How long to wait before looking into an empty queue again; notifications make it soon, this makes
    /// it sure.
    public var polls: [Duration]
    /// How long to leave due events to another scheduler that fired those before them; best by chance.
    public var courtesy: Duration

    /// The usual values.
    public init(
      giveUpAfter: Duration = .seconds(60),
      polls: [Duration] = [.milliseconds(50), .milliseconds(250), .seconds(1), .seconds(5)],
      courtesy: Duration = .milliseconds(20)
    ) {
      self.giveUpAfter = giveUpAfter
      self.polls = polls
      self.courtesy = courtesy
    }

    /// What workers are told: they end what they run before it is given up here.
    public var lease: Duration { giveUpAfter * 0.8 }
  }

  /// How much of the outbox goes in one batch.
  static let batchFinishes = 1000
  static let batchChunkBytes = 8 << 20

  let settings: Settings
  var workers: [WorkerID: WorkerState] = [:]
  var links: [LinkID: WorkerID] = [:]
  /// Ends that are not settled yet, with the worker that waits for it.
  var finishing: [Fence: WorkerID] = [:]
  /// What the database has to be told.
  var outbox = SchedulerBatch()
  /// Texts of scripts by digest; dropped as a whole when it grows large.
  var scripts: [[UInt8]: ByteBuffer] = [:]
  /// Whether the queue may hold something: false once a claim came back empty.
  var isHungry = true
  /// When to look again, and how many looks were in vain.
  var pollAt: Instant?
  var vainPolls = 0
  /// Whether to ask what people want, and when the next delayed task run is due.
  var asksWants = false
  /// When that one is due.
  var dueAt: Instant?
  /// When to look for due events, and time zones of which this scheduler knows nothing.
  var alarm: EventAlarm
  var unknownZones: [String] = []
  /// How long successes took that the database has not been told of.
  var samples: [DurationSample] = []
  var isStopping = false
  var hasAcquired = false

  /// A scheduler that has not taken its name yet.
  public init(settings: Settings = Settings()) {
    self.settings = settings
    alarm = EventAlarm(courtesy: settings.courtesy)
  }

  /// Lets one event happen.
  public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .acquired(let records, let attempts): acquired(records, attempts, now, &effects)
    case .workers(let records): update(records, now, &effects)
    case .greeted(let link, let hello, let security): greeted(link, hello, security, now, &effects)
    case .received(let link, let frame): received(link, frame, now, &effects)
    case .closed(let link): closed(link, now, &effects)
    case .performed(let batch, let result, let texts, let secrets):
      performed(batch, result, texts, secrets, now, &effects)
    case .failed(let batch): putBack(batch)
    case .notified:
      asksWants = true
      wake()
    case .stop: isStopping = true
    case .tick: tick(now, &effects)
    }
    return effects
  }

  mutating func wake() {
    isHungry = true
    vainPolls = 0
    pollAt = nil
  }

  // MARK: The database

  /// Whether more than half of the slots are taken.
  public var isBusy: Bool {
    let candidates = workers.values.compactMap(\.candidate)
    return candidates.reduce(0) { $0 + $1.busy } * 2 > candidates.reduce(0) { $0 + $1.slots }
  }

  /// What to tell and ask the database next; nil if there is nothing. The caller carries it out and reports
  /// `performed` or `failed` before it takes the next.
  public mutating func takeBatch() -> SchedulerBatch? {
    var batch = outbox
    outbox = SchedulerBatch()
    if batch.finished.count > Self.batchFinishes {
      outbox.finished = Array(batch.finished[Self.batchFinishes...])
      batch.finished.removeSubrange(Self.batchFinishes...)
    }
    limitChunks(&batch)
    // After ends the queue is asked in any case: what follows them is in it, in this very transaction.
    if !isStopping, isHungry || !batch.finished.isEmpty {
      batch.slots = Placement.slots(workers.values.compactMap(\.candidate), limit: Self.batchFinishes)
    }
    // An observation may have been made before the order that it seems to answer: what it leaves open is asked for with it.
    batch.asksWants = asksWants || !batch.observed.isEmpty
    batch.unknownZones = unknownZones
    asksWants = false
    return batch.isEmpty ? nil : batch
  }

  /// Asks in any case, once in a while: with all slots taken nothing else would make it, and an order that came to
  /// nothing is said again.
  public mutating func askWants() { asksWants = true }

  /// How long successes took since the last time.
  public mutating func takeSamples() -> [DurationSample] {
    defer { samples = [] }
    return samples
  }

  /// Keeps a batch's output within bounds. An end waits for the batch that holds the last of its output.
  private mutating func limitChunks(_ batch: inout SchedulerBatch) {
    var bytes = 0
    guard
      let cut = batch.chunks.firstIndex(where: { chunk in
        bytes += chunk.bytes.count
        return bytes > Self.batchChunkBytes
      }), cut > 0
    else { return }
    outbox.chunks = Array(batch.chunks[cut...])
    batch.chunks.removeSubrange(cut...)
    let waiting = Set(outbox.chunks.map(\.fence))
    outbox.finished = batch.finished.filter { waiting.contains($0.fence) } + outbox.finished
    batch.finished.removeAll { waiting.contains($0.fence) }
  }

  private mutating func putBack(_ batch: SchedulerBatch) {
    outbox.running = batch.running + outbox.running
    let newer = Set(outbox.observed.map(\.fence))
    outbox.observed = batch.observed.filter { !newer.contains($0.fence) } + outbox.observed
    outbox.percents = batch.percents + outbox.percents
    outbox.chunks = batch.chunks + outbox.chunks
    outbox.finished = batch.finished + outbox.finished
    outbox.lost = batch.lost + outbox.lost
    asksWants = asksWants || batch.asksWants
    isHungry = true
  }

  private mutating func performed(
    _ batch: SchedulerBatch, _ result: SchedulerBatchResult, _ texts: [[UInt8]: ByteBuffer],
    _ secrets: [SecretReference: FoundSecret], _ now: Instant, _ effects: inout [Effect]
  ) {
    var stored: [Fence: Int32] = [:]
    for chunk in batch.chunks { stored[chunk.fence] = chunk.number }
    for (fence, number) in stored {
      if let link = linkOf(fence) { effects.append(.send(link, .outputStored(fence, chunk: number))) }
    }
    for finished in batch.finished {
      if let worker = finishing.removeValue(forKey: finished.fence), let link = workers[worker]?.link {
        effects.append(.send(link, .settled(finished.fence)))
      }
    }
    for (taskRun, attempt, isDuplicate) in result.notAccepted where !isDuplicate {
      effects.append(
        .log("the result of task run \(taskRun), attempt \(attempt) came too late and is thrown away"))
    }
    for (fence, want) in result.wants {
      if let link = linkOf(fence) { effects.append(.send(link, .want(fence, want))) }
    }
    // What is due already comes with the next free slot.
    if batch.asksWants {
      dueAt = result.nextDue.flatMap { $0 > .zero ? now + $0 : nil }
      alarm.heard(nextIn: result.nextEvent, at: now)
    }
    scripts.merge(texts) { _, new in new }
    for task in result.claimed { dispatch(task, secrets, &effects) }
    if scripts.count > 1000 { scripts.removeAll() }
    for id in workers.keys { closeIfDone(id, &effects) }
    if !batch.slots.isEmpty { planNextClaim(asked: batch.slots.count, claimed: result.claimed.count, now) }
  }

  /// The worker's link for an attempt that runs or has ended.
  private func linkOf(_ fence: Fence) -> LinkID? {
    if let worker = finishing[fence] { return workers[worker]?.link }
    return workers.values.first { $0.attempts[fence] != nil }?.link
  }

  private mutating func planNextClaim(asked: Int, claimed: Int, _ now: Instant) {
    if claimed > 0 {
      wake()
    } else {
      isHungry = false
      pollAt = now + settings.polls[min(vainPolls, settings.polls.count - 1)]
      vainPolls += 1
    }
  }

  private mutating func dispatch(
    _ task: ClaimedTask, _ found: [SecretReference: FoundSecret], _ effects: inout [Effect]
  ) {
    // The worker may have gone while the claim was under way.
    guard let worker = workers[task.worker], let link = worker.link, worker.isReachable else {
      return lose([task.fence], wasDelivered: false, "its worker went before it was sent")
    }
    guard scripts[task.script] != nil || worker.scripts.contains(task.script) else {
      return lose([task.fence], wasDelivered: false, "its script could not be read")
    }
    guard task.secrets.allSatisfy({ found[$0] != nil }) else {
      return lose([task.fence], wasDelivered: false, "its secrets could not be read")
    }
    if let obstacle = task.secrets.lazy.compactMap({ found[$0]?.obstacle($0.name) }).min() {
      return fail(task.fence, obstacle)
    }
    workers[task.worker]?.attempts[task.fence] = WorkerState.Held(
      work: task.program.map { .init(program: $0, name: task.name) })
    if workers[task.worker]?.scripts.insert(task.script).inserted == true, let body = scripts[task.script] {
      effects.append(.send(link, .script(sha256: ByteBuffer(bytes: task.script), body: body)))
    }
    let (assignment, parts) = Assignment.make(task, secrets: found)
    effects.append(.send(link, .assign(assignment)))
    effects += parts.map { .send(link, $0) }
  }

  /// Ends an attempt that no worker got.
  private mutating func fail(_ fence: Fence, _ reason: String) {
    outbox.finished.append(
      .init(
        fence: fence, outcome: Outcome(verdict: .failed, reason: reason), resultBytes: 0, errorBytes: 0,
        isCut: false, result: nil))
  }
}
