public import Postgres
public import ZmeyCore

extension People {
  /// Why a task run stands where it stands.
  public struct Reason: Hashable, Sendable {
    /// Which one.
    public let taskRun: TaskRunID
    /// A word for programs: `waits`, `held`, `limit` …
    public let kind: String
    /// A sentence for people.
    public let message: String
  }

  /// Every reason why these task runs stand where they stand, in their order.
  public static func reasons(_ ids: [TaskRunID], _ session: borrowing Session) throws -> [Reason] {
    try session.query(
      Statement(
        "why",
        """
        select i.id, w.kind, w.message
        from unnest($1) with ordinality i (id, position)
        cross join lateral zm_api.why(i.id) with ordinality w (kind, message, rank)
        order by i.position, w.rank
        """), [.int8Array(ids.map(\.rawValue))]
    ).map { row throws(DatabaseError) in
      Reason(taskRun: TaskRunID(try row.int64(0)), kind: try row.text(1), message: try row.text(2))
    }
  }

  /// How far a task run is that stands for the items of a fan-out.
  public struct FanOut: Hashable, Sendable {
    /// Which one.
    public let taskRun: TaskRunID
    /// How many items there are.
    public let total: Int64
    /// How many of them have ended.
    public let ended: Int64
    /// How many of these failed, ran out of time or were lost.
    public let failed: Int64
  }

  /// Those of these task runs that stand for items.
  public static func fanOuts(_ ids: [TaskRunID], _ session: borrowing Session) throws -> [FanOut] {
    try session.query(
      Statement(
        "fan_outs",
        """
        select task_run_id, total::bigint, ended::bigint, failed::bigint from zm_api.fan
        where task_run_id = any ($1)
        """), [.int8Array(ids.map(\.rawValue))]
    ).map { row throws(DatabaseError) in
      FanOut(
        taskRun: TaskRunID(try row.int64(0)), total: try row.int64(1), ended: try row.int64(2),
        failed: try row.int64(3))
    }
  }
}
