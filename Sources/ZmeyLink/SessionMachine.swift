public import ZmeyCore

/// The rules of one session, for either side: who speaks first, what each side may say, how long
/// silence may last.
///
///     greeting ──hello / welcome──▶ open ──leave, error, silence──▶ closed
///
/// - greeting: a scheduler waits for `hello`, a worker for `welcome` or `refuse`; nothing else may come.
/// - open: only frames of the other side's part are delivered.
/// - closed: nothing is delivered any more.
public struct SessionMachine: Sendable {
  /// Which side of the session this is.
  public enum Role: Sendable { case scheduler, worker }

  /// What the shell has to do.
  public enum Action: Hashable, Sendable {
    /// Hand the frame to the daemon's machine.
    case deliver(Frame)
    /// Send this frame.
    case send(Frame)
    /// Send a ping, with the load of now.
    case ping
    /// End the session for this reason.
    case close(LinkError)
  }

  private enum State { case greeting, open, closed }

  private let role: Role
  private var silence: Duration
  private var pingEvery: Duration
  private var state: State = .greeting
  private var lastHeard: Instant
  /// The greeting is over by then, or the session is.
  private let greetingBy: Instant
  private let greeting: Duration
  /// Nil until a worker has pinged: it does so as soon as it is greeted.
  private var lastPing: Instant?

  /// A session that begins at `now`.
  ///
  /// - Parameters:
  ///   - silence: after how long without a frame the peer is given up.
  ///   - pingEvery: how often a worker pings; a scheduler answers and never starts. A lease that is short makes
  ///     both shorter.
  ///   - greeting: how long everything up to the end of the greeting may take, however much comes meanwhile.
  public init(role: Role, silence: Duration, pingEvery: Duration, greeting: Duration, now: Instant) {
    self.role = role
    self.silence = silence
    self.pingEvery = pingEvery
    self.greeting = greeting
    lastHeard = now
    greetingBy = now + greeting
  }

  /// A frame has come.
  public mutating func received(_ frame: Frame, at now: Instant) -> [Action] {
    lastHeard = max(lastHeard, now)
    switch state {
    case .closed:
      return []
    case .greeting:
      guard frame.isGreeting, frame.speaker != role else {
        return close(.unexpected("\(frame.kind) before the greeting"))
      }
      if case .refuse(let reason) = frame { return close(.refused(reason)) }
      if case .welcome(let welcome) = frame {
        // A dead link must be noticed, and a living one proven, well before the lease is over.
        pingEvery = min(pingEvery, welcome.lease / 4)
        silence = min(silence, welcome.lease / 2)
      }
      state = .open
      return [.deliver(frame)]
    case .open:
      guard frame.speaker != role, !frame.isGreeting else { return close(.unexpected("\(frame.kind)")) }
      if case .ping = frame { return [.send(.pong), .deliver(frame)] }
      return [.deliver(frame)]
    }
  }

  /// Time has passed.
  public mutating func tick(at now: Instant) -> [Action] {
    guard state != .closed else { return [] }
    if state == .greeting, now >= greetingBy { return close(.late(greeting)) }
    if now - lastHeard > silence { return close(.silent(silence)) }
    guard role == .worker, state == .open else { return [] }
    if let lastPing, now - lastPing < pingEvery { return [] }
    lastPing = now
    return [.ping]
  }

  /// When `tick` is due next; nil once the session is closed.
  public var nextDeadline: Instant? {
    let silent = lastHeard + silence + .nanoseconds(1)
    return switch (state, role) {
    case (.closed, _): nil
    case (.greeting, _): min(silent, greetingBy)
    case (.open, .scheduler): silent
    case (.open, .worker): min(silent, lastPing.map { $0 + pingEvery } ?? lastHeard)
    }
  }

  private mutating func close(_ error: LinkError) -> [Action] {
    state = .closed
    return [.close(error)]
  }
}

extension Frame {
  /// The side that may send this frame.
  var speaker: SessionMachine.Role {
    switch self {
    case .hello, .running, .observed, .progress, .output, .finished, .ping, .leaving: .worker
    case .welcome, .refuse, .script, .assign, .input, .outputStored, .settled, .want, .kill, .pong: .scheduler
    }
  }

  var isGreeting: Bool {
    switch self {
    case .hello, .welcome, .refuse: true
    case .script, .assign, .input, .running, .observed, .progress, .output, .finished, .outputStored,
      .settled,
      .want, .kill, .ping, .pong, .leaving:
      false
    }
  }

  /// The frame's name, for logs: never its content.
  var kind: String {
    switch self {
    case .hello: "hello"
    case .welcome: "welcome"
    case .refuse: "refuse"
    case .script: "script"
    case .assign: "assign"
    case .input: "input"
    case .running: "running"
    case .output: "output"
    case .finished: "finished"
    case .outputStored: "outputStored"
    case .settled: "settled"
    case .want: "want"
    case .observed: "observed"
    case .kill: "kill"
    case .progress: "progress"
    case .ping: "ping"
    case .pong: "pong"
    case .leaving: "leaving"
    }
  }
}
