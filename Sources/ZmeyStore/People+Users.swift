public import Postgres

extension People {
  /// A user of zmey: a PostgreSQL role.
  public struct User: Hashable, Sendable {
    /// The role's name.
    public let name: String
    /// `viewer`, `user` or `admin`; nil if all rights were taken from it.
    public let role: String?
    /// Whether it may no longer do anything.
    public let isDisabled: Bool
    /// How many task runs of its may run at once; nil for as many as there are slots.
    public let runningLimit: Int32?
    /// How many task runs of its may be queued; nil for any number.
    public let queuedLimit: Int32?
    /// How many bytes of each of its outputs are kept at most; nil for what each template says.
    public let outputLimit: Int64?
    /// The account of workers that its tasks run as; nil for what each template says.
    public let account: String?
    /// How many task runs of its run.
    public let running: Int64
    /// How many are queued.
    public let queued: Int64
    /// Since when it is a user, in UTC.
    public let createdAt: String
  }

  /// A pipeline that its owner shares.
  public struct Share: Hashable, Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// Whose it is.
    public let owner: String
    /// With whom it is shared: a user, or a role that users are members of.
    public let grantee: String
    /// `view` or `operate`.
    public let level: String
  }

  /// All users by name, or the one of that name; of those that the caller may see.
  public static func users(named name: String? = nil, _ session: borrowing Session) throws -> [User] {
    try session.query(
      Statement(
        "users",
        """
        select name::text, role, is_disabled, task_limit::int, queue_limit::int, output_limit::bigint, os_user,
          running::bigint, queued::bigint, \(iso("created_at"))
        from zm_api.person where $1::text is null or name = $1::name order by name
        """), [.text(name)]
    ).map { row throws(DatabaseError) in
      User(
        name: try row.text(0), role: try row.textOrNil(1), isDisabled: try row.bool(2),
        runningLimit: try row.int32OrNil(3), queuedLimit: try row.int32OrNil(4),
        outputLimit: try row.int64OrNil(5), account: try row.textOrNil(6), running: try row.int64(7),
        queued: try row.int64(8), createdAt: try row.text(9))
    }
  }

  /// Makes a user, and the PostgreSQL role, without a password, if there is none of that name.
  ///
  /// - Parameter change: what to say of it, as a JSON object: `role`, `running`, `queued`, `output`, `os_user`.
  public static func addUser(_ name: String, _ change: String, _ session: borrowing Session) throws {
    try session.execute(
      Statement("user_add", "select zm_api.user_add($1, $2)"), [.text(name), .json(change)])
  }

  /// Changes what the JSON object names, as for ``addUser(_:_:_:)``; null for no limit.
  public static func setUser(_ name: String, _ change: String, _ session: borrowing Session) throws {
    try session.execute(
      Statement("user_set", "select zm_api.user_set($1, $2)"), [.text(name), .json(change)])
  }

  /// Takes a user's rights, and its role if it was made with it. What it had stays for the record.
  public static func removeUser(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("user_remove", "select zm_api.user_remove($1)"), [.text(name)])
  }

  /// Shares a pipeline of the caller's with a user or a role that users are members of.
  ///
  /// - Parameter level: `view` or `operate`.
  public static func share(
    _ pipeline: String, with grantee: String, level: String, _ session: borrowing Session
  ) throws {
    try session.execute(
      Statement("share", "select zm_api.share($1, $2, $3)"), [.text(pipeline), .text(grantee), .text(level)])
  }

  /// Takes a share back.
  public static func unshare(_ pipeline: String, with grantee: String, _ session: borrowing Session) throws {
    try session.execute(
      Statement("unshare", "select zm_api.unshare($1, $2)"), [.text(pipeline), .text(grantee)])
  }

  /// What is shared by or with the caller; an admin sees all.
  public static func shares(_ session: borrowing Session) throws -> [Share] {
    try session.query(
      Statement(
        "shares",
        "select pipeline, owner::text, grantee::text, level from zm_api.share order by owner, pipeline, grantee"
      )
    ).map { row throws(DatabaseError) in
      Share(
        pipeline: try row.text(0), owner: try row.text(1), grantee: try row.text(2), level: try row.text(3))
    }
  }
}
