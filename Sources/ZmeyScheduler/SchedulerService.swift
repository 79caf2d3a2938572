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
  let loop: any EventLoop
  let logger: Logger
  var machine: SchedulerMachine
  /// Due times of events, as far as they were reckoned.
  var timetables: Timetables
  private var links: [LinkID: Link] = [:]
  private var wakeUp = WakeUp()
  var isStopping = false
  var isPulseDue = true
  var isListDue = false
  var obstaclePause = SchedulerService.firstPause
  private var listener: (any Channel)?
  var lastListed = Instant(nanoseconds: 0)
  /// Whether something has changed that consoles were not told of, and when they were told last.
  var isTellDue = false
  var lastTold = Instant(nanoseconds: 0)
  /// How many task runs each linked worker had when the workers were reported last.
  var toldBusy: [WorkerID: Int] = [:]
  var lastLearned = Instant(nanoseconds: 0)
  /// Who was refused, as far as the database was not told.
  var refusals = RefusalBook()
  /// Wakes the database lane; there is one for each time that the database is reached.
  var workSignal: AsyncStream<Void>.Continuation?

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
  ///   cannot listen; `CredentialError` if its identity is none.
  public func run() async throws {
    let endpoint = LinkEndpoint(loop: loop) { [self] event in
      assumeIsolated { $0.happened(event) }
    }
    if let certificate = configuration.identity?.certificate {
      logger.info("workers come over TLS", metadata: ["certificate": "\(certificate.fingerprint)"])
    } else {
      logger.notice("without TLS: workers are taken from this machine only")
    }
    let tls = try configuration.identity.map { try SchedulerTLS(identity: $0.pem) }
    // The name before the port: a second process of that name says so, whatever else is in use.
    var anchor: Anchor? = try await acquire()
    let timing = LinkTiming(silence: configuration.giveUpAfter, ping: configuration.giveUpAfter)
    let (channel, address) = try await endpoint.listen(configuration.listen, timing: timing, tls: tls)
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
      perform([.greeted(link.id, hello, over: link.security)])
    case .greeted(let link, _): link.close()
    case .received(let id, let frames): perform(frames.map { .received(id, $0) })
    case .closed(let id, let error):
      links[id] = nil
      if let error { logger.warning("a link is gone", metadata: ["reason": "\(error)"]) }
      perform([.closed(id)])
    case .failed(let peer, let error):
      // Who only comes and goes, as those do who look whether a port is open, is nobody's business.
      if let error { refused("(no name)", peer: peer, error.refusal) }
    case .crowded(let peer): refused("(no name)", peer: peer, "too many links have not greeted yet")
    }
  }

  private func refused(_ name: String, peer: String, _ reason: String) {
    guard refusals.note(name: name, peer: peer, reason: reason, at: .now()) else { return }
    logger.warning("a worker is refused", metadata: ["peer": "\(peer)", "reason": "\(reason)"])
    workSignal?.yield()
  }

  func perform(_ events: [SchedulerMachine.Event]) {
    var frames: [LinkID: [Frame]] = [:]
    var closing: [LinkID] = []
    let linked = machine.links
    let now = Instant.now()
    for event in events {
      for effect in machine.handle(event, at: now) {
        switch effect {
        case .send(let link, let frame): frames[link, default: []].append(frame)
        case .close(let link): closing.append(link)
        case .refused(let link, let name, let reason):
          refused(name, peer: links[link]?.peer ?? "unknown", reason)
        case .log(let line): logger.info("\(line)")
        }
      }
    }
    for (id, batch) in frames { links[id]?.send(batch) }
    for id in closing { links[id]?.close() }
    // Those who are refused are no news, or a flood of them would be one of reports.
    if machine.links != linked { isPulseDue = true }
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
}
