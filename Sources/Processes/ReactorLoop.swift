import CLinux
import Glibc

/// The state and the work of the reactor's thread, which alone touches it.
///
/// A turn is: wait, see who has something, serve each of them once, cut those that linger, obey commands,
/// and hand over all that came out of it as one batch.
final class ReactorLoop {
  /// What an event on a descriptor is about.
  private enum Watched {
    case exit(Child)
    case output(Child, OutputPipe)
  }

  /// A launch suspends the thread for some 0.3 ms. So many of them delay others' output bearably.
  private static let launchesPerTurn = 8
  /// The default capacity of a pipe: one read empties it.
  private static let bufferSize = 64 * 1024

  let poll: EventPoll
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 1)
  var batch: [ProcessEvent] = []
  private let mailbox: Mailbox
  private let events: AsyncStream<[ProcessEvent]>.Continuation
  private let outputGrace: UInt64
  private let nullDevice: Descriptor
  private var reported = [epoll_event](repeating: epoll_event(), count: 256)
  private var backlog: ArraySlice<Command> = []
  private var children: [UInt64: Child] = [:]
  private var watched: [Int32: Watched] = [:]
  private var touched: [Child] = []
  /// Ended but with open pipes, by deadline.
  private var lingering: [Child] = []
  private var now = monotonicNanoseconds()
  private var isStopping = false

  init(
    mailbox: Mailbox, events: AsyncStream<[ProcessEvent]>.Continuation, outputGrace: Duration
  ) throws(SystemError) {
    self.mailbox = mailbox
    self.events = events
    self.outputGrace = UInt64(max(0, outputGrace / .nanoseconds(1)))
    nullDevice = try Descriptor.open("/dev/null", O_RDONLY)
    poll = try EventPoll()
    try poll.add(mailbox.wakeUp.number, .written)
  }

  deinit { buffer.deallocate() }

  /// Turns until a shutdown is complete.
  func run() {
    repeat { turn() } while !isStopping || !children.isEmpty || !backlog.isEmpty
    events.finish()
  }

  private func turn() {
    let count = poll.wait(&reported, milliseconds: patience)
    now = monotonicNanoseconds()
    for event in reported[..<count] { note(event.data.fd) }
    for child in touched { serve(child) }
    touched.removeAll(keepingCapacity: true)
    cutLingering()
    obeyCommands()
    if batch.isEmpty { return }
    events.yield(batch)
    batch = []
  }

  /// How long the next turn may wait, in milliseconds as for epoll_wait(2).
  private var patience: Int32 {
    if !backlog.isEmpty { return 0 }
    guard let deadline = lingering.first?.deadline else { return -1 }
    return deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
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
    case nil:
      backlog += mailbox.takeAll()
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
    if child.openWindow <= 0 { pause(child) }
    guard let endedAt = child.endedAt else { return }
    if child.pipes.isEmpty {
      finish(child, endedAt: endedAt)
    } else if child.deadline == nil {
      poll.remove(child.pidfd.number)
      child.deadline = now + outputGrace
      lingering.append(child)
    }
  }

  private func close(_ pipe: OutputPipe, of child: Child) {
    poll.remove(pipe.descriptor.number)
    watched[pipe.descriptor.number] = nil
    child.pipes.removeAll { $0 === pipe }
  }

  private func finish(_ child: Child, endedAt: UInt64) {
    if child.deadline != nil { lingering.removeAll { $0 === child } }
    watched[child.pidfd.number] = nil
    children[child.id] = nil
    if child.killsGroupAtEnd { child.signal(SIGKILL, to: .group) }
    let (status, usage) = reap(child.pidfd)
    let exit = Exit(
      status: status, usage: usage, nanoseconds: endedAt - child.startedAt,
      outputCutByDescendants: child.outputCut)
    batch.append(.finished(id: child.id, exit: exit))
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
      case .signal(let id, let number, let target):
        children[id]?.signal(number, to: target)
      case .acknowledge(let id, let bytes):
        guard let child = children[id] else { continue }
        child.unacknowledged = max(0, child.unacknowledged - bytes)
        if child.unacknowledged <= child.outputWindow / 2 { resume(child) }
      case .shutdown:
        isStopping = true
        for child in children.values {
          child.signal(SIGKILL, to: .group)
          child.outputWindow = .max
          resume(child)
        }
      }
    }
  }

  private func launch(_ request: LaunchRequest) {
    do throws(LaunchFailure) {
      if isStopping { throw LaunchFailure(.request, code: ECANCELED) }
      if children[request.id] != nil { throw LaunchFailure(.request, code: EEXIST) }
      let child = try Child(request, defaultInput: nullDevice, at: monotonicNanoseconds())
      try watch(child)
      children[child.id] = child
      batch.append(.started(id: child.id, pid: child.pid))
    } catch {
      batch.append(.failedToStart(id: request.id, failure: error))
    }
  }

  private func watch(_ child: Child) throws(LaunchFailure) {
    do {
      try poll.add(child.pidfd.number)
      for pipe in child.pipes { try poll.add(pipe.descriptor.number) }
    } catch {
      child.signal(SIGKILL, to: .group)
      _ = reap(child.pidfd)
      throw LaunchFailure(.watch, code: error.code)
    }
    watched[child.pidfd.number] = .exit(child)
    for pipe in child.pipes { watched[pipe.descriptor.number] = .output(child, pipe) }
  }
}

/// The monotonic clock in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
