public import Postgres
public import ZmeyConsole

/// What the console knows of the database: looked up when something has changed, told when it differs from before.
///
/// It has two connections: one hears the database's notifications, one looks and carries commands out. While nothing
/// changes, nothing runs or is queued and nothing else is asked, it makes no query, and nothing of it wakes as long as its
/// tasks prefer its executor.
public struct Feed: Sendable {
  /// Who looks, and at what.
  public let identity: Identity
  /// The database's time when it was connected.
  public let serverTime: Moment
  private let conninfo: String
  private let applicationName: String
  private let executor: ThreadExecutor
  private let line: Line

  /// Connects, and sees to it that the schema is this build's and the role a zmey user.
  ///
  /// - Parameters:
  ///   - conninfo: a connection string of libpq.
  ///   - applicationName: what `pg_stat_activity` shows.
  ///   - pipeline: one that must be there.
  ///   - executor: of tasks, on which the caller's task runs and `run` will; it keeps the time.
  /// - Throws: a `ReportedError` with which a tool should end: `DatabaseError`, `StoreError`, `FeedError`.
  public static func connect(
    _ conninfo: String, applicationName: String, pipeline: String? = nil, on executor: ThreadExecutor
  ) async throws -> Feed {
    let line = try await Line.open(conninfo, applicationName: applicationName, pipeline: pipeline)
    return Feed(
      identity: line.identity, serverTime: line.time, conninfo: conninfo, applicationName: applicationName,
      executor: executor, line: line)
  }

  /// Serves requests until they end or the task is cancelled. A lost connection is replaced, however long that takes.
  ///
  /// - Parameters:
  ///   - requests: what the console asks.
  ///   - post: is told what the console should know, with the database's time if it was read with it. It is called by
  ///     one task, one call after the other, and must not block.
  public func run(
    _ requests: AsyncStream<FeedRequest>, post: @escaping @Sendable (Input, _ serverTime: Moment?) -> Void
  ) async {
    await run(requests, onLook: {}, post: post)
  }

  /// The same, and `onLook` is called before each look at the database.
  func run(
    _ requests: AsyncStream<FeedRequest>, onLook: @escaping @Sendable () -> Void,
    post: @escaping @Sendable (Input, _ serverTime: Moment?) -> Void
  ) async {
    let inbox = Inbox()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await request in requests { inbox.put(request) }
        inbox.close()
      }
      var loop = FeedLoop(
        conninfo: conninfo, applicationName: applicationName, inbox: inbox, executor: executor,
        onLook: onLook, post: post)
      await loop.run(line)
      group.cancelAll()
    }
  }
}
