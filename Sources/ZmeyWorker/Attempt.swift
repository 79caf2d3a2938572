public import NIOCore
public import ZmeyCore
public import ZmeyLink

/// One attempt as the worker knows it.
struct Attempt: Sendable {
  /// How far it is.
  ///
  ///     collecting ──inputs here──▶ starting ──process──▶ running ──exit──▶ ended ──settled──▶ (gone)
  enum Phase: Sendable {
    /// Parts of passed results are still on their way.
    case collecting
    /// The process was asked for.
    case starting
    /// The process exists, since that instant.
    case running(since: Instant)
    /// The process is gone; the finish waits for the database's decision.
    case ended(Finish)
  }

  /// Why the worker itself ends an attempt.
  enum Cause: Hashable, Sendable {
    /// Its maximum time has passed.
    case maximum(Duration)
    /// An operator wants it stopped.
    case stop
    /// Its result is not wanted: fenced, lease over, or the worker goes. Nothing is reported.
    case unwanted
  }

  let assignment: Assignment
  var phase: Phase
  var book: OutputBook
  /// Keeps secrets out of the output; nil without any.
  var masks: SecretMasks?
  var percent = PercentReader()
  /// The last line of standard error that says something, for the reason of a failure.
  var lastError = TailLine()
  /// Inputs as they arrive, in the order of the assignment.
  var inputs: [ByteBuffer]
  var missingInputs: Set<UInt16>
  /// Set once the worker has decided to end it; the first cause stays.
  var cause: Cause?
  /// When pending output is sent.
  var flushAt: Instant?
  /// When `running` is reported.
  var reportAt: Instant?
  /// When its maximum time is over.
  var deadline: Instant?
  /// When TERM is followed by KILL.
  var killAt: Instant?
  /// Whether an operator wants it to stand still, and since when it is proven to.
  var isPauseWanted = false
  var pausedSince: Instant?
  /// Since when it goes on again after a pause.
  var resumedSince: Instant?
  /// Whether it was told to go on and has not said that it does.
  var isThawing = false
  /// What is left of its maximum time while it stands still.
  var timeLeft: Duration?
  /// When the percentage is next reported, and which was last.
  var percentAt: Instant?
  var reportedPercent: UInt8?

  init(_ assignment: Assignment) {
    self.assignment = assignment
    book = OutputBook(cap: assignment.maxOutput)
    masks = assignment.secrets.isEmpty ? nil : SecretMasks(assignment.secrets.map(\.value))
    inputs = assignment.inputs.map { $0.bytes ?? ByteBuffer() }
    missingInputs = Set(
      assignment.inputs.indices.filter { assignment.inputs[$0].bytes == nil }.map(UInt16.init))
    phase = .collecting
  }

  /// Of a large piece only the lines at its end are looked at: the last percentage and the last error are what counts,
  /// and byte by byte a flood would take the time of all others.
  private static let heardBytes = 4096

  /// Looks for what output says of itself, whether or not it is kept; secrets are masked in it.
  mutating func heard(_ stream: OutputStream, _ bytes: ByteBuffer) {
    var heard = bytes.readableBytesView.suffix(Self.heardBytes)
    if heard.count < bytes.readableBytes {
      heard = heard.drop { $0 != UInt8(ascii: "\n") }
    }
    switch stream {
    case .standardOutput: percent.append(heard)
    case .standardError: lastError.append(heard)
    }
  }

  var isEnded: Bool {
    switch phase {
    case .ended: true
    case .collecting, .starting, .running: false
    }
  }

  var isCollecting: Bool {
    switch phase {
    case .collecting: true
    case .starting, .running, .ended: false
    }
  }

  /// The next moment at which something is due by itself.
  var nextDeadline: Instant? {
    var next: Instant?
    for instant in [flushAt, reportAt, deadline, killAt, percentAt] {
      if let instant { next = next.map { min($0, instant) } ?? instant }
    }
    return next
  }
}

/// What the script is given: made from an assignment and the results handed on.
public struct Launch: Hashable, Sendable {
  /// Names the attempt.
  public let fence: Fence
  /// The assignment that it comes from.
  public let assignment: Assignment
  /// All arguments, passed results at the end.
  public let arguments: [[UInt8]]
  /// Standard input; empty for none.
  public let standardInput: ByteBuffer
  /// The value of `ZM_INPUT`, if a link hands one on.
  public let environmentInput: [UInt8]?

  /// The kernel's limit for one argument or variable, with its NUL (`MAX_ARG_STRLEN`).
  static let longestString = 131_071

  /// - Throws: `Unlaunchable` if a passed result cannot be an argument or a variable, or a secret no variable.
  init(_ attempt: Attempt) throws(Unlaunchable) {
    let assignment = attempt.assignment
    var arguments = assignment.arguments.map { Array($0.utf8) }
    var standardInput = ByteBuffer()
    var environmentInput: [UInt8]?
    for (input, bytes) in zip(assignment.inputs, attempt.inputs) {
      switch input.pass {
      case .none: break
      case .argument: arguments.append(try Self.word(bytes, as: "an argument"))
      case .env:
        let word = try Self.word(bytes, as: "ZM_INPUT")
        environmentInput = environmentInput.map { $0 + [UInt8(ascii: "\n")] + word } ?? word
      case .stdin: standardInput.writeImmutableBuffer(bytes)
      }
    }
    for case .variable(let name) in assignment.secrets.filter({ $0.value.bytes.contains(0) }).map(\.place) {
      throw Unlaunchable(
        "the secret for \(name) holds a NUL byte, which no variable can: take it by a descriptor, 3 to 9")
    }
    fence = assignment.fence
    self.assignment = assignment
    self.arguments = arguments
    self.standardInput = standardInput
    self.environmentInput = environmentInput
  }

  private static func word(_ bytes: ByteBuffer, as what: String) throws(Unlaunchable) -> [UInt8] {
    let view = bytes.readableBytesView
    let end = view.lastIndex { $0 != UInt8(ascii: "\n") }.map { $0 + 1 } ?? view.startIndex
    let word = Array(view[view.startIndex..<end])
    guard word.count <= longestString else {
      throw Unlaunchable(
        "a passed result of \(word.count) bytes is too large for \(what) (at most \(longestString)): pass it as stdin"
      )
    }
    guard !word.contains(0) else {
      throw Unlaunchable("a passed result holds a NUL byte, which \(what) cannot: pass it as stdin")
    }
    return word
  }
}

/// Why a script could not be started, in a sentence for people.
public struct Unlaunchable: Error, Hashable, Sendable {
  /// The sentence.
  public let reason: String

  /// That reason.
  public init(_ reason: String) { self.reason = reason }
}
