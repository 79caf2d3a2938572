/// Who may sign in, from where and how: the rules of pg_hba.conf. Only a superuser may read them.
struct AccessFacts: Facts {
  struct Rule: Decodable, Sendable {
    let line: Int
    let kind: String?
    let databases: [String]?
    let address: String?
    let isNear: Bool
    let method: String?
    let error: String?
  }

  let database: String
  let rules: [Rule]

  static let name = "access"
  static let query = """
    select current_database() as database, coalesce(jsonb_agg(jsonb_build_object('line', line_number, 'kind', type,
      'databases', database, 'address', address, 'method', auth_method, 'error', error,
      'is_near', coalesce(address in ('127.0.0.1', '::1', 'localhost', 'samehost') or address ~ '^127[.]', false))
      order by line_number), '[]') as rules
    from pg_hba_file_rules
    """

  var findings: [Finding] {
    let problems = rules.filter { concerns($0) }.compactMap { problem($0) }
    return problems.isEmpty
      ? [.ok("access", "pg_hba.conf lets nobody in unproven or in the clear")] : problems
  }

  private func concerns(_ rule: Rule) -> Bool {
    guard let databases = rule.databases else { return true }
    return databases.contains {
      $0 != "replication"
        && (["all", "sameuser", "samerole", "samegroup", database].contains($0) || $0.hasPrefix("/"))
    }
  }

  private func problem(_ rule: Rule) -> Finding? {
    let place = "line \(rule.line) of pg_hba.conf"
    if let error = rule.error {
      return .fail("access", "\(place) cannot be read: \(error)", "mend it, then select pg_reload_conf()")
    }
    let isLocal = rule.kind == "local"
    let isPlain = ["host", "hostnossl"].contains(rule.kind ?? "")
    switch rule.method {
    case "trust" where isLocal:
      return .warn(
        "access", "\(place) lets everybody on this machine be whoever they like",
        "use peer or scram-sha-256 instead of trust")
    case "trust":
      return .fail(
        "access", "\(place) lets \(rule.address ?? "everybody") be whoever they like",
        "use scram-sha-256 or cert instead of trust")
    case "password" where isPlain && !rule.isNear:
      return .fail(
        "access", "\(place) sends passwords over the network as they are", "use hostssl and scram-sha-256")
    case "md5" where isPlain && !rule.isNear:
      return .fail(
        "access", "\(place) sends passwords over the network so that they can be guessed",
        "use hostssl and scram-sha-256")
    case "ident" where !isLocal && !rule.isNear:
      return .fail(
        "access", "\(place) believes what another machine says of its users", "use scram-sha-256 or cert")
    case let method? where isPlain && !rule.isNear && method != "reject" && method != "gss":
      return .warn(
        "access", "\(place) takes connections that are not encrypted",
        "use hostssl instead of \(rule.kind ?? "host")")
    default: return nil
    }
  }
}
