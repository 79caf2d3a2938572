import CLibPQ
import Synchronization

/// A connection and a thread that do nothing but listen for notifications.
///
/// A notification is a hint: several may arrive as one event, and what was sent while no one listened is lost.
/// So look at the tables once after `open`, and again after every event.
public final class Listener: Sendable {
  /// What a listener hears.
  public enum Event: Sendable {
    /// At least one notification came, on any of the channels.
    case notified
    /// The connection broke, and with it went its session's locks. This is the last event.
    case lost(DatabaseError)
  }

  /// Holds the newest event alone. Ends when the connection is closed or lost. For one reader.
  public let events: AsyncStream<Event>
  private let wakeUp: WakeUp

  private init(events: AsyncStream<Event>, wakeUp: WakeUp) {
    self.events = events
    self.wakeUp = wakeUp
  }

  deinit {
    close()
  }

  /// Closes the connection, which ends `events`. Returns at once; the session's locks are free when `events` ends.
  public func close() {
    wakeUp.raise()
  }

  /// Connects, runs `prepare` in the new session, then listens on `channels`.
  ///
  /// `prepare` may wait for as long as it needs, say for an advisory lock of the session, which then lives as long
  /// as the listener: if the Swift task is cancelled, its statement is, too. Connects as `Connection.open` does, and
  /// throws the same, or what `prepare` throws.
  public static func open<T: Sendable>(
    _ conninfo: String, applicationName: String, channels: [String],
    prepare: @escaping @Sendable (borrowing Session) throws -> T
  ) async throws -> (Listener, T) {
    let wakeUp = try WakeUp()
    let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1))
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (opened: CheckedContinuation<Result<T, any Error>, Never>) in
        do {
          try startThread(named: "postgres-listen") {
            work(
              connect: {
                try Link(conninfo, applicationName: applicationName, wakeUp: wakeUp)
              },
              prepare: { session in
                let value = try prepare(session)
                session.link.rollBackIfOpen()
                for channel in channels { try session.script("LISTEN \(quoted(channel))") }
                return value
              },
              opened: { opened.resume(returning: $0) },
              wakeUp, { continuation.yield($0) })
            continuation.finish()
          }
        } catch {
          opened.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      wakeUp.raise()
    }
    let value = try result.get()
    return (Listener(events: events, wakeUp: wakeUp), value)
  }

  private static func quoted(_ identifier: String) -> String {
    "\"" + identifier.replacing("\"", with: "\"\"") + "\""
  }

  /// The life of the thread; the connection is closed when it returns.
  private static func work<T: Sendable>(
    connect: () throws -> Link,
    prepare: (borrowing Session) throws -> T,
    opened: (Result<T, any Error>) -> Void,
    _ wakeUp: WakeUp, _ yield: (Event) -> Void
  ) {
    let link: Link
    do {
      link = try connect()
      opened(.success(try prepare(Session(link))))
    } catch {
      return opened(.failure(error))
    }
    while true {
      var isNotified = false
      while let notification = PQnotifies(link.handle) {
        PQfreemem(notification)
        isNotified = true
      }
      if isNotified { yield(.notified) }

      let socket = PQsocket(link.handle)
      let event = socket < 0 ? (raised: false, ready: true) : wakeUp.wait(socket: socket)
      if event.raised { return }
      if event.ready, PQconsumeInput(link.handle) == 0 {
        return yield(.lost(DatabaseError(connection: link.handle)))
      }
    }
  }
}
