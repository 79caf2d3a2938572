internal import Glibc
internal import Logging
internal import NIOCore
internal import Postgres
internal import Sealing
internal import ZmeyCore
internal import ZmeyLink
internal import ZmeyStore

/// The database's lane: one thing at a time, and what is known best first.
extension SchedulerService {
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

  func acquire() async throws -> Anchor {
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
    // That it is there is news.
    isTellDue = true
    return Anchor(identity: identity, listener: listener, connection: connection)
  }

  /// Tries for ever, with pauses that grow to 2 s. Ends with nil when the scheduler is stopped.
  ///
  /// - Throws: `DatabaseError` (`ZM005`) if another process has the name: its lock outlives the session of ours
  ///   that was lost by seconds at most.
  func reacquire() async throws -> Anchor? {
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
  func serve(_ anchor: Anchor) async throws {
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
        } else if case let refused = refusals.take(at: .now()), !refused.isEmpty {
          try await repeatedly("keep refusals") {
            try await anchor.connection.run { try anchor.identity.refused(refused, $0) }
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

  static let firstPause = Duration.milliseconds(50)

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
