import Postgres

/// Which part of the way to a database failed. libpq tells it in words alone.
enum Reachability {
  /// What libpq or the server says, the part that it speaks of, and what to do. The first that fits counts, so what is
  /// more particular stands before.
  private static let signs: [(words: [String], part: String, advice: String)] = [
    (
      ["could not translate host name"], "name", "no such host: mend the name in --db, $ZM_DB or PGHOST"
    ),
    (
      ["no pg_hba.conf entry"], "access",
      "the server lets nobody in this way: let its admin add a line to pg_hba.conf"
    ),
    (
      ["certificate", "SSL", "TLS"], "encryption",
      "mend sslmode, sslrootcert or the server's certificate: zmey-security(7)"
    ),
    (
      ["authentication failed", "no password supplied", "password authentication", "role \""],
      "authentication",
      "mend the user, its password or pg_ident.conf: zmey-security(7)"
    ),
    (["database \""], "database", "create it, or name another; zmctl init sets it up"),
    (
      ["too many clients", "remaining connection slots", "too many connections"], "connections",
      "end sessions that nobody needs, or raise max_connections"
    ),
    (
      ["starting up", "shutting down", "in recovery", "not yet accepting"], "server",
      "wait a moment and try again"
    ),
    (["read-only", "hot standby"], "server", "this is a standby: name the primary"),
    (
      ["Connection refused"], "server",
      "nothing listens there: start the server, or mend host and port; listen_addresses decides whether it listens"
    ),
    (
      ["No such file or directory", "Permission denied"], "socket",
      "no server has its socket there: start it, or mend the folder in host"
    ),
    (
      ["timeout expired", "timed out", "No route to host", "Network is unreachable"], "network",
      "nobody answers: mend the address, or let a firewall pass the port"
    ),
    (
      ["definition of service", "invalid connection option", "missing \"=\""], "address",
      "mend --db, $ZM_DB or pg_service.conf"
    ),
  ]

  /// What an error says with which no connection came about.
  static func finding(_ error: DatabaseError) -> Finding {
    let sign = signs.first { sign in sign.words.contains { error.message.contains($0) } }
    // libpq asks in a second line whether the server runs; the advice says more.
    let message = error.message.replacing(/\s*\tIs the server [^?]*\?/, with: "")
    return .fail(sign?.part ?? "server", message, sign?.advice ?? "see the server's log")
  }
}
