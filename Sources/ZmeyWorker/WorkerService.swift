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
  /// The working folders of processes, and which of them have a file for standard input.
  private var homes: [UInt64: Int] = [:]
  private var inputs: Set<UInt64> = []
  /// Which script each process was started from.
  private var scripts: [UInt64: ByteBuffer] = [:]
  private var nextProcess: UInt64 = 1
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
    let taken = try WorkerFolder(configuration.folder)
    machine = WorkerMachine(
      settings: .init(progressEvery: configuration.progressPeriod), spooled: taken.spool.inherited)
    folder = taken
    let (reactor, control) = try configuration.trees.makeReactor(
      folder: taken.path, keeper: configuration.keeper)
    self.reactor = reactor
    if hasEnded { reactor.shutdown() }
    logger.info("tasks are held together", metadata: ["by": "\(control)"])
    let endpoint = LinkEndpoint(loop: loop) { [self] event in
      assumeIsolated { $0.happened(event) }
    }
    dialSignal.yield()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.dial(endpoint) }
      await consumeProcesses(reactor.events)
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
        try await endpoint.dial(configuration.scheduler, hello: hello, timing: timing)
        pause = refusal == nil ? .milliseconds(100) : min(pause * 2, .seconds(2))
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
    case .closed(let id, let error):
      if case .refused(let reason)? = error, refusal != reason {
        refusal = reason
        logger.error("the scheduler refuses this worker: \(reason)")
      }
      if id == link?.id {
        logger.warning("the link is gone", metadata: error.map { ["reason": "\($0)"] } ?? [:])
        link = nil
        perform(.disconnected)
      }
      dialSignal.yield()
    }
  }

  // MARK: Processes

  /// Ends when the reactor does, which is the last thing that a worker does.
  private func consumeProcesses(_ events: AsyncStream<[ProcessEvent]>) async {
    for await batch in events { perform(batch.compactMap(translate)) }
  }

  private func translate(_ event: ProcessEvent) -> WorkerMachine.Event? {
    switch event {
    case .started(let id, _): return fences[id].map { .started($0) }
    case .output(let id, let stream, let bytes):
      return fences[id].map {
        .output($0, stream == .standardOutput ? .standardOutput : .standardError, ByteBuffer(bytes: bytes))
      }
    case .discarded, .frozen, .thawed: return nil
    case .failedToStart(let id, let failure):
      let interpreter = scripts[id].flatMap { folder?.interpreter($0) ?? nil }
      return forget(id).map { .failedToStart($0, Unlaunchable(failure, interpreter: interpreter)) }
    case .finished(let id, let exit):
      return forget(id).map { .exited($0, WorkerMachine.ProcessExit(exit)) }
    }
  }

  private func forget(_ id: UInt64) -> Fence? {
    scripts[id] = nil
    if let home = homes.removeValue(forKey: id) {
      folder?.returnTask(home, hadInput: inputs.remove(id) != nil)
    }
    guard let fence = fences.removeValue(forKey: id) else { return nil }
    processes[fence] = nil
    return fence
  }

  private func request(_ launch: Launch) throws(WorkerFolderError) -> LaunchRequest? {
    let id = nextProcess
    nextProcess += 1
    guard let folder else { return nil }
    let path = folder.scriptPath(launch.assignment.script)
    let number = try folder.takeTask()
    let home = folder.taskPath(number)
    homes[id] = number
    fences[id] = launch.fence
    processes[launch.fence] = id
    scripts[id] = launch.assignment.script
    var program = Processes.Program(
      path: path, arguments: [Array(path.utf8)] + launch.arguments,
      environment: TaskEnvironment.make(launch, home: home))
    program.workingDirectory = home
    var request = LaunchRequest(id: id, program: program)
    request.outputWindow = FrameLimit.outputWindow
    request.mark = TaskEnvironment.mark(launch.fence)
    if launch.standardInput.readableBytes > 0 {
      inputs.insert(id)
      request.standardInput = .file(try folder.writeInput(number, launch.standardInput))
    }
    return request
  }

  // MARK: Machine

  private func perform(_ event: WorkerMachine.Event) { perform([event]) }

  private func perform(_ events: [WorkerMachine.Event]) {
    var frames: [Frame] = []
    var launches: [LaunchRequest] = []
    var pending = events[...]
    while let event = pending.popFirst() {
      for effect in machine.handle(event, at: .now()) {
        switch effect {
        case .send(let frame): frames.append(frame)
        case .keepScript(let sha256, let body):
          attempt { () throws(WorkerFolderError) in try folder?.keepScript(sha256, body) }
        case .launch(let launch):
          do throws(WorkerFolderError) {
            if let request = try request(launch) { launches.append(request) }
          } catch {
            logger.error("\(error)")
            if let id = processes[launch.fence] { _ = forget(id) }
            pending.append(
              .failedToStart(launch.fence, Unlaunchable("the worker could not prepare it: \(error)")))
          }
        case .freeze, .thaw, .discard: break
        case .terminate(let fence): signal(fence, SIGTERM, after: &launches)
        case .kill(let fence): signal(fence, SIGKILL, after: &launches)
        case .acknowledge(let fence, let bytes):
          if let id = processes[fence] { reactor?.acknowledge(id, bytes: bytes) }
        case .spool(let fence, let kept):
          attempt { () throws(WorkerFolderError) in try folder?.spool.keep(fence, kept) }
        case .unspool(let fence): attempt { () throws(WorkerFolderError) in try folder?.spool.settle(fence) }
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
    schedule()
  }

  /// Launches go first: a signal to a process that was just asked for must meet it.
  private func signal(_ fence: Fence, _ number: Int32, after launches: inout [LaunchRequest]) {
    guard let id = processes[fence] else { return }
    reactor?.launch(launches)
    launches = []
    if number == SIGKILL { return reactor?.kill(id) ?? () }
    reactor?.signal(id, number)
    // A process that stopped itself would not see it before it is continued.
    reactor?.signal(id, SIGCONT)
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
