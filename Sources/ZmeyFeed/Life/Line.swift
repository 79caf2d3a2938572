import Postgres
import ZmeyConsole
import ZmeyStore

/// Both connections to the database.
struct Line: Sendable {
  let connection: Connection
  let listener: Listener
  let identity: Identity
  /// The database's time when it was opened.
  let time: Moment

  /// Connects, and checks that there is something to be had. Listens before anybody can look, so that no change is missed.
  ///
  /// - Parameter pipeline: one that must be there.
  /// - Throws: `DatabaseError`, `StoreError`, `FeedError`.
  static func open(_ conninfo: String, applicationName: String, pipeline: String? = nil) async throws -> Line
  {
    async let listening = Listener.open(
      conninfo, applicationName: "\(applicationName) watch", channels: [People.changeChannel]
    ) { session in
      let (identity, time) = try introduce(session)
      if let pipeline { try find(pipeline, session) }
      try People.watch(session)
      return (identity, time)
    }
    let connection = try await Connection.open(conninfo, applicationName: applicationName)
    // Estimates of many weeks would have looks of a few milliseconds compiled for a fifth of a second.
    try await connection.run { session in try session.script("set jit = off") }
    let (listener, (identity, time)) = try await listening
    return Line(connection: connection, listener: listener, identity: identity, time: time)
  }

  func close() async {
    listener.close()
    await connection.close()
  }

  /// Who looks, and the time. The schema is looked at first: without it there are no roles to ask for.
  private static func introduce(_ session: borrowing Session) throws -> (Identity, Moment) {
    let role = try session.query(Statement("feed_role", "select session_user")).first {
      row throws(DatabaseError) in
      try row.text(0)
    }
    do {
      try Migrator.check(session)
      let found = try session.query(introduction).first { row throws(DatabaseError) in
        try read(row, session.serverAddress)
      }
      if let found, let identity = found.0 { return (identity, found.1) }
    } catch let error as DatabaseError where error.kind == .insufficientPrivilege {
      // Told below.
    }
    throw FeedError.noUser(role ?? "")
  }

  /// Sees to it that an address names one pipeline.
  private static func find(_ pipeline: String, _ session: borrowing Session) throws {
    let owners = try People.owners(ofPipeline: pipeline, session)
    if owners.isEmpty { throw FeedError.noPipeline(pipeline) }
    if owners.count > 1 { throw FeedError.severalPipelines(pipeline, owners: owners) }
  }

  private static let introduction = Statement(
    "feed_introduction",
    """
    select session_user, current_database(), current_setting('cluster_name', true), clock_timestamp(), zm.uid() is not null,
      pg_has_role(session_user, 'zm_admin', 'member'), pg_has_role(session_user, 'zm_user', 'member')
    """)

  private static func read(_ row: borrowing Row, _ host: String) throws(DatabaseError) -> (Identity?, Moment)
  {
    let level: Identity.Level = try row.bool(5) ? .admin : try row.bool(6) ? .user : .viewer
    // Debian names its clusters by version and name, `15/main`, which tells nobody anything.
    let cluster = try row.textOrNil(2).flatMap { $0.contains("/") ? nil : $0 } ?? ""
    let identity = Identity(
      user: try row.text(0), database: try row.text(1), host: host, level: level, cluster: cluster)
    return (try row.bool(4) ? identity : nil, try row.moment(3))
  }
}
