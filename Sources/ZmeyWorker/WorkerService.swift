internal import Glibc
public import Logging
public import NIOCore
internal import Processes
internal import ZmeyCore
public import ZmeyDaemon
internal import ZmeyLink

/// The shell around `WorkerMachine`: feeds it what happens and carries out what it decides.
///
/// The actor lives on the event loop of its link, so frames reach the machine and leave it without a
/// change of thread; processes live on a thread of their own, for a clone suspends it.
public actor WorkerService: DaemonService {
  /// The event loop's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let configuration: WorkerConfiguration
  private let loop: any EventLoop
  private let logger: Logger
  private var reactor: ProcessReactor?
  private var hasEnded = false
  /// Which process this is to its scheduler, and as which it said hello last.
  private var incarnation: Nonce
  private var greetedAs: Nonce?
  private var folder: WorkerFolder?
  private var machine = WorkerMachine()
  private var link: Link?
  private var wakeUp = WakeUp()
  private var fences: [UInt64: Fence] = [:]
  private var processes: [Fence: UInt64] = [:]
  /// Where processes are.
  private var places: [UInt64: TaskPlace] = [:]
  /// Places of processes that have ended.
  private var left: [TaskPlace] = []
  /// Which script each process was started from.
  private var scripts: [UInt64: ByteBuffer] = [:]
  private var nextProcess: UInt64 = 1
  /// Why there is no link, as it was logged last.
  private var refusal: String?
  private let dials: AsyncStream<Void>
  private let dialSignal: AsyncStream<Void>.Continuation

  /// A worker that has not begun.
  ///
  /// - Throws: when the system has no more descriptors or threads.
  public init(_ configuration: WorkerConfiguration, loop: any EventLoop, logger: Logger) throws {
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
    incarnation = Self.newIncarnation()
    (dials, dialSignal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  private static func newIncarnation() -> Nonce {
    var random = SystemRandomNumberGenerator()
    return Nonce(high: random.next(), low: random.next())
  }

  /// Works until it is stopped and drained.
  ///
  /// - Throws: `WorkerFolderError` if its folder cannot be used, `SystemError` if no process can be started.
  public func run() async throws {
    let taken = try WorkerFolder(configuration.folder, isPassable: configuration.hasOtherUsers)
    machine = WorkerMachine(
      settings: .init(progressEvery: configuration.progressPeriod), spooled: taken.spool.inherited)
    folder = taken
    let (reactor, control) = try configuration.trees.makeReactor(
      folder: taken.path, keeper: configuration.keeper
    ) { [loop, weak self] batch in loop.execute { [weak self] in self?.assumeIsolated { $0.happened(batch) } }
    }
    self.reactor = reactor
    if hasEnded { reactor.shutdown() }
    logger.info("tasks are held together", metadata: ["by": "\(control)"])
    let endpoint = LinkEndpoint(loop: loop) { [self] event in
      assumeIsolated { $0.happened(event) }
    }
    dialSignal.yield()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.dial(endpoint) }
      // The reactor ends last of all that a worker does.
      for await _ in reactor.events {}
      group.cancelAll()
    }
    wakeUp.clear()
    link?.close()
    taken.leave()
  }

  /// Finishes what runs, takes no more, and ends.
  public func stop() {
    logger.info("draining: no more work is taken")
    perform(.drain(configuration.drain))
  }

  // MARK: Link

  /// Dials whenever there is no link, with pauses that grow to 2 s while nobody answers.
  private func dial(_ endpoint: LinkEndpoint) async {
    var pause = Duration.milliseconds(100)
    // Two unanswered pings: noticed well before the lease is over, which counts from the last answer.
    let timing = LinkTiming(
      silence: max(configuration.pingPeriod * 2, .seconds(1)), ping: configuration.pingPeriod)
    for await _ in dials {
      greetedAs = incarnation
      let hello = Hello(
        worker: configuration.name, incarnation: incarnation, host: configuration.host,
        release: configuration.release, attempts: machine.held)
      do {
        try await endpoint.dial(
          configuration.scheduler, hello: hello, timing: timing, credential: configuration.credential(),
          load: MachineLoad.lastMinute)
        pause = refusal == nil ? .milliseconds(100) : min(pause * 2, .seconds(2))
      } catch let error as SecretFileError {
        say(error.report)
        pause = min(pause * 2, .seconds(2))
        dialSignal.yield()
      } catch {
        if pause == .milliseconds(100) {
          logger.warning("no scheduler answers", metadata: ["address": "\(configuration.scheduler)"])
        }
        pause = min(pause * 2, .seconds(2))
        dialSignal.yield()
      }
      // A third of chance, so that workers of one scheduler do not come back in one wave.
      try? await Task.sleep(for: pause * Double.random(in: 0.7...1.3))
    }
  }

  private func happened(_ event: LinkEvent) {
    switch event {
    case .greeted(let link, .welcome(let welcome)) where greetedAs == incarnation:
      self.link = link
      refusal = nil
      logger.info("linked", metadata: ["scheduler": "\(link.peer)", "slots": "\(welcome.slots)"])
      perform(.welcomed(welcome))
    case .greeted(let link, _): link.close()
    case .received(let id, let frames):
      guard id == link?.id else { return }
      // One batch, one pass: what all frames ask to be sent leaves in one write.
      perform(frames.map { .received($0) })
    case .failed where hasEnded: break
    case .failed(_, let error):
      if case .refused(let reason)? = error {
        say("the scheduler refuses this worker: \(reason)")
      } else {
        say("no link to the scheduler: \(error?.reasonAtWorker ?? "it closed it before its greeting")")
      }
      dialSignal.yield()
    case .crowded: break
    case .closed(let id, let error):
      if id == link?.id {
        logger.warning("the link is gone", metadata: error.map { ["reason": "\($0)"] } ?? [:])
        link = nil
        perform(.disconnected)
      }
      dialSignal.yield()
    }
  }

  private func say(_ reason: String) {
    if refusal != reason { logger.error("\(reason)") }
    refusal = reason
  }

  // MARK: Processes

  private func happened(_ batch: [ProcessEvent]) {
    perform(batch.compactMap(translate))
    // Looked through when the results are on their way.
    for place in left { folder?.returnPlace(place) }
    left = []
  }

  private func translate(_ event: ProcessEvent) -> WorkerMachine.Event? {
    switch event {
    case .started(let id, _): return fences[id].map { .started($0) }
    case .output(let id, let stream, let bytes):
      return fences[id].map { .output($0, OutputStream(stream), ByteBuffer(bytes: bytes)) }
    case .discarded(let id, let stream, let tail):
      return fences[id].map { .discarded($0, OutputStream(stream), ByteBuffer(bytes: tail)) }
    case .frozen(let id): return fences[id].map { .frozen($0) }
    case .thawed(let id): return fences[id].map { .thawed($0) }
    case .failedToStart(let id, let failure):
      let interpreter = scripts[id].flatMap { folder?.interpreter($0) ?? nil }
      return forget(id).map { .failedToStart($0, Unlaunchable(failure, interpreter: interpreter)) }
    case .finished(let id, let exit):
      return forget(id).map { .exited($0, WorkerMachine.ProcessExit(exit)) }
    }
  }

  private func forget(_ id: UInt64) -> Fence? {
    scripts[id] = nil
    if let place = places.removeValue(forKey: id) { left.append(place) }
    guard let fence = fences.removeValue(forKey: id) else { return nil }
    processes[fence] = nil
    return fence
  }

  private func request(_ launch: Launch) throws(Unlaunchable) -> LaunchRequest {
    let account = try configuration.account(for: launch.assignment.settings.user)
    guard let folder else { throw Unlaunchable("the worker has no folder") }
    let id = nextProcess
    nextProcess += 1
    do throws(WorkerFolderError) {
      let place = try folder.takePlace(
        script: launch.assignment.script, input: launch.standardInput, for: account?.identity)
      places[id] = place
      fences[id] = launch.fence
      processes[launch.fence] = id
      scripts[id] = launch.assignment.script
      return LaunchRequest(id: id, launch, in: place, as: account)
    } catch {
      throw Unlaunchable("the worker could not prepare it: \(error)")
    }
  }

  // MARK: Machine

  private func perform(_ event: WorkerMachine.Event) { perform([event]) }

  private func perform(_ events: [WorkerMachine.Event]) {
    var frames: [Frame] = []
    var launches: [LaunchRequest] = []
    var settled: [Fence] = []
    var pending = events[...]
    while let event = pending.popFirst() {
      for effect in machine.handle(event, at: .now()) {
        switch effect {
        case .send(let frame): frames.append(frame)
        case .keepScript(let sha256, let body):
          attempt { () throws(WorkerFolderError) in try folder?.keepScript(sha256, body) }
        case .launch(let launch):
          do throws(Unlaunchable) {
            launches.append(try request(launch))
          } catch {
            logger.error("task run \(launch.fence.taskRun): \(error.reason)")
            pending.append(.failedToStart(launch.fence, error))
          }
        case .freeze(let fence): control(fence, after: &launches) { $0.freeze($1) }
        case .thaw(let fence): control(fence, after: &launches) { $0.thaw($1) }
        case .discard(let fence, let stream):
          control(fence, after: &launches) { $0.discard($1, stream: Processes.OutputStream(stream)) }
        case .terminate(let fence):
          control(fence, after: &launches) { reactor, id in
            reactor.signal(id, SIGTERM)
            // Neither what an operator has paused nor what has stopped itself would act on it.
            reactor.signal(id, SIGCONT)
            reactor.thaw(id)
          }
        case .kill(let fence): control(fence, after: &launches) { $0.kill($1) }
        case .acknowledge(let fence, let bytes):
          if let id = processes[fence] { reactor?.acknowledge(id, bytes: bytes) }
        case .spool(let fence, let kept):
          attempt { () throws(WorkerFolderError) in try folder?.spool.keep(fence, kept) }
        case .unspool(let fence): settled.append(fence)
        case .renew: incarnation = Self.newIncarnation()
        case .log(let line): logger.warning("\(line)")
        case .end:
          hasEnded = true
          reactor?.shutdown()
        }
      }
    }
    if !launches.isEmpty { reactor?.launch(launches) }
    if !frames.isEmpty { link?.send(frames) }
    // Nobody waits for this: what is not crossed out in time is sent and settled again.
    for fence in settled { attempt { () throws(WorkerFolderError) in try folder?.spool.settle(fence) } }
    schedule()
  }

  /// Launches go first: what is meant for a process that was just asked for must meet it.
  private func control(
    _ fence: Fence, after launches: inout [LaunchRequest], _ body: (ProcessReactor, UInt64) -> Void
  ) {
    guard let id = processes[fence], let reactor else { return }
    reactor.launch(launches)
    launches = []
    body(reactor, id)
  }

  private func attempt(_ work: () throws(WorkerFolderError) -> Void) {
    do { try work() } catch { logger.error("\(error)") }
  }

  private func schedule() {
    wakeUp.arrange(machine.nextDeadline, on: loop) { [self] in
      assumeIsolated {
        $0.wakeUp.clear()
        $0.perform(.tick)
      }
    }
  }
}

extension LinkError {
  /// What it means to a worker that has no link, and what to do.
  fileprivate var reasonAtWorker: String {
    switch self {
    case .unknownScheduler:
      "its certificate is not one of those in the credential file: make a new one with 'zmctl worker token'"
    case .unasked: "it speaks TLS: give this worker --credential FILE"
    case .malformed, .oversized, .unexpected, .silent, .late, .refused, .insecure: description
    }
  }
}

extension WorkerMachine.ProcessExit {
  init(_ exit: Exit) {
    self.init(
      duration: .nanoseconds(Int64(clamping: exit.nanoseconds)),
      cpuMicroseconds: exit.usage.userMicroseconds + exit.usage.systemMicroseconds,
      peakMemoryKiB: exit.usage.maximumResidentKiB)
    switch exit.status {
    case .exited(let code): self.code = code
    case .signalled(let number, _): signal = number
    }
  }
}

extension ZmeyCore.OutputStream {
  init(_ stream: Processes.OutputStream) {
    switch stream {
    case .standardOutput: self = .standardOutput
    case .standardError: self = .standardError
    }
  }
}

extension Processes.OutputStream {
  init(_ stream: ZmeyCore.OutputStream) {
    switch stream {
    case .standardOutput: self = .standardOutput
    case .standardError: self = .standardError
    }
  }
}
