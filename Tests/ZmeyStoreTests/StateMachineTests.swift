import Postgres
import TestKit
import Testing
import ZmeyCore

@Suite struct `The state machine in SQL` {
  @Test func `is the one of the core`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      let states = try await root.texts(
        "select format('%s %s %s', id, name, is_end) from zm.task_state order by id")
      #expect(states == TaskRunState.allCases.map { "\($0.rawValue) \($0.name) \($0.isEnd ? "t" : "f")" })

      let transitions = try await root.texts(
        "select format('%s %s', from_state, to_state) from zm.task_transition")
      let core = TaskRunState.allCases.flatMap { from in
        from.successors.map { "\(from.rawValue) \($0.rawValue)" }
      }
      #expect(transitions.sorted() == core.sorted())
    }
  }

  /// A task run in that state, made by the superuser, who alone can.
  private func make(_ state: TaskRunState, _ root: Connection) async throws -> Int64 {
    try await root.int(
      """
      insert into zm.task_run (run_id, owner_id, program_id, name, state, attempt, max_attempts, scheduler_id,
        worker_id, exit_code, finished_at)
      values (zm.new_id(), 1, 1, 't', $1, 2, 9, 1, 1, 0, case when $1 >= 10 then clock_timestamp() end) returning id
      """, [.int2(state.rawValue)])
  }

  @Test func `holds for the superuser, each pair of states`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      for from in TaskRunState.allCases {
        let id = try await make(from, root)
        for to in TaskRunState.allCases where to != from {
          let state = await sqlState {
            try await root.script(
              """
              begin;
              update zm.task_run set state = \(to.rawValue), attempt = attempt + \(to == .assigned ? 1 : 0),
                finished_at = \(to.isEnd ? "coalesce(finished_at, clock_timestamp())" : "null") where id = \(id);
              rollback
              """)
          }
          try await root.script("rollback")
          #expect(state == (from.mayBecome(to) ? nil : "ZM010"), "\(from.name) to \(to.name)")
        }
      }
    }
  }

  private static let changes: [(TaskRunState, String, isAllowed: Bool)] = [
    (.queued, "state = 3, attempt = attempt + 2", false),
    (.queued, "state = 3, attempt = attempt + 1", true),
    (.queued, "attempt = attempt + 1", false),
    (.assigned, "state = 4, attempt = attempt + 1", false),
    (.running, "attempt = attempt - 1", false),
    (.running, "progress = 50, want = 1", true),
    (.running, "owner_id = 2", false),
    (.running, "run_id = run_id + 1", false),
    (.succeeded, "exit_code = 1", false),
    (.failed, "attempt = attempt + 1", false),
    (.stopped, "finished_at = finished_at + interval '1 second'", false),
    (.succeeded, "state = 10", true),
  ]

  @Test func `guards attempts, owners and ends`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      for (state, change, isAllowed) in Self.changes {
        let id = try await make(state, root)
        let refusal = await sqlState {
          try await root.script("update zm.task_run set \(change) where id = \(id)")
        }
        #expect(refusal == (isAllowed ? nil : "ZM010"), "\(state.name): \(change)")
      }
    }
  }
}
