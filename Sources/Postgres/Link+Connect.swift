import CLibPQ
import Glibc

/// Calls libpq to connect with what `conninfo` says, and with calm defaults where it and the environment are silent.
///
/// libpq takes the last of equal keywords, and reads `conninfo` at the place of `dbname`: what stands before it
/// is a default, what stands after it is a must.
func connect(_ conninfo: String, applicationName: String) -> OpaquePointer? {
  let defaults: [(keyword: String, environment: String?, value: String)] = [
    ("connect_timeout", "PGCONNECT_TIMEOUT", "5"),  // seconds, for each host
    ("keepalives_idle", nil, "5"),  // seconds; with the next two a dead peer is noticed in 11 s
    ("keepalives_interval", nil, "2"),
    ("keepalives_count", nil, "3"),
    ("tcp_user_timeout", nil, "10000"),  // milliseconds for what was sent and is not acknowledged
    ("target_session_attrs", "PGTARGETSESSIONATTRS", "read-write"),
    ("application_name", "PGAPPNAME", applicationName),
  ]
  let settings =
    defaults.filter { $0.environment.flatMap { getenv($0) } == nil }.map { ($0.keyword, $0.value) }
    // Text is read as UTF-8, so the encoding is no one's choice.
    + [("dbname", conninfo), ("client_encoding", "UTF8")]

  let keywords = settings.map { strdup($0.0) }
  let values = settings.map { strdup($0.1) }
  defer { (keywords + values).forEach { free($0) } }
  return PQconnectdbParams(
    keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
}
