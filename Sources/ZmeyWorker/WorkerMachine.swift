public import NIOCore
public import ZmeyCore
public import ZmeyLink

/// Everything a worker decides, without doing any of it: events go in, effects come out, time is a value.
///
/// What holds:
/// - An attempt is known from its assignment until the scheduler has settled it, and is named in every
///   greeting in between; so a scheduler that restarts adopts it.
/// - Output chunks are sent in order and kept until durable; a finish is sent after its last chunk and
///   spooled before it is sent.
/// - A finish that the scheduler has not settled survives this process; a running attempt does not.
public struct WorkerMachine: Sendable {
  /// What happens to a worker.
  public enum Event: Sendable {
    /// A scheduler has accepted this worker.
    case welcomed(Welcome)
    /// The scheduler says something.
    case received(Frame)
    /// The link is gone.
    case disconnected
    /// The process of an attempt exists.
    case started(Fence)
    /// There is no process and never was.
    case failedToStart(Fence, Unlaunchable)
    /// The process wrote something.
    case output(Fence, OutputStream, ByteBuffer)
    /// The process wrote more than is kept; this is the last of it so far.
    case discarded(Fence, OutputStream, ByteBuffer)
    /// The whole process tree stands still.
    case frozen(Fence)
    /// It goes on.
    case thawed(Fence)
    /// Nobody of the process tree lives and all its output is here.
    case exited(Fence, ProcessExit)
    /// Finish what runs, for at most that long, and take no more.
    case drain(Duration)
    /// A deadline has come.
    case tick
  }

  /// How a process ended, in the words of the machine.
  public struct ProcessExit: Hashable, Sendable {
    /// The exit code, if it exited by itself.
    public var code: Int32?
    /// The signal, if one ended it.
    public var signal: Int32?
    /// From start to end.
    public var duration: Duration
    /// User and system time, in microseconds.
    public var cpuMicroseconds: Int64
    /// The largest resident set, in KiB.
    public var peakMemoryKiB: Int64

    /// An exit of those parts.
    public init(
      code: Int32? = nil, signal: Int32? = nil, duration: Duration = .zero, cpuMicroseconds: Int64 = 0,
      peakMemoryKiB: Int64 = 0
    ) {
      self.code = code
      self.signal = signal
      self.duration = duration
      self.cpuMicroseconds = cpuMicroseconds
      self.peakMemoryKiB = peakMemoryKiB
    }
  }

  /// What the shell has to do, in this order.
  public enum Effect: Hashable, Sendable {
    /// Send a frame, if there is a link.
    case send(Frame)
    /// Keep a script's text for launches of this process.
    case keepScript(sha256: ByteBuffer, body: ByteBuffer)
    /// Start a process.
    case launch(Launch)
    /// Stop the whole process tree; `frozen` comes when it is proven.
    case freeze(Fence)
    /// Let it go on.
    case thaw(Fence)
    /// Send TERM to the whole process tree and let it go on, that it may act on it.
    case terminate(Fence)
    /// Kill the whole process tree; `exited` comes when nobody lives.
    case kill(Fence)
    /// More of this output is not wanted: throw it away unread.
    case discard(Fence, OutputStream)
    /// That many bytes of an attempt's output are done with: read on.
    case acknowledge(Fence, bytes: Int)
    /// Keep these frames on disk until `unspool`.
    case spool(Fence, [Frame])
    /// The frames of this attempt need not be kept any more.
    case unspool(Fence)
    /// What ran here was given up: greet as another process from now on. A greeting under way names what is gone and
    /// must not be used.
    case renew
    /// Write a line to the log.
    case log(String)
    /// Everything is done: end.
    case end
  }

  /// Periods and graces.
  public struct Settings: Sendable {
    /// How long output waits for more before it is sent.
    public var flushAfter: Duration
    /// How long a process must live before `running` is reported: shorter ones report their end only.
    public var reportAfter: Duration
    /// How often a percentage is reported.
    public var progressEvery: Duration

    /// The usual values; `progressEvery` is the flag `-pt`.
    public init(
      flushAfter: Duration = .milliseconds(50), reportAfter: Duration = .milliseconds(100),
      progressEvery: Duration = .seconds(10)
    ) {
      self.flushAfter = flushAfter
      self.reportAfter = reportAfter
      self.progressEvery = progressEvery
    }
  }

  let settings: Settings
  var attempts: [Fence: Attempt] = [:]
  /// Finishes of an earlier process, as their spooled frames.
  var inherited: [Fence: [Frame]]
  var isLinked = false
  /// What the scheduler granted, and when it ends unless the link comes back.
  var lease: Duration = .zero
  var leaseEnd: Instant?
  /// When the scheduler was heard last.
  var lastHeard = Instant(nanoseconds: 0)
  /// When a drain gives up; nil while the worker takes work.
  var drainEnd: Instant?
  var isDrainOver = false
  var hasEnded = false

  /// A worker with nothing but the finishes that an earlier process has spooled.
  public init(settings: Settings = Settings(), spooled: [Fence: [Frame]] = [:]) {
    self.settings = settings
    inherited = spooled
  }

  /// The attempts to name in a greeting.
  public var held: [Fence] {
    attempts.filter { $0.value.cause != .unwanted }.map(\.key) + inherited.keys
  }

  /// Lets one event happen.
  public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .welcomed(let welcome): welcomed(welcome, now, &effects)
    case .received(let frame): received(frame, now, &effects)
    case .disconnected: disconnected(now)
    case .started(let fence): started(fence, now)
    case .failedToStart(let fence, let why): failedToStart(fence, why, &effects)
    case .output(let fence, let stream, let bytes): output(fence, stream, bytes, now, &effects)
    case .discarded(let fence, let stream, let tail): discarded(fence, stream, tail)
    case .frozen(let fence): frozen(fence, now, &effects)
    case .thawed(let fence): thawed(fence, now, &effects)
    case .exited(let fence, let exit): exited(fence, exit, now, &effects)
    case .drain(let span): drain(span, now, &effects)
    case .tick: tick(now, &effects)
    }
    endIfDrained(&effects)
    return effects
  }

  private mutating func welcomed(_ welcome: Welcome, _ now: Instant, _ effects: inout [Effect]) {
    isLinked = true
    lastHeard = now
    lease = welcome.lease
    leaseEnd = nil
    // The greeting named everything; now whatever the last link may have swallowed goes again.
    for frames in inherited.values { effects += frames.map(Effect.send) }
    for (fence, attempt) in attempts where attempt.cause != .unwanted {
      for chunk in attempt.book.unstored { effects.append(.send(chunk.frame(fence))) }
      switch attempt.phase {
      case .collecting, .starting: break
      case .running(let since):
        flush(fence, &effects)
        effects.append(.send(.running(fence, age: now - since)))
        observe(fence, now, &effects)
      case .ended(let finish): effects.append(.send(.finished(finish)))
      }
    }
    if drainEnd != nil { effects.append(.send(.leaving)) }
  }

  private mutating func received(_ frame: Frame, _ now: Instant, _ effects: inout [Effect]) {
    lastHeard = now
    switch frame {
    case .script(let sha256, let body): effects.append(.keepScript(sha256: sha256, body: body))
    case .assign(let assignment): assigned(assignment, &effects)
    case .input(let fence, let index, let bytes, let isLast): input(fence, index, bytes, isLast, &effects)
    case .outputStored(let fence, let chunk):
      if let bytes = attempts[fence]?.book.stored(through: chunk), bytes > 0 {
        effects.append(.acknowledge(fence, bytes: bytes))
      }
    case .settled(let fence):
      guard inherited.removeValue(forKey: fence) != nil || attempts[fence]?.isEnded == true else { return }
      attempts[fence] = nil
      effects.append(.unspool(fence))
    case .want(let fence, let want): wanted(fence, want, now, &effects)
    case .kill(let fence, let reason):
      // A finish is settled by the database alone; only a process is ended.
      guard let attempt = attempts[fence], !attempt.isEnded else { return }
      effects.append(.log("task run \(fence.taskRun), attempt \(fence.attempt) is ended: \(reason)"))
      end(fence, .unwanted, now, &effects)
    case .hello, .welcome, .refuse, .running, .observed, .progress, .output, .finished, .ping, .pong,
      .leaving:
      break
    }
  }

  private mutating func disconnected(_ now: Instant) {
    guard isLinked else { return }
    isLinked = false
    // Counted from the last word of the scheduler, which may have given this worker up since then.
    leaseEnd = max(lastHeard + lease, now)
    // The rest of a passed result does not come any more: not named in the next greeting, these go elsewhere.
    for (fence, attempt) in attempts where attempt.isCollecting { attempts[fence] = nil }
  }

  private mutating func drain(_ span: Duration, _ now: Instant, _ effects: inout [Effect]) {
    if drainEnd == nil, isLinked { effects.append(.send(.leaving)) }
    drainEnd = min(drainEnd ?? now + span, now + span)
  }

  private mutating func endIfDrained(_ effects: inout [Effect]) {
    guard drainEnd != nil, !hasEnded else { return }
    // The scheduler closes the link when nothing is left: an assignment may still be on its way. Without a link, or
    // time, there is nothing to wait for but processes: finishes stay in the spool for the next one.
    guard !isLinked || isDrainOver, attempts.values.allSatisfy(\.isEnded) else { return }
    hasEnded = true
    effects.append(.end)
  }
}

extension OutputBook.Chunk {
  func frame(_ fence: Fence) -> Frame { .output(fence, chunk: number, stream: stream, bytes: bytes) }
}
