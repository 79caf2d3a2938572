import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `Secrets in the database` {
  private static let one = [UInt8](repeating: 1, count: 32)

  private func set(
    _ name: String, _ sealed: [UInt8] = [1, 2, 3], for recipients: [[UInt8]] = [one], by person: Connection
  ) async throws {
    try await person.run { try People.setSecret(name, sealed: sealed, recipients: recipients, $0) }
  }

  private func refusal(_ work: () async throws -> Void) async throws -> String? {
    do {
      try await work()
      return nil
    } catch let error as DatabaseError {
      return error.sqlState
    }
  }

  @Test func `are bounded in size and number`() async throws {
    try await World.with { world in
      let most = 66_560 + 1024
      try await set("large", [UInt8](repeating: 1, count: most), by: world.anna)
      let large = [UInt8](repeating: 1, count: most + 1)
      #expect(try await refusal { try await set("larger", large, by: world.anna) } == "ZM004")
      try await world.root.script(
        """
        insert into zm.secret (owner_id, name, sealed, recipients)
        select s.owner_id, 's' || n, s.sealed, s.recipients from zm.secret s, generate_series(1, 199) n
        """)
      #expect(try await refusal { try await set("more", by: world.anna) } == "ZM005")
      try await set("large", by: world.anna)
    }
  }

  @Test func `are listed by name to their owner alone, and noted by name`() async throws {
    try await World.with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      try await set("a", by: world.anna)
      try await set("a", [9, 9, 9], by: world.anna)
      try await set("b", by: world.anna)
      try await set("a", by: bert)
      #expect(try await world.anna.run { try People.secrets($0) }.map(\.name) == ["a", "b"])
      #expect(try await bert.run { try People.secrets($0) }.map(\.name) == ["a"])
      try await world.anna.run { try People.removeSecret("b", $0) }
      #expect(
        try await refusal { try await bert.run { try People.removeSecret("b", $0) } } == "ZM003")
      #expect(try await world.anna.run { try People.secrets($0) }.map(\.name) == ["a"])
      let notes = try await world.root.texts(
        """
        select concat_ws(' ', action, object, detail) from zm.audit
        where kind = 'secret' and who = '\(world.store.role("anna"))' order by id
        """)
      #expect(notes == ["create a", "change a", "create b", "remove b"])
    }
  }

  @Test func `nobody reads what is sealed back, an admin as little as the owner`() async throws {
    try await World.with { world in
      try await set("a", by: world.anna)
      let admin = try await world.store.newRole("admin", level: "admin")
      for person in [world.anna, admin] {
        for sql in ["select sealed from zm.secret", "select * from zm.secret", "select s from zm.secret s"] {
          #expect(try await refusal { try await person.script(sql) } == "42501", "\(sql)")
        }
        #expect(try await person.texts("select name from zm_api.secret") == ["a"])
      }
    }
  }

  private func expectRefusal(
    _ world: World, _ name: String, _ sealed: [UInt8] = [1], for recipients: [[UInt8]] = [one]
  ) async throws {
    let code = try await refusal { try await set(name, sealed, for: recipients, by: world.anna) }
    #expect(code == "ZM004", "\(name) \(sealed) \(recipients)")
  }

  @Test func `what is no name or not sealed is refused`() async throws {
    try await World.with { world in
      let short = [UInt8](repeating: 1, count: 31)
      try await expectRefusal(world, "a/b")
      try await expectRefusal(world, "a", [])
      try await expectRefusal(world, "a", for: [])
      try await expectRefusal(world, "a", for: [Self.one, short])
      #expect(try await world.anna.run { try People.secrets($0) } == [])
    }
  }

  @Test func `a scheduler that has no certificate, or another one, cannot open them`() async throws {
    try await World.with { world in
      let digest = try await world.root.texts("select encode(sha256('one'), 'hex')")[0]
      let bytes = stride(from: 0, to: 64, by: 2).map { start in
        UInt8(digest.dropFirst(start).prefix(2), radix: 16)!
      }
      try await set("a", for: [bytes], by: world.anna)
      func closed() async throws -> [[String]] {
        try await world.anna.run { try People.secrets($0) }.map(\.closedTo)
      }
      #expect(try await closed() == [["s"]])
      try await world.root.script("update zm.scheduler set certificate = 'one'")
      #expect(try await closed() == [[]])
      #expect(try await world.anna.run { try People.sealers($0) }.map(\.certificate) == [Array("one".utf8)])
      try await world.root.run { try People.addScheduler("t", $0) }
      #expect(try await closed() == [["t"]])
      try await world.root.script("update zm.scheduler set certificate = 'two' where name = 's'")
      #expect(try await closed() == [["s", "t"]])
    }
  }

  @Test func `a scheduler gets those that its task runs name, each of their owner`() async throws {
    try await World.with { world in
      let bert = try await world.store.newRole("bert", level: "user")
      try await set("x", [1], by: world.anna)
      try await set("x", [2], by: bert)
      try await set("other", [3], by: world.anna)
      let program = Program(script: "#!/bin/sh\n", secrets: ["A": "x", "3": "missing"])
      try await world.apply(Definitions(templates: [TemplateDefinition(name: "t", program: program)]))
      let (identity, anna) = (world.scheduler.identity, world.store.role("anna"))
      let wanted = ["x", "missing"].map { SecretReference(owner: anna, name: $0) }
      func found() async throws -> [SecretReference: [UInt8]] {
        try await world.scheduler.connection.run { try identity.secrets(wanted, $0) }
      }
      // Nothing of Anna's is under way.
      #expect(try await found() == [:])
      _ = try await world.submit(1)
      let task = try #require(try await world.scheduler.claim(1).first)
      #expect(task.settings.secrets == program.secrets)
      #expect(Set(task.secrets) == Set(wanted))
      #expect(try await found() == [wanted[0]: [1]])
    }
  }

  @Test func `they go with their owner`() async throws {
    try await World.with { world in
      try await set("a", by: world.anna)
      let (admin, anna) = (try await world.store.newRole("admin", level: "admin"), world.store.role("anna"))
      try await admin.run { try People.removeUser(anna, $0) }
      #expect(try await world.root.int("select count(*) from zm.secret") == 0)
    }
  }

  @Test(arguments: [
    (#"{"A": "x", "9": "y"}"#, true), ("{}", false), (#"{"2": "x"}"#, false), (#"{"10": "x"}"#, false),
    (#"{"ZM_A": "x"}"#, false), (#"{"A": 1}"#, false), (#"{"A": "a/b"}"#, false), (#"["A"]"#, false),
    (#"{"A": null}"#, false),
  ])
  func `a program names only what a scheduler can read`(secrets: String, isFine: Bool) async throws {
    try await World.with { world in
      let answer = try await world.root.texts(
        "select zm.is_launch(jsonb_build_object('secrets', '\(secrets)'::jsonb))::text")
      #expect(answer == ["\(isFine)"])
    }
  }
}
