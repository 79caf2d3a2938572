/// The server and its settings.
struct ServerFacts: Facts {
  /// As `server_version_num` has it: 150020.
  let version: Int
  let database: String
  let settings: [String: String]
  /// Sessions of clients, of all databases.
  let sessions: Int
  /// How old the oldest number of a transaction is, in transactions.
  let age: Int
  /// How full the queue of notifications is, from 0 to 1.
  let notifications: Double
  /// How this session came; nil through a local socket.
  let address: String?
  let isEncrypted: Bool
  /// Other sessions from elsewhere that are not encrypted, of those that the caller may see.
  let plain: [String]

  static let name = "server"
  static let query = """
    select current_setting('server_version_num')::int as version, current_database() as database,
      (select jsonb_object_agg(name, setting) from pg_settings where name in ('fsync', 'full_page_writes',
        'synchronous_commit', 'max_connections', 'superuser_reserved_connections', 'password_encryption', 'autovacuum',
        'track_counts', 'ssl')) as settings,
      (select count(*) from pg_stat_activity where datid is not null) as sessions,
      (select age(datfrozenxid) from pg_database where datname = current_database()) as age,
      pg_notification_queue_usage() as notifications,
      case when not inet_client_addr() <<= any ('{127.0.0.0/8,::1}'::inet[]) then host(inet_client_addr()) end as address,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as is_encrypted,
      array(select distinct concat_ws(' from ', a.usename, host(a.client_addr)) from pg_stat_ssl s join pg_stat_activity a using (pid)
        where not s.ssl and a.datname = current_database() and not a.client_addr <<= any ('{127.0.0.0/8,::1}'::inet[])
        order by 1) as plain
    """

  var findings: [Finding] {
    [server, notifyFix, crash, connections, passwords, vacuum, wraparound, queue, encryption]
  }

  private var major: Int { version / 10_000 }
  private var server: Finding {
    major >= 15
      ? .ok("server", "PostgreSQL \(major).\(version % 10_000), database \(database)")
      : .fail("server", "PostgreSQL \(major) is too old", "zmey needs 15 or newer")
  }

  /// The first releases that do not lose what LISTEN still needs (PostgreSQL's commit 8eeb4a0f7c and those like it).
  private static let mended = [14: 21, 15: 16, 16: 12, 17: 8, 18: 2]
  private var notifyFix: Finding {
    guard let first = Self.mended[major], version % 10_000 < first else {
      return .ok("release", "LISTEN survives old notifications")
    }
    return .fail(
      "release",
      "in \(major).\(version % 10_000) VACUUM may take away what LISTEN needs, and nobody is woken any more",
      "install PostgreSQL \(major).\(first) or newer")
  }

  private var crash: Finding {
    let off = ["fsync", "full_page_writes", "synchronous_commit"].filter { settings[$0] == "off" }
    return .fail(
      "crash", off, "off: a crash loses the database, or results that were promised",
      off.map { "alter system set \($0) = on" }.joined(separator: "; "), otherwise: "a crash loses nothing")
  }

  private var connections: Finding {
    let all =
      (settings["max_connections"].flatMap(Int.init) ?? 0)
      - (settings["superuser_reserved_connections"].flatMap(Int.init) ?? 0)
    let message = "\(sessions) of \(all) connections are taken"
    // A scheduler has two, a console has two, and each verb of zmctl one.
    return sessions * 10 >= all * 8
      ? .warn("connections", message, "raise max_connections, or end sessions that nobody needs")
      : .ok("connections", message)
  }

  private var passwords: Finding {
    let way = settings["password_encryption"] ?? "unknown"
    return way == "scram-sha-256"
      ? .ok("passwords", "new passwords are kept as \(way)")
      : .warn(
        "passwords", "new passwords are kept as \(way)",
        "alter system set password_encryption = 'scram-sha-256', then set the passwords anew")
  }

  private var vacuum: Finding {
    let off = ["autovacuum", "track_counts"].filter { settings[$0] == "off" }
    return .fail(
      "autovacuum", off, "off: the queue grows slower with each task",
      off.map { "alter system set \($0) = on" }
        .joined(separator: "; "), otherwise: "dead rows are cleared away")
  }

  private var wraparound: Finding {
    let message = "the oldest transaction is \(age / 1_000_000) million back"
    let advice =
      "find what holds it (old sessions, replication slots, prepared transactions), then vacuum freeze"
    if age > 1_500_000_000 { return .fail("wraparound", "\(message), the server stops at 2,000", advice) }
    return age > 500_000_000 ? .warn("wraparound", message, advice) : .ok("wraparound", message)
  }

  private var queue: Finding {
    let message = "the queue of notifications is \(Int(notifications * 100)) % full"
    let advice = "end the session that listens within an open transaction: at 100 % nobody can commit"
    if notifications >= 0.5 { return .fail("notifications", message, advice) }
    return notifications >= 0.1
      ? .warn("notifications", message, advice) : .ok("notifications", message)
  }

  private var encryption: Finding {
    let advice =
      "set ssl = on on the server, hostssl in pg_hba.conf, sslmode=verify-full at clients: zmey-security(7)"
    if let address, !isEncrypted {
      return .fail("encryption", "this session comes from \(address) without TLS", advice)
    }
    return .fail(
      "encryption", plain, "without TLS", advice,
      otherwise: address == nil ? "this session is local" : "this session has TLS")
  }
}
