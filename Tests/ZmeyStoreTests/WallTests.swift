import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// Ways round the wall that one user in plain psql cannot show: several databases of a server, groups, names, races.
@Suite struct `The wall` {
  @Test func `stands between databases of one server: an admin or viewer of another one is nobody here`()
    async throws
  {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1)
      let people = [
        try await world.store.newRole("other_admin", granted: ["zm_admin"]),
        try await world.store.newRole("other_viewer", granted: ["zm_viewer"]),
      ]
      for person in people {
        for question in [
          "zm.run", "zm.task_run", "zm.audit", "zm.app_user", "zm_api.audit_heads()", "zm_api.stuck()",
        ] {
          let seen = try? await person.int("select count(*) from \(question)")
          #expect(seen == 0 || seen == nil, "\(question)")
        }
        for change in [
          "zm_api.user_add('evil')", "zm_api.scheduler_add('evil')", "zm_api.resource_set('evil', 1)",
          "zm_api.control('stop', array[\(run)])", "zm_api.exec('{true}')",
        ] {
          await #expect(throws: DatabaseError.self, "\(change)") {
            try await person.script("select \(change)")
          }
        }
      }
      #expect(try await world.root.int("select count(*) from zm.app_user where rolname = 'evil'") == 0)
    }
  }
}
