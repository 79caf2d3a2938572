public import NIOCore
public import ZmeyCore

/// What scheduler and worker say to each other. Each case is one frame on the wire.
///
///     worker                          scheduler
///       ── hello ─────────────────────▶        names itself, what it runs, what it has not delivered
///       ◀───────────── welcome / refuse ──
///       ◀── script, assign, input ───────      work
///       ── running, progress, output, finished ──▶
///       ◀── outputStored, settled ───────      durable in the database: forget it
///       ◀── want ────────────────────────      an operator's pause, resume, stop
///       ── observed ───────────────────▶       proven: the process tree stands still, or goes on
///       ◀── kill ────────────────────────      fenced, or not wanted any more
///       ── ping ───────────────────────▶  ◀── pong
///       ── leaving ────────────────────▶       takes no more work
public enum Frame: Hashable, Sendable {
  /// The worker's first frame.
  case hello(Hello)
  /// The scheduler's answer to a hello that it accepts.
  case welcome(Welcome)
  /// The scheduler's answer to one that it does not; it closes the session.
  case refuse(reason: String)
  /// A script, sent before the first task run of a session that needs it.
  case script(sha256: ByteBuffer, body: ByteBuffer)
  /// A task run to start.
  case assign(Assignment)
  /// A part of a passed result too large for the assignment itself.
  case input(Fence, index: UInt16, bytes: ByteBuffer, isLast: Bool)
  /// The process exists, since `age`.
  case running(Fence, age: Duration)
  /// A chunk of output, numbered from 0 within the attempt.
  case output(Fence, chunk: Int32, stream: OutputStream, bytes: ByteBuffer)
  /// The attempt has ended and every chunk before this frame is sent.
  case finished(Finish)
  /// Chunks up to and including `chunk` are durable.
  case outputStored(Fence, chunk: Int32)
  /// The database has decided on this result: accepted, there already, or fenced.
  case settled(Fence)
  /// What an operator wants of the attempt; said again until it is proven.
  case want(Fence, Want)
  /// Since `age` the whole process tree of the attempt stands still, or goes on.
  case observed(Fence, isPaused: Bool, age: Duration)
  /// End the attempt now; its result is not wanted.
  case kill(Fence, reason: String)
  /// How far the script says it is, 0 to 100.
  case progress(Fence, percent: UInt8)
  /// The worker is alive. `load` is its machine's load average of one minute in hundredths; nil if it does not say.
  case ping(load: Int32?)
  /// The scheduler is alive.
  case pong
  /// The worker finishes what it has and takes no more.
  case leaving
}

/// What a worker says first.
public struct Hello: Hashable, Sendable {
  /// The oldest and the newest version of the protocol that it speaks.
  public var versions: ClosedRange<UInt16>
  /// The name that it is registered by.
  public var worker: String
  /// New for each process: tells a restarted worker from one that lost its link.
  public var incarnation: Nonce
  /// Where it runs, for people.
  public var host: String
  /// Which release it is, for people.
  public var release: String
  /// The attempts that it has: not started, running, or ended with a result not yet settled.
  public var attempts: [Fence]
  /// What it proves itself by if not by a certificate; an older worker says nothing of it.
  public var token: LinkToken?

  /// A hello of those parts.
  public init(
    versions: ClosedRange<UInt16> = ProtocolVersion.spoken, worker: String, incarnation: Nonce, host: String,
    release: String, attempts: [Fence], token: LinkToken? = nil
  ) {
    self.versions = versions
    self.worker = worker
    self.incarnation = incarnation
    self.host = host
    self.release = release
    self.attempts = attempts
    self.token = token
  }
}

/// Which versions of the protocol this build speaks: always the newest and the one before it, so that
/// schedulers and workers can be renewed one by one. A field at the end of a frame is no new version, for older peers
/// pass it over.
public enum ProtocolVersion {
  /// From the oldest to the newest.
  public static let spoken: ClosedRange<UInt16> = 1...1

  /// The newest version that both sides speak, or nil.
  public static func common(_ other: ClosedRange<UInt16>) -> UInt16? {
    guard other.overlaps(spoken) else { return nil }
    return min(other.upperBound, spoken.upperBound)
  }
}

/// What a scheduler answers.
public struct Welcome: Hashable, Sendable {
  /// The version that both speak from here on.
  public var version: UInt16
  /// How many task runs the worker may be given at once.
  public var slots: Int32
  /// How long the worker may go on without hearing from its scheduler; after that it kills what it
  /// runs, for by then it runs elsewhere.
  public var lease: Duration

  /// A welcome of those parts.
  public init(version: UInt16, slots: Int32, lease: Duration) {
    self.version = version
    self.slots = slots
    self.lease = lease
  }
}

/// A task run, with all that running it needs but the script's text.
public struct Assignment: Hashable, Sendable {
  /// Names the attempt.
  public var fence: Fence
  /// The run that it belongs to.
  public var run: RunID
  /// The task's name.
  public var name: String
  /// The pipeline's name; empty outside of pipelines.
  public var pipeline: String
  /// Whose it is.
  public var owner: String
  /// Which script, by the SHA-256 of its text.
  public var script: ByteBuffer
  /// How long it may run; nil for no limit.
  public var maximum: Duration?
  /// How many bytes of each stream are kept.
  public var maxOutput: Int64
  /// Arguments, of any bytes but NUL.
  public var arguments: [String]
  /// Results handed on.
  public var inputs: [Input]
  /// From TERM to KILL when it is ended.
  public var grace: Duration
  /// What its process is given beside all this.
  public var settings: LaunchSettings
  /// The secrets that its process is given; their names stay behind.
  public var secrets: [Secret]

  /// The grace if nothing else is said.
  public static let usualGrace = Duration.seconds(10)

  /// A result handed on by a link.
  public struct Input: Hashable, Sendable {
    /// How it reaches the script; never `.none`.
    public var pass: LinkDefinition.Pass
    /// The bytes, or nil if they follow in `Frame.input`.
    public var bytes: ByteBuffer?

    /// An input of those parts.
    public init(pass: LinkDefinition.Pass, bytes: ByteBuffer?) {
      self.pass = pass
      self.bytes = bytes
    }
  }

  /// A secret, and where the program finds it.
  public struct Secret: Hashable, Sendable {
    /// Where.
    public var place: SecretPlace
    /// What it finds.
    public var value: SecretValue

    /// A secret of those parts.
    public init(place: SecretPlace, value: SecretValue) {
      self.place = place
      self.value = value
    }
  }

  /// An assignment of those parts.
  public init(
    fence: Fence, run: RunID, name: String, pipeline: String, owner: String, script: ByteBuffer,
    maximum: Duration?, maxOutput: Int64, arguments: [String], inputs: [Input],
    grace: Duration = Assignment.usualGrace, settings: LaunchSettings = LaunchSettings(),
    secrets: [Secret] = []
  ) {
    self.fence = fence
    self.run = run
    self.name = name
    self.pipeline = pipeline
    self.owner = owner
    self.script = script
    self.maximum = maximum
    self.maxOutput = maxOutput
    self.arguments = arguments
    self.inputs = inputs
    self.grace = grace
    self.settings = settings
    self.secrets = secrets
  }
}

/// How an attempt ended, with its output as far as it was not streamed.
public struct Finish: Hashable, Sendable {
  /// Names the attempt.
  public var fence: Fence
  /// What came of it.
  public var outcome: Outcome
  /// All bytes of standard output that are kept.
  public var resultBytes: Int64
  /// All bytes of standard error that are kept.
  public var errorBytes: Int64
  /// Whether output beyond the cap was thrown away.
  public var isCut: Bool
  /// The result if all output of the attempt is one piece of standard output; nil if it was streamed.
  public var result: ByteBuffer?

  /// A finish of those parts.
  public init(
    fence: Fence, outcome: Outcome, resultBytes: Int64, errorBytes: Int64, isCut: Bool, result: ByteBuffer?
  ) {
    self.fence = fence
    self.outcome = outcome
    self.resultBytes = resultBytes
    self.errorBytes = errorBytes
    self.isCut = isCut
    self.result = result
  }
}
