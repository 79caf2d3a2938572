/// What holds the server up: sessions that stay open, what vacuum may not clear away, and what it has not.
struct LoadFacts: Facts {
  struct Session: Decodable, Sendable {
    let pid: Int
    let role: String
    let seconds: Int
  }

  /// Whether the caller sees the sessions of others.
  let seesAll: Bool
  let idle: [Session]
  let old: [Session]
  let prepared: [String]
  let slots: [String]
  /// Tables of the queue with far more dead rows than living ones.
  let bloated: [String]

  static let name = "load"
  static let query = """
    with sessions as materialized (
      select pid, usename as role, extract(epoch from clock_timestamp() - xact_start)::int as seconds, state, backend_xmin
      from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
    )
    select pg_has_role(session_user, 'pg_read_all_stats', 'member') as sees_all,
      coalesce((select jsonb_agg(jsonb_build_object('pid', pid, 'role', role, 'seconds', seconds) order by seconds desc)
        from sessions where state ~ '^idle in transaction' and seconds >= 60), '[]') as idle,
      coalesce((select jsonb_agg(jsonb_build_object('pid', pid, 'role', role, 'seconds', seconds) order by seconds desc)
        from sessions where backend_xmin is not null and seconds >= 300), '[]') as old,
      array(select gid from pg_prepared_xacts where database = current_database() and prepared < clock_timestamp() - interval '5 min')
        as prepared,
      array(select slot_name from pg_replication_slots where not active) as slots,
      array(select format('%s (%s dead, %s living)', relname, n_dead_tup, n_live_tup) from pg_stat_all_tables
        where schemaname = 'zm' and relname in ('queue', 'inflight', 'delayed', 'worker_status', 'scheduler_sleep', 'live_run',
          'event_clock') and n_dead_tup > 50000 and n_dead_tup > 2 * n_live_tup order by 1) as bloated
    """

  var findings: [Finding] {
    return [
      .warn(
        "idle", idle.map(Self.name), "leaves a transaction open",
        "select pg_terminate_backend(PID), and mend the program",
        otherwise: seesAll ? "nobody leaves a transaction open" : "you leave no transaction open"),
      .warn(
        "snapshots", old.map(Self.name), "keeps vacuum from clearing the queue",
        "select pg_terminate_backend(PID)",
        otherwise: "\(seesAll ? "nobody keeps" : "you do not keep") vacuum from clearing the queue"),
      .warn(
        "prepared", prepared, "is prepared and not committed", "rollback prepared, or commit prepared",
        otherwise: "nothing is prepared and left"),
      .warn(
        "slots", slots, "is a replication slot that nobody reads, and keeps all that was written since",
        "select pg_drop_replication_slot(NAME), or start its reader",
        otherwise: "no replication slot is left behind"),
      .warn(
        "dead-rows", bloated, "has more dead rows than living ones",
        "see what keeps vacuum: sessions, slots; then vacuum it",
        otherwise: "the queue's tables are clear"),
    ]
  }

  private static func name(_ session: Session) -> String {
    "\(session.role) (pid \(session.pid), \(session.seconds) s)"
  }
}
