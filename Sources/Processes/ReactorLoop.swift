import CLinux
import Glibc

/// The state and the work of the reactor's thread, which alone touches it.
///
/// A turn is: wait, see who has something, serve each of them once, cut those that linger, go on with trees, obey
/// commands, and hand over all that came out of it as one batch.
final class ReactorLoop {
  /// What an event on a descriptor is about.
  enum Watched {
    case exit(Child)
    case output(Child, OutputPipe)
    case keeper
  }

  /// A launch suspends the thread for some 0.3 ms. So many of them delay others' output bearably.
  private static let launchesPerTurn = 8
  private static let longestHold: UInt64 = 2_000_000
  /// How long a process may have run before its pipes are watched. Who ends sooner is read at its end, at once: that
  /// spares two wake-ups and four system calls.
  private static let watchAfter: UInt64 = 10_000_000
  /// The default capacity of a pipe: one read empties it.
  private static let bufferSize = 64 * 1024

  let poll: EventPoll
  let forest: any Forest
  private let keeperWatch: KeeperWatch?
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 1)
  var batch: [ProcessEvent] = []
  private let mailbox: Mailbox
  private let events: AsyncStream<[ProcessEvent]>.Continuation
  private let receiver: (@Sendable ([ProcessEvent]) -> Void)?
  private let outputGrace: UInt64
  let nullDevice: Descriptor
  private var reported = [epoll_event](repeating: epoll_event(), count: 256)
  private var backlog: ArraySlice<Command> = []
  var children: [UInt64: Child] = [:]
  var watched: [Int32: Watched] = [:]
  private var touched: [Child] = []
  /// When the batch is handed over whatever it holds; nil if it is empty.
  private var heldUntil: UInt64?
  /// Pipes whose bytes are dropped.
  var discarding: [(child: Child, pipe: OutputPipe)] = []
  /// Whose pipes are not watched yet, by start.
  var fresh: [Child] = []
  /// Ended but with open pipes, by deadline.
  var lingering: [Child] = []
  private(set) var now = monotonicNanoseconds()
  private(set) var isStopping = false

  init(
    mailbox: Mailbox, events: AsyncStream<[ProcessEvent]>.Continuation,
    receiver: (@Sendable ([ProcessEvent]) -> Void)?, outputGrace: Duration, control: TreeControl,
    adopting: Bool, keeper: Keeper?
  ) throws(SystemError) {
    self.mailbox = mailbox
    self.events = events
    self.receiver = receiver
    self.outputGrace = UInt64(max(0, outputGrace / .nanoseconds(1)))
    nullDevice = try Descriptor.open("/dev/null", O_RDONLY)
    poll = try EventPoll()
    try poll.add(mailbox.wakeUp.number, .written)
    forest = try control.makeForest(poll, adopting: adopting)
    keeperWatch = try keeper.map { (keeper) throws(SystemError) in try KeeperWatch(keeper, control) }
    watchKeeper()
  }

  deinit { buffer.deallocate() }

  /// Turns until a shutdown is complete.
  func run() {
    repeat { turn() } while !isStopping || !children.isEmpty || !backlog.isEmpty
    keeperWatch?.dismiss()
    events.finish()
  }

  private func turn() {
    let count = poll.wait(&reported, milliseconds: patience)
    now = monotonicNanoseconds()
    for event in reported[..<count] { note(event.data.fd) }
    for child in touched { serve(child) }
    touched.removeAll(keepingCapacity: true)
    watchFresh()
    tendDiscarding()
    cutLingering()
    for child in forest.turn(at: now) { fulfilled(child) }
    obeyCommands()
    if let due = keeperWatch?.due, due <= now { watchKeeper() }
    deliver()
  }

  /// Hands over what came out of this turn and those before, at once if somebody waits for it: the start and the few
  /// bytes of a short task leave with its end, as one wake-up of the receiver and not three.
  private func deliver() {
    if batch.isEmpty { return }
    if batch.allSatisfy(\.canWait) {
      let until = heldUntil ?? monotonicNanoseconds() + Self.longestHold
      heldUntil = until
      if now < until { return }
    }
    heldUntil = nil
    if let receiver { receiver(batch) } else { events.yield(batch) }
    batch = []
  }

  /// How long the next turn may wait, in milliseconds as for epoll_wait(2).
  private var patience: Int32 {
    if !backlog.isEmpty { return 0 }
    var next = [lingering.first?.deadline, forest.due, keeperWatch?.due, heldUntil].compactMap { $0 }
    next += discarding.compactMap { $0.pipe.discard?.due }
    if let child = fresh.first { next.append(child.startedAt + Self.watchAfter) }
    guard let first = next.min() else { return -1 }
    let present = monotonicNanoseconds()
    return first <= present ? 0 : Int32(clamping: (first - present) / 1_000_000 + 1)
  }

  /// All reports are noted before anyone is served: the end of a process and the last of its output then
  /// make one passage.
  private func note(_ descriptor: Int32) {
    let child: Child
    switch watched[descriptor] {
    case .exit(let ended):
      child = ended
      child.endedAt = now
    case .output(let writer, let pipe):
      child = writer
      pipe.isReady = true
    case .keeper:
      watchKeeper()
      return
    case nil:
      if !forest.note(descriptor) { backlog += mailbox.takeAll() }
      return
    }
    if child.isTouched { return }
    child.isTouched = true
    touched.append(child)
  }

  private func serve(_ child: Child) {
    child.isTouched = false
    for pipe in child.pipes where pipe.isReady || child.endedAt != nil {
      pipe.isReady = false
      if read(pipe, of: child) == .ended { close(pipe, of: child) }
    }
    if child.endedAt != nil { watchPipes(of: child) }
    if child.openWindow <= 0 { pause(child) }
    if child.endedAt == nil { return }
    if child.pipes.isEmpty {
      clear(child)
      if child.isOver { return finish(child) }
    }
    // It stays readable until it is reaped.
    poll.remove(child.pidfd.number)
    if !child.pipes.isEmpty && child.deadline == nil {
      child.deadline = now + outputGrace
      lingering.append(child)
    }
  }

  private func close(_ pipe: OutputPipe, of child: Child) {
    stopDiscarding(pipe, of: child)
    if pipe.isWatched {
      poll.remove(pipe.descriptor.number)
      watched[pipe.descriptor.number] = nil
    }
    child.pipes.removeAll { $0 === pipe }
  }

  /// Gives up on pipes that a descendant still holds after the grace. What they hold now may be the task's
  /// own and is still delivered, however long the consumer takes; what is written later is not.
  private func cutLingering() {
    while let child = lingering.first, let deadline = child.deadline, deadline <= now {
      lingering.removeFirst()
      for pipe in child.pipes where !pipe.hasNoWriter {
        child.outputCut = true
        pipe.limitToPresentBytes()
      }
      clear(child)
      serve(child)
    }
  }

  private func obeyCommands() {
    var launches = 0
    while launches < Self.launchesPerTurn, let command = backlog.popFirst() {
      switch command {
      case .launch(let request):
        launches += 1
        launch(request)
      case .signal(let id, let number):
        if let child = children[id] { forest.signal(child, number) }
      case .wish(let id, let wish):
        if let child = children[id] { self.wish(wish, for: child) }
      case .discard(let id, let stream):
        if let child = children[id] { discard(stream, of: child) }
      case .acknowledge(let id, let bytes):
        guard let child = children[id] else { continue }
        child.unacknowledged = max(0, child.unacknowledged - bytes)
        if child.unacknowledged <= child.outputWindow / 2 { resume(child) }
      case .shutdown:
        isStopping = true
        for child in children.values {
          wish(.kill, for: child)
          child.outputWindow = .max
          resume(child)
        }
      }
    }
  }

  func watch(_ child: Child) throws(LaunchFailure) {
    do {
      try poll.add(child.pidfd.number)
    } catch {
      kill(child.pid, SIGKILL)
      _ = reap(child.pidfd)
      throw LaunchFailure(.watch, code: error.code)
    }
    watched[child.pidfd.number] = .exit(child)
    fresh.append(child)
  }

  private func watchFresh() {
    while let child = fresh.first, child.startedAt + Self.watchAfter <= now { watchPipes(of: child) }
  }

  /// From now on reads what a process writes when it writes it. One that cannot be read must not wait for ever.
  func watchPipes(of child: Child) {
    if let index = fresh.firstIndex(where: { $0 === child }) { fresh.remove(at: index) }
    for pipe in child.pipes where !pipe.isWatched {
      do {
        try poll.add(pipe.descriptor.number)
        pipe.isWatched = true
        watched[pipe.descriptor.number] = .output(child, pipe)
      } catch {
        wish(.kill, for: child)
      }
    }
  }
}

extension ReactorLoop {
  /// Sees to it that there is a keeper, and watches the newest one's pipe.
  private func watchKeeper() {
    guard let keeperWatch else { return }
    if let old = keeperWatch.pipe { watched[old] = nil }
    keeperWatch.restart(at: now)
    guard let pipe = keeperWatch.pipe else { return }
    watched[pipe] = .keeper
    // A pipe that loses its reader is reported whatever is asked for.
    try? poll.add(pipe, .never)
  }
}

/// The monotonic clock in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
