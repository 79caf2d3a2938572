import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `Reading` {
  private func names(_ filter: TaskRunFilter, _ world: World) async throws -> [String] {
    try await world.anna.run { session in
      try People.taskRuns(filter, session).map { "\($0.name) \($0.state.name)" }
    }
  }

  @Test func `task runs gives those that pass all conditions, newest first`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a"))))
      try await world.apply(template())
      let batch = try await world.submit(2)
      let run = try await world.start()
      let fences = try await world.scheduler.claim(1).map(\.fence)
      try await world.scheduler.finish(fences, result: Array("result".utf8))

      let all = try await world.anna.run { session in try People.taskRuns(TaskRunFilter(), session) }
      #expect(all.map(\.name).sorted() == ["a", "b", "t", "t"])
      #expect(all.map(\.id) == all.map(\.id).sorted(by: >))
      #expect(try await names(TaskRunFilter(run: run), world) == ["b waiting", "a queued"])
      #expect(try await names(TaskRunFilter(state: .waiting), world) == ["b waiting"])
      #expect(try await names(TaskRunFilter(pipeline: "p"), world) == ["b waiting", "a queued"])
      #expect(try await names(TaskRunFilter(state: .queued, pipeline: "p", run: run), world) == ["a queued"])
      #expect(
        try await names(TaskRunFilter(run: batch, ids: fences.map(\.taskRun)), world) == ["t succeeded"])
      #expect(try await names(TaskRunFilter(ids: []), world) == [])
      #expect(try await names(TaskRunFilter(pipeline: "none"), world) == [])
      #expect(try await names(TaskRunFilter(limit: 1), world).count == 1)
      let head = try await world.anna.run { session in
        try People.taskRuns(TaskRunFilter(ids: fences.map(\.taskRun), resultLimit: 3), session)[0]
      }
      #expect((head.result, head.resultBytes) == (Array("res".utf8), 6))
      #expect((head.exitCode, head.attempt, head.run, head.progress?.percent) == (0, 1, batch, 100))
      #expect((head.owner, head.pipeline, head.worker) == (world.store.role("anna"), nil, "s-worker"))
    }
  }

  @Test func `runs gives the newest first, and what became of them`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let runs = [try await world.submit(1), try await world.submit(2), try await world.submit(3)]
      try await world.scheduler.finish(try await world.scheduler.claim(1).map(\.fence))
      try await world.scheduler.finish(try await world.scheduler.claim(2).map(\.fence), .stopped)
      let records = try await world.anna.run { session in try People.runs(limit: 10, session) }
      #expect(records.map(\.id) == runs.reversed())
      #expect(records.map(\.state) == ["running", "stopped", "succeeded"])
      #expect(records.map(\.isEnded) == [false, true, true])
      #expect(records.map { $0.finishedAt != nil } == [false, true, true])
      #expect(records.allSatisfy { $0.createdAt.hasSuffix("Z") && $0.name == "t" })
      let two = try await world.anna.run { session in try People.runs(limit: 2, session).count }
      #expect(two == 2)
      let none = try await world.anna.run { session in try People.run(RunID(1), session) == nil }
      #expect(none)
    }
  }

  @Test func `counts gives every state in order`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(5)
      try await world.scheduler.finish(try await world.scheduler.claim(2).map(\.fence))
      let counts = try await world.anna.run { session in try People.counts(session) }
      #expect(counts.map(\.state) == TaskRunState.allCases.map(\.name))
      #expect(counts.map(\.count) == [0, 3, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0])
    }
  }
}
