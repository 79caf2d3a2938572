import Postgres
import Synchronization
import Testing
import ZmeyConsole
import ZmeyCore

@testable import ZmeyFeed

/// A console without a screen: it keeps what its feed tells.
final class Desk: Sendable {
  private let inputs = Mutex<[Input]>([])
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let requests: AsyncStream<FeedRequest>.Continuation
  private let lookCount = Mutex(0)

  private init(_ requests: AsyncStream<FeedRequest>.Continuation) {
    self.requests = requests
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Runs a feed for as long as `body` runs.
  static func with(_ conninfo: String, _ body: (Desk) async throws -> Void) async throws {
    let (stream, requests) = AsyncStream.makeStream(of: FeedRequest.self)
    let desk = Desk(requests)
    let executor = try ThreadExecutor(name: "feed", for: .tasks)
    defer { executor.stop() }
    let feed = try await Feed.connect(conninfo, applicationName: "desk", on: executor)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: executor) {
        await feed.run(
          stream, onLook: { desk.lookCount.withLock { $0 += 1 } },
          post: { input, _ in
            desk.inputs.withLock { $0.append(input) }
            desk.signal.yield()
          })
      }
      defer { requests.finish() }
      try await body(desk)
    }
  }

  /// How often the database was looked at.
  var looks: Int { lookCount.withLock { $0 } }
  /// All that was told.
  var all: [Input] { inputs.withLock { $0 } }

  func want(_ queries: Query...) { requests.yield(.want(Set(queries))) }
  func ask(_ request: FeedRequest) { requests.yield(request) }

  /// The first that `match` finds, once it is there.
  func first<T>(_ match: (Input) -> T?) async -> T {
    var wakes = signals.makeAsyncIterator()
    while true {
      if let found = all.lazy.compactMap(match).first { return found }
      _ = await wakes.next()
    }
  }

  /// The last answer to a query, once `match` makes something of it.
  func answer<T>(_ query: Query, _ match: (Answer) -> T?) async -> T {
    var wakes = signals.makeAsyncIterator()
    while true {
      let last = all.lazy.reversed().compactMap { input -> Answer? in
        guard case .answer(let answer, query) = input else { return nil }
        if case .totals = answer { return nil }
        return answer
      }.first
      if let found = last.flatMap(match) { return found }
      _ = await wakes.next()
    }
  }

  /// The board, once it is as wanted.
  func board(where isWanted: (Board) -> Bool = { _ in true }) async -> Board {
    await answer(.board) { if case .board(let board) = $0, isWanted(board) { board } else { nil } }
  }

  /// The totals, once they are as wanted.
  func totals(where isWanted: (Totals) -> Bool) async -> Totals {
    await first { if case .answer(.totals(let totals), _) = $0, isWanted(totals) { totals } else { nil } }
  }

  /// The newest runs, once they are as wanted.
  func runs(where isWanted: ([Run]) -> Bool) async -> [Run] {
    await answer(.runs(pipeline: nil, limit: 50)) {
      if case .runs(let runs) = $0, isWanted(runs) { runs } else { nil }
    }
  }

  func run(_ id: RunID, where isWanted: (RunDetail) -> Bool = { _ in true }) async -> RunDetail {
    await answer(.run(id)) { if case .run(let run?) = $0, isWanted(run) { run } else { nil } }
  }

  func task(_ id: TaskRunID, where isWanted: (TaskDetail) -> Bool = { _ in true }) async -> TaskDetail {
    await answer(.task(id)) { if case .task(let task?) = $0, isWanted(task) { task } else { nil } }
  }

  /// The pieces of output so far, once they are as wanted.
  func pieces(_ query: Query, where isWanted: ([OutputPiece]) -> Bool) async -> [OutputPiece] {
    var wakes = signals.makeAsyncIterator()
    while true {
      let pieces = all.compactMap { input -> OutputPiece? in
        if case .answer(.output(let piece), query) = input { piece } else { nil }
      }
      if isWanted(pieces) { return pieces }
      _ = await wakes.next()
    }
  }

  /// What comes of commands.
  func replies(_ ticket: Int, _ commands: [Command]) async -> [Reply] {
    ask(.send(commands, ticket: ticket))
    return await first { if case .replies(let replies, ticket) = $0 { replies } else { nil } }
  }

  /// What comes of one command.
  func reply(_ command: Command) async -> Reply {
    let ticket = all.count { if case .replies = $0 { true } else { false } } + 1
    return await replies(ticket, [command])[0]
  }

  /// Returns once the feed has seen to all that was asked before.
  func settle() async { _ = await reply(.control(.pause, ids: [])) }
}

extension Reply {
  /// What it says to people.
  var text: String {
    switch self {
    case .done(let line, _): line
    case .unchanged(let line): "unchanged: \(line)"
    case .stale(let message, _, _): "stale: \(message)"
    case .refused(let message, let hint): "refused: \(message)" + (hint.map { " (\($0))" } ?? "")
    case .wrong(let problems):
      problems.map { "\($0.line):\($0.column) \($0.message)" }.joined(separator: "; ")
    case .definition(_, let yaml): yaml
    }
  }

  var run: RunID? { if case .done(_, .run(let run)?) = self { run } else { nil } }
}
