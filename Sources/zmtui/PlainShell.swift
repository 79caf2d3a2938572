import Glibc
import ZmeyCommand
import ZmeyConsole
import ZmeyFeed
import ZmeySchedule

/// Line mode: tells changes as lines, and takes commands as lines from standard input.
struct PlainShell {
  private let inbox: Inbox
  private let send: (FeedRequest) -> Void
  private let isReadOnly: Bool
  private var journal: Journal
  private let zone: TimeZoneRules
  private let pipeline: String?
  private var clock = WallClock()
  private var board: Board?
  private var typed: [UInt8] = []
  private var question: [Command]?
  private var level = Identity.Level.viewer
  private var isListening = true

  init(
    _ settings: Console.Settings, inbox: Inbox, send: @escaping (FeedRequest) -> Void
  ) {
    self.inbox = inbox
    self.send = send
    isReadOnly = settings.isReadOnly
    zone = settings.zone
    pipeline = settings.pipeline
    journal = Journal(zone: settings.zone, pipeline: settings.pipeline)
  }

  /// Returns at the end.
  ///
  /// - Throws: what made it impossible to begin.
  mutating func run() throws {
    send(.want([.board]))
    while true {
      var watched = [
        pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isListening ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        // Nobody reads any more once this is broken.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
      ]
      guard poll(&watched, 3, -1) >= 0 || errno == EINTR else { return }
      if watched[2].revents != 0 { return }
      if watched[0].revents != 0 { try takeNews() }
      if watched[1].revents != 0, try !readLines() { return }
    }
  }

  private mutating func takeNews() throws {
    for item in inbox.take() {
      switch item {
      case .failure(let error): throw error
      case .input(let input, let time):
        if let time { clock.learn(time) }
        take(input)
      }
    }
  }

  private mutating func take(_ input: Input) {
    switch input {
    case .identity(let identity):
      level = identity.level
      tell("\(identity.user) at \(identity.database)")
    case .link(.lost(_, let reason, _, _)): tell("the database is lost: \(reason)")
    case .link(.live): tell("connected")
    case .answer(.board(let board), _):
      self.board = board
      for line in journal.lines(board, at: clock.now) { say(line) }
    case .replies(let replies, _): for reply in replies { tell(reply) }
    default: break
    }
  }

  private func tell(_ reply: Reply) {
    switch reply {
    case .done(let line, _): tell(line)
    case .refused(let message, let hint):
      tell("not done: \([message, hint].compactMap { $0 }.joined(separator: ". "))")
    case .wrong, .definition: break
    }
  }

  private func tell(_ text: String) { say(journal.line(clock.now, text)) }

  private func say(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// Takes what stands in standard input; false at the operator's end.
  private mutating func readLines() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    guard count > 0 else {
      isListening = false
      // The end of a file that was given is not the operator's wish to end; ^D is.
      return isatty(STDIN_FILENO) == 0
    }
    typed += buffer[..<count]
    while let end = typed.firstIndex(of: 0x0a) {
      let line = String(decoding: typed[..<end], as: UTF8.self)
      typed.removeFirst(end + 1)
      if !obey(line) { return false }
    }
    if typed.count > 65_536 { typed = [] }
    return true
  }

  private mutating func obey(_ line: String) -> Bool {
    if let commands = question {
      question = nil
      if line == "y" { send(.send(commands, ticket: 0)) } else { tell("not done") }
      return true
    }
    switch PlainLine(line) {
    case .nothing: break
    case .quit: return false
    case .help: for line in PlainLine.usage { say(line) }
    case .list:
      journal = Journal(zone: zone, pipeline: pipeline)
      for line in board.map({ journal.lines($0, at: clock.now) }) ?? [] { say(line) }
    case .wrong(let problem): tell(problem)
    case .commands(let commands, let question):
      if isReadOnly || level == .viewer {
        tell("read only: nothing was done")
      } else if let question {
        self.question = commands
        tell(question)
      } else {
        send(.send(commands, ticket: 0))
      }
    }
    return true
  }
}
