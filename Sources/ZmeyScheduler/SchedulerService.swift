internal import Glibc
public import Logging
public import NIOCore
internal import Postgres
internal import Sealing
internal import ZmeyCore
public import ZmeyDaemon
internal import ZmeyLink
internal import ZmeyStore

/// The shell around `SchedulerMachine`: workers' links on one side, the database on the other.
///
/// The actor lives on the event loop of its links, so frames reach the machine without a change of thread. The
/// database is one lane: while a batch is under way the next one grows, so the batches are as large as the load
/// makes them and a quiet scheduler answers at once.
public actor SchedulerService: DaemonService {
  /// The event loop's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  let configuration: SchedulerConfiguration
  private let loop: any EventLoop
  let logger: Logger
  var machine: SchedulerMachine
  /// Due times of events, as far as they were reckoned.
  var timetables: Timetables
  private var links: [LinkID: Link] = [:]
  private var wakeUp = WakeUp()
  private var isStopping = false
  private var isPulseDue = true
  private var isListDue = false
  private var obstaclePause = SchedulerService.firstPause
  private var listener: (any Channel)?
  private var lastListed = Instant(nanoseconds: 0)
  /// Whether something has changed that consoles were not told of, and when they were told last.
  private var isTellDue = false
  private var lastTold = Instant(nanoseconds: 0)
  /// How many task runs each linked worker had when the workers were reported last.
  private var toldBusy: [WorkerID: Int] = [:]
  private var lastLearned = Instant(nanoseconds: 0)
  /// Wakes the database lane; there is one for each time that the database is reached.
  private var workSignal: AsyncStream<Void>.Continuation?

  /// A scheduler that has not begun.
  public init(_ configuration: SchedulerConfiguration, loop: any EventLoop, logger: Logger) {
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
    machine = SchedulerMachine(
      settings: .init(
        giveUpAfter: configuration.giveUpAfter, courtesy: .milliseconds(Int.random(in: 15...30))))
    timetables = Timetables(readZone: configuration.readZone)
  }

  /// Works until it is stopped.
  ///
  /// - Throws: `DatabaseError` if the database refuses it at the start (not registered, already running) or the
  ///   name is taken over later (`ZM001`); `StoreError` for a schema of another version; `ListenError` if it
  ///   cannot listen.
  public func run() async throws {
    let endpoint = LinkEndpoint(loop: loop) { [self] event in
      assumeIsolated { $0.happened(event) }
    }
    // The name before the port: a second process of that name says so, whatever else is in use.
    var anchor: Anchor? = try await acquire()
    let timing = LinkTiming(silence: configuration.giveUpAfter, ping: configuration.giveUpAfter)
    let (channel, address) = try await endpoint.listen(configuration.listen, timing: timing)
    listener = channel
    logger.info("ready", metadata: ["scheduler": "\(configuration.name)", "address": "\(address)"])
    let pulse = loop.scheduleRepeatedTask(
      initialDelay: .nanoseconds(configuration.pulsePeriod.wholeNanoseconds),
      delay: .nanoseconds(configuration.pulsePeriod.wholeNanoseconds)
    ) { [self] _ in
      assumeIsolated {
        $0.isPulseDue = true
        $0.isListDue = true
        $0.workSignal?.yield()
      }
    }
    defer {
      pulse.cancel()
      wakeUp.clear()
      channel.close(promise: nil)
      for link in links.values { link.close() }
    }
    while let held = anchor {
      do {
        try await serve(held)
        return
      } catch let error as DatabaseError where error.isConnectionLost {
        logger.error("the database is away", metadata: ["reason": "\(error.message)"])
      }
      anchor = try await reacquire()
    }
  }

  /// Writes what is under way and ends. Workers keep what they run for the next process of this name.
  public func stop() {
    logger.info("stopping")
    isStopping = true
    // Nobody is heard any more: workers keep what they run and what they have to say for the next process.
    listener?.close(promise: nil)
    for link in links.values { link.close() }
    perform([.stop])
  }

  // MARK: Links

  private func happened(_ event: LinkEvent) {
    switch event {
    case .greeted(let link, .hello(let hello)):
      links[link.id] = link
      isPulseDue = true
      perform([.greeted(link.id, hello)])
    case .greeted(let link, _): link.close()
    case .received(let id, let frames): perform(frames.map { .received(id, $0) })
    case .closed(let id, let error):
      links[id] = nil
      isPulseDue = true
      if let error { logger.warning("a link is gone", metadata: ["reason": "\(error)"]) }
      perform([.closed(id)])
    }
  }

  private func perform(_ events: [SchedulerMachine.Event]) {
    var frames: [LinkID: [Frame]] = [:]
    var closing: [LinkID] = []
    let now = Instant.now()
    for event in events {
      for effect in machine.handle(event, at: now) {
        switch effect {
        case .send(let link, let frame): frames[link, default: []].append(frame)
        case .close(let link): closing.append(link)
        case .log(let line): logger.info("\(line)")
        }
      }
    }
    for (id, batch) in frames { links[id]?.send(batch) }
    for id in closing { links[id]?.close() }
    schedule()
    workSignal?.yield()
  }

  func schedule() {
    wakeUp.arrange(machine.nextDeadline, on: loop) { [self] in
      assumeIsolated {
        $0.wakeUp.clear()
        $0.perform([.tick])
      }
    }
  }

  // MARK: Database

  /// How long ends gather for one batch while the workers are busy anyway: a batch of eight costs the database little
  /// more than one of four, and a slot that waits this long leaves its core to the others.
  private static let gathering = Duration.milliseconds(6)

  /// How often consoles are woken at most: the first change at once, then 20 a second. A commit with NOTIFY takes a
  /// lock that all others wait for, so it is never that of the work itself.
  private static let tellPeriod = Duration.milliseconds(50)
  /// How often durations are told.
  private static let learnPeriod = Duration.seconds(2)

  /// The name, held by one connection that also listens, and the connection that everything else goes through.
  struct Anchor: Sendable {
    let identity: SchedulerIdentity
    let listener: Listener
    let connection: Connection
  }

  private func acquire() async throws -> Anchor {
    let address = configuration.remote ?? "\(configuration.listen)"
    let (listener, identity) = try await Listener.open(
      configuration.database, applicationName: "zmscheduler \(configuration.name)", channels: ["zm_wake"]
    ) { [configuration] session in
      try SchedulerIdentity.acquire(
        configuration.name, address: address, host: configuration.host, processID: getpid(),
        release: configuration.release, certificate: configuration.identity?.certificate.der, session)
    }
    let connection = try await Connection.open(
      configuration.database, applicationName: "zmscheduler \(configuration.name)")
    let (workers, attempts) = try await connection.run { session in
      (try identity.workers(session), try identity.adoptable(session))
    }
    logger.info(
      "took the name",
      metadata: [
        "epoch": "\(identity.epoch)", "workers": "\(workers.count)", "under way": "\(attempts.count)",
      ])
    perform([.acquired(workers, attempts)])
    return Anchor(identity: identity, listener: listener, connection: connection)
  }

  /// Tries for ever, with pauses that grow to 2 s. Ends with nil when the scheduler is stopped.
  ///
  /// - Throws: `DatabaseError` (`ZM005`) if another process has the name: its lock outlives the session of ours
  ///   that was lost by seconds at most.
  private func reacquire() async throws -> Anchor? {
    var pause = Duration.milliseconds(100)
    var refusals = 0
    while !isStopping {
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(2))
      do {
        return try await acquire()
      } catch let error as DatabaseError where error.sqlState == "ZM005" && refusals >= 8 {
        throw error
      } catch {
        if (error as? DatabaseError)?.sqlState == "ZM005" { refusals += 1 }
        logger.warning("the database is still away", metadata: ["reason": "\(error)"])
      }
    }
    return nil
  }

  /// Serves until the scheduler is stopped.
  ///
  /// - Throws: `DatabaseError` when the connection is lost, or the name is.
  private func serve(_ anchor: Anchor) async throws {
    let (work, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    workSignal = signal
    signal.yield()
    defer {
      workSignal = nil
      anchor.listener.close()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.listen(anchor.listener) }
      group.addTask { try await self.write(work, anchor) }
      // Whoever ends first: the lane when the scheduler stops, either of them when the connection is lost.
      try await group.next()
      group.cancelAll()
    }
    await anchor.connection.close()
  }

  private func listen(_ listener: Listener) async throws {
    for await event in listener.events {
      switch event {
      case .notified:
        listSoon()
        perform([.notified])
      case .lost(let error): throw error
      }
    }
    // Closed by whoever ended first.
    try Task.checkCancellation()
    throw DatabaseError(kind: .connection, message: "the listening connection ended")
  }

  /// The list of workers may be what changed. Read at most once a second: most notifications are of work.
  private func listSoon() {
    guard !isListDue else { return }
    isListDue = true
    wakeLane(at: lastListed + .seconds(1))
  }

  private func write(_ work: AsyncStream<Void>, _ anchor: Anchor) async throws {
    for await _ in work {
      while !Task.isCancelled {
        if machine.takeEvents() { try await fireEvents(anchor) }
        // Before batches what comes once a period: there may be a batch at every moment.
        if isListDue, lastListed + .seconds(1) <= .now() {
          isListDue = false
          lastListed = .now()
          try await repeatedly("read the list of workers") {
            let records = try await anchor.connection.run { try anchor.identity.workers($0) }
            perform([.workers(records)])
          }
        } else if isPulseDue {
          isPulseDue = false
          machine.askWants()
          let pulses = machine.pulses(at: .now())
          try await repeatedly("report the workers") {
            try await anchor.connection.run { try anchor.identity.heartbeat(pulses, $0) }
          }
          // That they were heard is no news: consoles where nothing happens sleep.
          let busy = Dictionary(
            uniqueKeysWithValues: pulses.filter(\.isConnected).map { ($0.worker, $0.busy) })
          if busy != toldBusy { tellSoon() }
          toldBusy = busy
        } else if isTellDue, lastTold + Self.tellPeriod <= .now() {
          isTellDue = false
          lastTold = .now()
          try await repeatedly("wake consoles") {
            try await anchor.connection.run { try anchor.identity.tell($0) }
          }
        } else if lastLearned + Self.learnPeriod <= .now(), case let samples = machine.takeSamples(),
          !samples.isEmpty
        {
          lastLearned = .now()
          try await repeatedly("keep durations") {
            try await anchor.connection.run { try anchor.identity.learn(samples, $0) }
          }
        } else if let batch = machine.takeBatch() {
          try await carryOut(batch, anchor)
          if machine.isBusy { try await Task.sleep(for: Self.gathering) }
        } else if isStopping {
          return try await anchor.connection.run { try anchor.identity.release($0) }
        } else {
          break
        }
      }
      try Task.checkCancellation()
    }
  }

  /// Consoles are to be told, at once or when the period is over.
  func tellSoon() {
    guard !isTellDue else { return }
    isTellDue = true
    wakeLane(at: lastTold + Self.tellPeriod)
  }

  private func wakeLane(at due: Instant) {
    guard due > .now() else { return }
    loop.scheduleTask(deadline: NIODeadline.uptimeNanoseconds(due.nanoseconds)) { [self] in
      assumeIsolated { $0.workSignal?.yield() }
    }
  }

  private func carryOut(_ batch: SchedulerBatch, _ anchor: Anchor) async throws {
    let known = Set(machine.scripts.keys)
    do {
      let (result, texts, secrets) = try await anchor.connection.run { [identity = configuration.identity] in
        try anchor.identity.carryOut(batch, knowing: known, opening: identity, $0)
      }
      obstaclePause = Self.firstPause
      let scripts = texts.mapValues { ByteBuffer(string: $0) }
      perform([.performed(batch, result, scripts: scripts, secrets: secrets)])
      if batch.changesSomething || !result.claimed.isEmpty { tellSoon() }
    } catch let error as DatabaseError where error.isTransient {
      perform([.failed(batch)])
      try await pause(after: error, anchor)
    } catch let error as DatabaseError where error.isRefusal {
      // Something in it is refused. What can be written is written; the rest must not hold it up for ever.
      logger.error("the database refuses a batch", metadata: ["reason": "\(error)"])
      try await carryOutSingly(batch, anchor)
    } catch {
      perform([.failed(batch)])
      throw error
    }
  }

  private func carryOutSingly(_ batch: SchedulerBatch, _ anchor: Anchor) async throws {
    let singles = batch.singles
    for (index, single) in singles.enumerated() {
      do {
        let result = try await store(single, anchor)
        perform([.performed(single, result, scripts: [:])])
      } catch {
        for rest in singles[index...].reversed() { perform([.failed(rest)]) }
        guard let error = error as? DatabaseError, error.isTransient else { throw error }
        return try await pause(after: error, anchor)
      }
    }
    // The claim waits as if it had found nothing: should it be what is refused, it must not be tried without end.
    var claim = SchedulerBatch()
    claim.slots = batch.slots
    if batch.asksWants { machine.askWants() }
    if !claim.isEmpty { perform([.performed(claim, SchedulerBatchResult(), scripts: [:])]) }
  }

  /// Writes one thing. An end that is refused is written in a lesser form; what is refused even so is given up.
  private func store(_ single: SchedulerBatch, _ anchor: Anchor) async throws -> SchedulerBatchResult {
    for form in [single] + single.lesserForms {
      do {
        return try await anchor.connection.run { try anchor.identity.perform(form, $0) }
      } catch let error as DatabaseError where error.isRefusal {
        logger.error("the database refuses this alone", metadata: ["reason": "\(error)"])
      }
    }
    return SchedulerBatchResult()
  }

  /// What the next period repeats anyway: one that fails is no reason to end.
  private func repeatedly(_ what: String, _ work: () async throws -> Void) async throws {
    do {
      try await work()
    } catch let error as DatabaseError where error.isTransient || error.isRefusal {
      logger.warning("cannot \(what) this time", metadata: ["reason": "\(error)"])
    }
  }

  private static let firstPause = Duration.milliseconds(50)

  /// Somebody or something is in the way: a deadlock, a full disk, a lock. Waits longer each time, up to 2 s.
  private func pause(after error: DatabaseError, _ anchor: Anchor) async throws {
    logger.warning("the database cannot take it now", metadata: ["reason": "\(error)"])
    if error.sqlState == "55P03" {
      try await repeatedly("clear the way") {
        let ended = try await anchor.connection.run { try anchor.identity.clearWay($0) }
        if ended > 0 { logger.warning("ended sessions in the way", metadata: ["count": "\(ended)"]) }
      }
    }
    try await Task.sleep(for: obstaclePause)
    obstaclePause = min(obstaclePause * 2, .seconds(2))
  }
}
