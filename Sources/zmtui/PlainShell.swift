import Glibc
import ZmeyCommand
import ZmeyConsole
import ZmeyCore
import ZmeyFeed

/// Line mode: tells changes as lines, and takes commands as lines from standard input.
struct PlainShell {
  private let inbox: Inbox
  private let send: (FeedRequest) -> Void
  private var console: LineConsole
  private var clock = WallClock()
  private var typed: [UInt8] = []
  private var isListening = true
  private var end: Int32?

  init(
    _ settings: Console.Settings, inbox: Inbox, send: @escaping (FeedRequest) -> Void
  ) {
    self.inbox = inbox
    self.send = send
    console = LineConsole(
      zone: settings.zone, pipeline: settings.pipeline, isReadOnly: settings.isReadOnly)
  }

  /// Returns at the end, with what the process shall end with.
  ///
  /// - Throws: what made it impossible to begin.
  mutating func run() throws -> Int32 {
    send(.want(LineConsole.wants))
    while end == nil {
      var watched = [
        pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isListening ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        // Nobody reads any more once this is broken.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
      ]
      guard poll(&watched, 3, -1) >= 0 || errno == EINTR else { break }
      if watched[2].revents != 0 { break }
      if watched[0].revents != 0 { try takeNews() }
      if watched[1].revents != 0 { readLines() }
    }
    return end ?? 0
  }

  private mutating func takeNews() throws {
    for item in inbox.take() {
      switch item {
      case .failure(let error): throw error
      case .input(let input, let time):
        if let time { clock.learn(time) }
        carryOut(console.take(input, at: clock.now))
      }
    }
  }

  /// Takes what stands in standard input. A last line needs no line end.
  private mutating func readLines() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    typed += buffer[..<max(0, count)]
    isListening = count > 0
    if !isListening, !typed.isEmpty { typed.append(0x0a) }
    while let end = typed.firstIndex(of: 0x0a) {
      let line = String(decoding: typed[..<end], as: UTF8.self)
      typed.removeFirst(end + 1)
      carryOut(console.type(line, at: clock.now))
    }
    if typed.count > 65_536 { typed = [] }
    if !isListening { carryOut(console.close(isTerminal: isatty(STDIN_FILENO) != 0, at: clock.now)) }
  }

  private mutating func carryOut(_ effects: [LineConsole.Effect]) {
    for effect in effects where end == nil {
      switch effect {
      case .say(let line):
        print(line)
        fflush(nil)
      case .send(let commands): send(.send(commands, ticket: 0))
      case .end(let isWell): end = (isWell ? ExitStatus.fine : .failed).rawValue
      }
    }
  }
}
