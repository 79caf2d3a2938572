import Postgres
import Synchronization
import ZmeyConsole

/// What came in for the feed and was not seen to yet. Filled by several tasks, emptied by one.
final class Inbox: Sendable {
  /// What came in.
  struct Mail: Sendable {
    /// What the console wants by now.
    var wants: Set<Query> = []
    /// Commands with their tickets.
    var sends: [(commands: [Command], ticket: Int)] = []
    /// Whether something has changed in the database.
    var isChanged = false
    /// Whether everything is to be looked at again.
    var isRefresh = false
    /// Whether the database is to be tried at once.
    var isReconnect = false
    /// Why the connection is lost.
    var loss: DatabaseError?
    /// Whether nothing more will come.
    var isClosed = false
  }

  private let mail = Mutex(Mail())
  /// Has an element when something has come in. For one reader.
  let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation

  init() {
    (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// All that came in since the last time.
  func take() -> Mail {
    mail.withLock { mail in
      defer { mail = Mail(wants: mail.wants, loss: mail.loss, isClosed: mail.isClosed) }
      return mail
    }
  }

  func put(_ request: FeedRequest) {
    change { mail in
      switch request {
      case .want(let queries): mail.wants = queries
      case .send(let commands, let ticket): mail.sends.append((commands, ticket))
      case .reconnect: mail.isReconnect = true
      case .refresh: mail.isRefresh = true
      }
    }
  }

  func notify() { change { $0.isChanged = true } }
  func lose(_ error: DatabaseError) { change { $0.loss = error } }
  func close() { change { $0.isClosed = true } }
  func wake() { waker.yield() }

  /// A new connection is there: what was said of the last one does not count any more.
  func forgetLoss() { mail.withLock { $0.loss = nil } }

  private func change(_ body: (inout Mail) -> Void) {
    mail.withLock { body(&$0) }
    waker.yield()
  }
}
