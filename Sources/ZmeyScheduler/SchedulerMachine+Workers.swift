internal import NIOCore
public import ZmeyCore
internal import ZmeyLink
public import ZmeyStore

/// Workers come, go, and say what they have.
extension SchedulerMachine {
  mutating func acquired(
    _ records: [WorkerRecord], _ attempts: [AdoptableAttempt], _ now: Instant, _ effects: inout [Effect]
  ) {
    update(records, now, &effects)
    let underWay = Set(attempts.map(\.fence))
    if hasAcquired {
      // The database was away. A claim whose commit was never confirmed is there and not here: nobody was
      // told of it. An attempt that is here and not there was decided by somebody else.
      let known = Set(finishing.keys).union(workers.values.flatMap(\.attempts.keys))
      lose(
        attempts.map(\.fence).filter { !known.contains($0) }, wasDelivered: false,
        "the claim was not confirmed")
      for (id, worker) in workers {
        for fence in worker.attempts.keys where !underWay.contains(fence) {
          workers[id]?.attempts[fence] = nil
          if let link = worker.link {
            effects.append(.send(link, .kill(fence, reason: "the database has decided on it")))
          }
        }
      }
    } else {
      for attempt in attempts {
        // Of a worker that is off the list by now nothing but its number is known.
        workers[attempt.worker, default: WorkerState(unlisted: attempt.worker)].attempts[attempt.fence] =
          .init()
      }
      for id in workers.keys { workers[id]?.lostAt = now + settings.giveUpAfter }
    }
    hasAcquired = true
    asksWants = true
    wake()
  }

  mutating func update(_ records: [WorkerRecord], _ now: Instant, _ effects: inout [Effect]) {
    for record in records {
      let before = workers[record.id]?.record
      if let before, before.takesWork != record.takesWork {
        effects.append(
          .log("worker '\(record.name)' \(record.takesWork ? "gets work again" : "gets no new work")"))
      }
      workers[record.id, default: WorkerState(record)].record = record
      workers[record.id]?.isListed = true
      if let before, before.credential != record.credential, let link = workers[record.id]?.link {
        effects.append(
          .log("worker '\(record.name)' has another credential now, or none: it must greet again"))
        effects.append(.close(link))
        closed(link, now, &effects)
      }
    }
    let listed = Set(records.map(\.id))
    for id in workers.keys where !listed.contains(id) && workers[id]?.isListed == true {
      workers[id]?.isListed = false
      effects.append(
        .log("worker '\(workers[id]?.record.name ?? "")' is off the list: it finishes what it has"))
      closeIfDone(id, &effects)
    }
    isHungry = true
  }

  /// A worker that leaves, or was taken off the list, goes when it has nothing left.
  mutating func closeIfDone(_ id: WorkerID, _ effects: inout [Effect]) {
    guard let worker = workers[id], worker.isLeaving || !worker.isListed, worker.attempts.isEmpty,
      !finishing.values.contains(id)
    else { return }
    if let link = worker.link { effects.append(.close(link)) }
    if !worker.isListed { workers[id] = nil }
  }

  mutating func greeted(
    _ link: LinkID, _ hello: Hello, _ security: LinkSecurity, _ now: Instant, _ effects: inout [Effect]
  ) {
    // One off the list may still come back to deliver; should its name be on the list again, that one counts.
    let named = workers.filter { $0.value.record.name == hello.worker && !hello.worker.isEmpty }
    let id = (named.first { $0.value.isListed } ?? named.first)?.key
    guard let id, let worker = workers[id] else {
      return refuse(link, hello, "no worker '\(hello.worker.brief)' is on this scheduler's list", &effects)
    }
    if let objection = hello.objection(over: security, registered: worker.record.credential) {
      return refuse(link, hello, objection, &effects)
    }
    guard let version = ProtocolVersion.common(hello.versions) else {
      return refuse(link, hello, "no common version of the protocol: update the older side", &effects)
    }
    if let old = worker.link {
      guard worker.incarnation == hello.incarnation else {
        return refuse(link, hello, "a worker '\(hello.worker)' is linked already", &effects)
      }
      links[old] = nil
      effects.append(.close(old))
    }
    links[link] = id
    reconcile(id, hello, link, &effects)
    workers[id]?.link = link
    workers[id]?.incarnation = hello.incarnation
    workers[id]?.scripts = []
    workers[id]?.lostAt = nil
    workers[id]?.lastHeard = now
    workers[id]?.host = hello.host
    workers[id]?.release = hello.release
    workers[id]?.load = nil
    workers[id]?.isLeaving = false
    let welcome = Welcome(
      version: version, slots: Int32(clamping: worker.record.slots), lease: settings.lease)
    effects.insert(.send(link, .welcome(welcome)), at: 0)
    effects.append(.log("worker '\(hello.worker)' is linked, with \(hello.attempts.count) attempts"))
    // What was asked of its attempts may have met no link.
    asksWants = true
    isHungry = true
  }

  /// Compares what the worker names with what is known of it.
  private mutating func reconcile(_ id: WorkerID, _ hello: Hello, _ link: LinkID, _ effects: inout [Effect]) {
    guard let worker = workers[id] else { return }
    let named = Set(hello.attempts)
    // Known here, not there. The same process never got it; another process says nothing of its predecessor,
    // which may have begun it.
    let missing = worker.attempts.keys.filter { !named.contains($0) }
    let isSameProcess = worker.incarnation == hello.incarnation
    lose(
      missing, wasDelivered: !isSameProcess,
      isSameProcess ? "it was not delivered" : "its worker was restarted")
    for fence in missing { workers[id]?.attempts[fence] = nil }
    // Known there, not here: its end, should it have one, is for the database to settle.
    for fence in named where worker.attempts[fence] == nil && finishing[fence] == nil {
      effects.append(.send(link, .kill(fence, reason: "it was given to another worker or ended")))
    }
  }

  private mutating func refuse(_ link: LinkID, _ hello: Hello, _ reason: String, _ effects: inout [Effect]) {
    effects.append(.refused(link, name: hello.worker.brief, reason: reason))
    effects.append(.send(link, .refuse(reason: reason)))
    effects.append(.close(link))
  }

  mutating func received(_ link: LinkID, _ frame: Frame, _ now: Instant, _ effects: inout [Effect]) {
    guard let id = links[link] else { return }
    workers[id]?.lastHeard = now
    switch frame {
    case .running(let fence, let age):
      guard workers[id]?.attempts[fence] != nil else { return }
      outbox.running.append(.init(fence: fence, age: age))
    case .observed(let fence, let isPaused, let age):
      guard workers[id]?.attempts[fence] != nil else { return }
      // One row cannot be told two things in one batch; the last is how it is.
      outbox.observed.removeAll { $0.fence == fence }
      outbox.observed.append(.init(fence: fence, isPaused: isPaused, age: age))
    case .progress(let fence, let percent):
      guard workers[id]?.attempts[fence] != nil else { return }
      outbox.percents.append(.init(fence: fence, percent: percent))
    case .output(let fence, let chunk, let stream, let bytes):
      outbox.chunks.append(.init(fence: fence, number: chunk, stream: stream, bytes: Array(buffer: bytes)))
    case .finished(let finish):
      // Already on its way to the database: said again after a lost link. What another worker has is not its to end.
      guard finishing[finish.fence] == nil,
        !workers.contains(where: { $0.key != id && $0.value.attempts[finish.fence] != nil })
      else { return }
      finishing[finish.fence] = id
      sample(workers[id]?.attempts.removeValue(forKey: finish.fence), finish.outcome)
      outbox.finished.append(SchedulerBatch.Finished(finish))
    case .leaving:
      workers[id]?.isLeaving = true
      effects.append(.log("worker '\(workers[id]?.record.name ?? "")' leaves: it takes no more work"))
      closeIfDone(id, &effects)
    case .ping(let load): workers[id]?.load = load
    case .hello, .welcome, .refuse, .script, .assign, .input, .outputStored, .settled, .want, .kill, .pong:
      break
    }
  }

  /// Keeps how long a success took, of the latest thousand: an average takes far fewer.
  private mutating func sample(_ held: WorkerState.Held?, _ outcome: Outcome) {
    guard let work = held?.work, outcome.verdict == .succeeded else { return }
    if samples.count == 1000 { samples.removeFirst(500) }
    samples.append(DurationSample(program: work.program, name: work.name, duration: outcome.duration))
  }

  mutating func closed(_ link: LinkID, _ now: Instant, _ effects: inout [Effect]) {
    guard let id = links.removeValue(forKey: link), workers[id]?.link == link, let worker = workers[id] else {
      return
    }
    workers[id]?.link = nil
    effects.append(.log("worker '\(worker.record.name)' is gone, with \(worker.attempts.count) attempts"))
    if worker.isLeaving {
      giveUp(id, "its worker was stopped")
    } else {
      // Counted from its last word, as its own lease is.
      workers[id]?.lostAt = max(now, (worker.lastHeard ?? now) + settings.giveUpAfter)
    }
  }

  mutating func tick(_ now: Instant, _ effects: inout [Effect]) {
    if let pollAt, pollAt <= now {
      self.pollAt = nil
      isHungry = true
      asksWants = true
    }
    if let dueAt, dueAt <= now {
      self.dueAt = nil
      isHungry = true
      asksWants = true
    }
    alarm.tick(now)
    for (id, worker) in workers {
      guard let lostAt = worker.lostAt, lostAt <= now else { continue }
      workers[id]?.lostAt = nil
      guard !worker.attempts.isEmpty else { continue }
      effects.append(
        .log("worker '\(worker.record.name)' is given up, with \(worker.attempts.count) attempts"))
      giveUp(id, "its worker was not heard for \(settings.giveUpAfter.components.seconds) s")
      closeIfDone(id, &effects)
    }
  }

  private mutating func giveUp(_ id: WorkerID, _ reason: String) {
    guard let worker = workers[id] else { return }
    lose(Array(worker.attempts.keys), wasDelivered: true, reason)
    workers[id]?.attempts = [:]
  }

  mutating func lose(_ fences: [Fence], wasDelivered: Bool, _ reason: String) {
    guard !fences.isEmpty else { return }
    outbox.lost.append(.init(fences: fences, wasDelivered: wasDelivered, reason: reason))
  }

  /// When `tick` is due next; nil if nothing is.
  public var nextDeadline: Instant? {
    let lookAgain = isStopping ? [] : [pollAt, dueAt, alarm.deadline].compactMap { $0 }
    return (lookAgain + workers.values.lazy.compactMap(\.lostAt)).min()
  }

  /// How the workers are, for people.
  public func pulses(at now: Instant) -> [WorkerPulse] {
    workers.values.map { worker in
      WorkerPulse(
        worker: worker.record.id, isConnected: worker.link != nil, busy: worker.attempts.count,
        silence: worker.lastHeard.map { now - $0 }, host: worker.host, release: worker.release,
        load: worker.load)
    }
  }
}
