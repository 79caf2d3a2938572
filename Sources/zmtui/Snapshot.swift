import Glibc
import ZmeyConsole
import ZmeyFeed

/// Prints one frame, as soon as all that it shows is known.
struct Snapshot {
  private let inbox: Inbox
  private let send: (FeedRequest) -> Void
  private var console: Console
  private var clock = WallClock()

  init(_ settings: Console.Settings, _ size: Size, inbox: Inbox, send: @escaping (FeedRequest) -> Void) {
    self.inbox = inbox
    self.send = send
    console = Console(settings, size: size, now: clock.now)
  }

  /// Returns once the frame is printed, with what the process shall end with.
  ///
  /// - Throws: what made it impossible to begin.
  mutating func run() throws -> Int32 {
    var asked: Set<Query> = []
    var known: Set<Query> = []
    while true {
      let wants = console.wants
      if wants != asked { send(.want(wants)) }
      asked = wants
      if !wants.isEmpty, wants.isSubset(of: known) { break }
      var entry = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, -1)
      for item in inbox.take() {
        switch item {
        case .failure(let error): throw error
        case .input(let input, let time):
          if let time { clock.learn(time) }
          if case .answer(let answer, let query) = input {
            if case .totals = answer {} else { known.insert(query) }
          }
          _ = console.handle(input, at: clock.now)
        }
      }
    }
    print(console.frame(at: clock.now).grid.text, terminator: "")
    return 0
  }
}
