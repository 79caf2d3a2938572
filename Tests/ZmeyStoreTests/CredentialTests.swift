import FoundationEssentials
import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A worker's credential` {
  /// A world whose scheduler has published these bytes as its certificate.
  private static func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      try await world.root.script("update zm.scheduler set certificate = '\\x00010203' where name = 's'")
      try await body(world)
    }
  }

  private func registered(_ world: World) async throws -> WorkerCredential? {
    let identity = world.scheduler.identity
    return try await world.scheduler.connection.run { try identity.workers($0) }.first?.credential
  }

  /// What stands between two lines of a PEM text.
  private func block(_ label: String, of text: String) throws -> [UInt8] {
    let lines = text.split(separator: "\n")
    let begin = try #require(lines.firstIndex(of: "-----BEGIN \(label)-----"))
    let end = try #require(lines.firstIndex(of: "-----END \(label)-----"))
    #expect(lines[begin + 1..<end].allSatisfy { $0.count <= 64 })
    return Array(try #require(Data(base64Encoded: lines[begin + 1..<end].joined())))
  }

  private func sha256(_ bytes: [UInt8], _ world: World) async throws -> [UInt8] {
    try await world.root.run { session in
      try session.query(Statement("sha256", "select sha256($1)"), [.bytes(bytes)]).first { row in
        try row.bytes(0)
      }
    } ?? []
  }

  @Test func `keeps its worker on the list until a revoked one's session is closed`() async throws {
    try await Self.with { world in
      func remove() async -> String? {
        await sqlState { try await world.root.run { try People.removeWorker("s-worker", $0) } }
      }
      _ = try await world.root.run { try People.makeToken(worker: "s-worker", $0) }
      func report(isLinked: Bool) async throws {
        let pulse = WorkerPulse(
          worker: world.scheduler.worker, isConnected: isLinked, busy: 0, silence: .zero, host: nil,
          release: nil)
        let identity = world.scheduler.identity
        try await world.scheduler.connection.run { try identity.heartbeat([pulse], $0) }
      }
      try await report(isLinked: true)
      try await world.root.run { try People.revoke(worker: "s-worker", $0) }
      #expect(await remove() == "ZM005")
      try await report(isLinked: false)
      #expect(await remove() == nil)
    }
  }

  @Test func `is a token, then a certificate, then none, each in place of the one before`() async throws {
    try await Self.with { world in
      #expect(try await registered(world) == nil)
      var tokens: Set<[UInt8]> = []
      for _ in 0..<2 {
        let text = try await world.root.run { try People.makeToken(worker: "s-worker", $0) }
        let token = try block("ZMEY WORKER TOKEN", of: text)
        #expect(token.count == 32)
        #expect(try block("CERTIFICATE", of: text) == [0, 1, 2, 3])
        #expect(try await registered(world) == .token(digest: sha256(token, world)))
        tokens.insert(token)
      }
      #expect(tokens.count == 2)

      let own = [UInt8](repeating: 5, count: 700)
      let text = try await world.root.run { try People.setCertificate(own, worker: "s-worker", $0) }
      #expect(try block("CERTIFICATE", of: text) == [0, 1, 2, 3])
      #expect(try await registered(world) == .certificate(digest: sha256(own, world)))

      for _ in 0..<2 { try await world.root.run { try People.revoke(worker: "s-worker", $0) } }
      #expect(try await registered(world) == nil)
      let audit = try await world.root.run { try People.audit(limit: 10, $0) }.filter {
        $0.object == "s-worker"
      }
      #expect(audit.map(\.action) == ["revoke", "certificate", "token", "token", "create"])
      for token in tokens {
        let hex = token.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(!audit.contains { $0.detail?.contains(hex) == true })
      }
    }
  }

  @Test func `makes its scheduler look, and goes with its worker`() async throws {
    try await Self.with { world in
      let (listener, _) = try await Listener.open(
        world.store.database.conninfo(), applicationName: "tests", channels: ["zm_wake"]
      ) { _ in }
      _ = try await world.root.run { try People.makeToken(worker: "s-worker", $0) }
      var events = listener.events.makeAsyncIterator()
      guard case .notified? = await events.next() else {
        Issue.record("nobody is woken")
        return
      }
      listener.close()
      try await world.root.run { try People.removeWorker("s-worker", $0) }
      #expect(try await world.root.int("select count(*) from zm.worker_credential") == 0)
    }
  }

  @Test(arguments: [
    ("select zm_api.worker_token('nobody')", "ZM003"),
    ("select zm_api.worker_certificate('nobody', 'x')", "ZM003"),
    ("select zm_api.worker_revoke('nobody')", "ZM003"),
    ("select zm_api.worker_certificate('s-worker', '')", "ZM004"),
    ("select zm_api.worker_certificate('s-worker', null)", "ZM004"),
    ("update zm.scheduler set certificate = null; select zm_api.worker_token('s-worker')", "ZM005"),
  ])
  func `that cannot be is refused`(sql: String, state: String) async throws {
    try await Self.with { world in #expect(await sqlState { try await world.root.script(sql) } == state) }
  }

  @Test(arguments: [
    "select zm_api.worker_token('s-worker')", "select zm_api.worker_certificate('s-worker', 'x')",
    "select zm_api.worker_revoke('s-worker')",
  ])
  func `is nobody's to give or take but an admin's`(sql: String) async throws {
    try await Self.with { world in #expect(await sqlState { try await world.anna.script(sql) } == "ZM002") }
  }

  @Test func `that was refused stands in the audit, cut and without control characters`() async throws {
    try await Self.with { world in
      let identity = world.scheduler.identity
      let refusals = [
        Refusal(name: "w\u{1b}[2J\n", peer: "10.0.0.1:5", reason: "because", times: 3),
        Refusal(name: String(repeating: "n", count: 5000), peer: "p", reason: "r", times: 1),
      ]
      try await world.scheduler.connection.run { try identity.refused(refusals, $0) }
      let audit = try await world.root.run { try People.audit(limit: 10, $0) }.filter {
        $0.action == "refuse"
      }
      #expect(Set(audit.map(\.object)) == ["w?[2J?", String(repeating: "n", count: 100)])
      let detail = audit.first { $0.object.hasPrefix("w") }?.detail
      #expect(detail == #"{"peer": "10.0.0.1:5", "times": 3, "reason": "because", "scheduler": "s"}"#)
      #expect(audit.allSatisfy { $0.kind == "worker" && $0.who == world.store.role("scheduler") })
      #expect(try await world.root.run { try People.verifyAudit($0) } == [])

      // A process that has lost the name says nothing any more.
      try await world.root.script("update zm.scheduler set epoch = epoch + 1")
      let late = await databaseError {
        try await world.scheduler.connection.run { try identity.refused(refusals, $0) }
      }
      #expect(late?.sqlState == "ZM001")
    }
  }
}
