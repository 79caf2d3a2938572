public import ZmeySchedule

/// Line mode as a machine: what happens goes in, lines to print and commands to carry out come out.
///
/// A line that is typed waits until the database is there and the line before it was answered.
public struct LineConsole: Sendable {
  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Print a line.
    case say(String)
    /// Ask the database for changes; answered by `Input.replies`.
    case send([Command])
    /// End, with whether all that was asked was done.
    case end(isWell: Bool)
  }

  private var journal: Journal
  private let isReadOnly: Bool
  private var identity: Identity?
  private var isConnected = false
  private var board: Board?
  private var runs: [Run] = []
  /// Lines that were not taken yet.
  private var lines: [String] = []
  private var question: [Command]?
  private var isWaiting = false
  private var isWell = true
  private var hasAsked = false
  /// Whether nothing more will be typed; and whether that is the operator's wish to end.
  private var isOver = false
  private var isEnding = false
  private var effects: [Effect] = []
  private var now = Moment(microseconds: 0)

  /// - Parameter pipeline: the only one to tell of, by NAME or OWNER:NAME; nil for all.
  public init(zone: TimeZoneRules, pipeline: String? = nil, isReadOnly: Bool = false) {
    journal = Journal(zone: zone, pipeline: pipeline)
    self.isReadOnly = isReadOnly
  }

  /// What is to be known: of the newest runs each, for a pipeline on the board shows its newest alone.
  public static let wants: Set<Query> = [.board, .runs(pipeline: nil, limit: 200)]

  /// Takes notice of something.
  public mutating func take(_ input: Input, at now: Moment) -> [Effect] {
    handle(at: now) { console in
      switch input {
      case .identity(let identity): console.meet(identity)
      case .link(.lost(_, let reason, _, _)): console.tell("the database is lost: \(reason)")
      case .link(.live):
        console.isConnected = true
        console.tell("connected")
      case .note(let text, _): console.tell(text)
      case .answer(.board(let board), _):
        console.board = board
        console.say(console.journal.lines(board, at: now))
      case .answer(.runs(let runs), _):
        console.runs = runs
        console.say(console.journal.lines(runs, at: now))
      case .replies(let replies, _):
        console.isWaiting = false
        for reply in replies { console.tell(reply) }
      default: break
      }
    }
  }

  /// Takes notice of a line that was typed.
  public mutating func type(_ line: String, at now: Moment) -> [Effect] {
    handle(at: now) { $0.lines.append(line) }
  }

  /// Takes notice that nothing more will be typed. What was typed is done before the end; of a file or a pipe without
  /// any command the end is not a wish to end.
  public mutating func close(isTerminal: Bool, at now: Moment) -> [Effect] {
    handle(at: now) { console in
      console.isOver = true
      console.isEnding = isTerminal
    }
  }

  private mutating func handle(at now: Moment, _ body: (inout LineConsole) -> Void) -> [Effect] {
    self.now = now
    effects = []
    body(&self)
    while isConnected, !isWaiting, !lines.isEmpty { obey(lines.removeFirst()) }
    if isOver, isEnding || hasAsked, !isWaiting, lines.isEmpty { end() }
    return effects
  }

  private mutating func end() {
    if question != nil { refuse("not done: nothing was answered") }
    effects.append(.end(isWell: isWell))
  }

  private mutating func meet(_ identity: Identity) {
    guard identity != self.identity else { return }
    self.identity = identity
    journal.user = identity.user
    tell("\(identity.user) at \(identity.database)")
  }

  // What is typed -------------------------------------------------------------------------------------------

  private mutating func obey(_ line: String) {
    if let commands = question {
      question = nil
      return line == "y" ? send(commands) : refuse("not done")
    }
    let meaning = PlainLine(line)
    if meaning != .nothing { hasAsked = true }
    switch meaning {
    case .nothing: break
    case .quit:
      lines = []
      (isOver, isEnding) = (true, true)
    case .help: for line in PlainLine.usage { effects.append(.say(line)) }
    case .list: list()
    case .wrong(let problem): refuse(problem)
    case .commands(let commands, let question):
      if isReadOnly || identity?.level == .viewer {
        refuse("read only: nothing was done")
      } else if let question {
        self.question = commands
        tell(question)
      } else {
        send(commands)
      }
    }
  }

  private mutating func send(_ commands: [Command]) {
    isWaiting = true
    effects.append(.send(commands))
  }

  private mutating func list() {
    guard let board else { return tell("nothing is known yet") }
    journal.forget()
    say(journal.lines(board, at: now))
    say(journal.lines(runs, at: now))
  }

  // What is told --------------------------------------------------------------------------------------------

  private mutating func tell(_ reply: Reply) {
    switch reply {
    case .done(let line, _), .unchanged(let line): tell(line)
    case .refused(let message, let hint):
      refuse("not done: \([message, hint].compactMap { $0 }.joined(separator: ". "))")
    case .stale(let message, _, _): refuse("not done: \(message)")
    case .wrong, .definition: break
    }
  }

  private mutating func refuse(_ text: String) {
    isWell = false
    tell(text)
  }

  private mutating func tell(_ text: String) { effects.append(.say(journal.line(now, text))) }

  private mutating func say(_ lines: [String]) { effects += lines.map(Effect.say) }
}
