import FoundationEssentials
import Postgres
import Testing

@testable import ZmeyStore
@testable import zmctl

/// What the doctor makes of facts, without a database.
@Suite struct `The doctor's judgement` {
  private func facts<F: Facts>(_ json: String) throws -> F {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(F.self, from: Data(json.utf8))
  }

  private func server(
    version: Int = 170_008, settings: String = "", sessions: Int = 3, age: Int = 100,
    notifications: Double = 0,
    address: String? = nil, isEncrypted: Bool = false, plain: [String] = []
  ) throws -> [String: Finding.Level] {
    let address = address.map { "\"\($0)\"" } ?? "null"
    let facts: ServerFacts = try facts(
      """
      {"version": \(version), "database": "d", "settings": {"max_connections": "100", "superuser_reserved_connections": "3",
        "password_encryption": "scram-sha-256"\(settings)}, "sessions": \(sessions), "age": \(age),
        "notifications": \(notifications), "address": \(address), "is_encrypted": \(isEncrypted), "plain": \(plain)}
      """)
    return Dictionary(facts.findings.map { ($0.check, $0.level) }) { first, _ in first }
  }

  @Test func `of a server that is well is ok`() throws {
    #expect(try Set(server().values) == [.ok])
    #expect(try server(address: "10.0.0.1", isEncrypted: true)["encryption"] == .ok)
  }

  @Test(arguments: [
    (140_021, "server", Finding.Level.fail), (150_000, "server", .ok), (150_015, "release", .fail),
    (150_016, "release", .ok), (160_011, "release", .fail), (160_012, "release", .ok),
    (170_007, "release", .fail),
    (180_001, "release", .fail), (180_002, "release", .ok), (190_000, "release", .ok),
  ])
  func `knows releases`(version: Int, check: String, level: Finding.Level) throws {
    #expect(try server(version: version)[check] == level)
  }

  @Test func `of a server tells what is off, full, old or in the clear`() throws {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
      #expect(try server(settings: ", \"\(setting)\": \"off\"")["crash"] == .fail)
    }
    #expect(try server(settings: ", \"autovacuum\": \"off\"")["autovacuum"] == .fail)
    #expect(try server(settings: ", \"track_counts\": \"off\"")["autovacuum"] == .fail)
    #expect(try server(sessions: 77)["connections"] == .ok)
    #expect(try server(sessions: 78)["connections"] == .warn)
    #expect(try server(age: 600_000_000)["wraparound"] == .warn)
    #expect(try server(age: 1_600_000_000)["wraparound"] == .fail)
    #expect(try server(notifications: 0.1)["notifications"] == .warn)
    #expect(try server(notifications: 0.5)["notifications"] == .fail)
    #expect(try server(address: "10.0.0.1")["encryption"] == .fail)
    #expect(try server(plain: ["anna from 10.0.0.1"])["encryption"] == .fail)
  }

  @Test(arguments: [
    ("local", "trust", "all", "", false, Finding.Level.warn), ("local", "peer", "all", "", false, .ok),
    ("host", "trust", "all", "127.0.0.1", true, .fail), ("hostssl", "trust", "all", "0.0.0.0", false, .fail),
    ("host", "password", "all", "10.0.0.0", false, .fail), ("host", "md5", "zm", "10.0.0.0", false, .fail),
    ("host", "md5", "other", "10.0.0.0", false, .ok),
    ("host", "trust", "replication", "10.0.0.0", false, .ok),
    ("host", "scram-sha-256", "all", "10.0.0.0", false, .warn),
    ("hostnossl", "md5", "all", "10.0.0.0", false, .fail),
    ("host", "scram-sha-256", "all", "127.0.0.1", true, .ok),
    ("hostssl", "md5", "all", "10.0.0.0", false, .ok),
    ("hostssl", "scram-sha-256", "all", "all", false, .ok),
    ("hostssl", "cert", "sameuser", "all", false, .ok),
    ("host", "reject", "all", "all", false, .ok), ("host", "ident", "all", "10.0.0.0", false, .fail),
    ("hostgssenc", "gss", "all", "all", false, .ok),
  ])
  func `knows ways to sign in`(
    kind: String, method: String, database: String, address: String, isNear: Bool, level: Finding.Level
  ) throws {
    let access: AccessFacts = try facts(
      """
      {"database": "zm", "rules": [{"line": 7, "kind": "\(kind)", "databases": ["\(database)"], "address": "\(address)",
        "is_near": \(isNear), "method": "\(method)"}]}
      """)
    #expect(access.findings.map(\.level) == [level])
    #expect(level == .ok || access.findings[0].message.contains("line 7"))
  }

  @Test func `does not take a rule that cannot be read for a good one`() throws {
    let access: AccessFacts = try facts(
      #"{"database": "zm", "rules": [{"line": 7, "is_near": false, "error": "invalid connection type"}]}"#)
    #expect(access.findings.map(\.level) == [.fail])
  }

  @Test func `of a cluster tells who is not there, open, or of another release`() throws {
    func levels(_ schedulers: String, _ workers: String) throws -> [Finding.Level] {
      let cluster: ClusterFacts = try facts("{\"schedulers\": [\(schedulers)], \"workers\": [\(workers)]}")
      return cluster.findings.map(\.level)
    }
    func scheduler(_ address: String, _ rest: String = "") -> String {
      #"{"name": "s", "address": "\#(address)", "version": "0.1.0", "is_started": true, "has_certificate": false\#(rest)}"#
    }
    let worker = #"{"name": "w", "version": "0.1.0", "is_connected": true, "silent_seconds": 1}"#
    #expect(try levels(scheduler("127.0.0.1:1"), worker) == [.ok, .ok, .ok, .ok])
    #expect(try levels(scheduler("10.0.0.1:1"), worker)[1] == .warn)
    #expect(
      try levels(
        scheduler("10.0.0.1:1").replacing("\"has_certificate\": false", with: "\"has_certificate\": true"),
        worker)[1]
        == .ok)
    #expect(try levels(scheduler("127.0.0.1:1").replacing("true", with: "false"), worker)[0] == .fail)
    #expect(try levels("", "")[0...2] == [.warn, .ok, .warn])
    #expect(try levels(scheduler("[::1]:1"), worker.replacing("true", with: "false"))[2] == .warn)
    #expect(try levels(scheduler("localhost:1"), worker.replacing("0.1.0", with: "0.2.0"))[3] == .warn)
  }

  @Test(arguments: [
    ("127.0.0.1:4444", true), ("[::1]:4444", true), ("localhost:1", true), ("127.example.com:1", false),
    ("10.0.0.1:1", false), ("[::]:1", false), ("", false),
  ])
  func `knows addresses of this machine alone`(address: String, isLoopback: Bool) {
    #expect(ClusterFacts.isLoopback(address) == isLoopback)
  }

  @Test func `of the load names what keeps vacuum and others waiting`() throws {
    let session = #"[{"pid": 7, "role": "anna", "seconds": 400}]"#
    func load(_ part: String) throws -> LoadFacts {
      let well = [
        "sees_all": "true", "idle": "[]", "old": "[]", "prepared": "[]", "slots": "[]", "bloated": "[]",
      ]
      let parts = well.merging([part: ["idle", "old"].contains(part) ? session : "[\"x\"]"]) { _, new in new }
      return try facts("{\(parts.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}")
    }
    for (part, check) in [
      ("idle", "idle"), ("old", "snapshots"), ("prepared", "prepared"), ("slots", "slots"),
      ("bloated", "dead-rows"),
    ] {
      let bad = try load(part).findings.filter { $0.level == .warn }
      #expect(bad.map(\.check) == [check])
    }
    #expect(try load("idle").findings[0].message.contains("anna (pid 7, 400 s)"))
  }

  @Test func `of the clock lets pass what the way takes`() {
    func level(_ theirs: Int64) -> Finding.Level {
      Clock.judge(theirs, between: 10_000_000, and: 15_000_000).level
    }
    #expect(level(12_000_000) == .ok && level(8_500_000) == .ok && level(16_500_000) == .ok)
    #expect(level(7_000_000) == .warn && level(18_000_000) == .warn)
  }

  @Test func `of a schema and an audit says which way to go`() {
    #expect(Examination.schema(Migrator.currentVersion).level == .ok)
    #expect(Examination.schema(Migrator.currentVersion - 1).advice == "zmctl migrate")
    #expect(Examination.schema(Migrator.currentVersion + 1).level == .fail)
    #expect(Examination.audit([]).level == .ok)
    #expect(
      Examination.audit([.init(who: "anna", id: nil, problem: "x")]).message.contains("the end of anna: x"))
  }

  @Test(arguments: [
    ("connection to server at \"db\" (10.0.0.1), port 5432 failed: timeout expired", "network"),
    (
      "connection to server at \"db\" failed: FATAL:  password authentication failed for user \"anna\"",
      "authentication"
    ),
    (
      "connection to server at \"db\" failed: FATAL:  Peer authentication failed for user \"anna\"",
      "authentication"
    ),
    ("connection to server at \"db\" failed: fe_sendauth: no password supplied", "authentication"),
    (
      "FATAL:  no pg_hba.conf entry for host \"10.0.0.9\", user \"anna\", database \"zm\", no encryption",
      "access"
    ),
    ("connection to server at \"db\" failed: SSL error: certificate verify failed", "encryption"),
    ("server certificate for \"db1\" does not match host name \"db\"", "encryption"),
    ("FATAL:  sorry, too many clients already", "connections"),
    ("FATAL:  the database system is starting up", "server"), ("session is read-only", "server"),
    ("something else", "server"),
  ])
  func `knows the parts of the way`(message: String, part: String) {
    let finding = Reachability.finding(DatabaseError(kind: .connection, message: message))
    #expect(finding.check == part && finding.level == .fail && finding.advice?.isEmpty == false)
  }
}
