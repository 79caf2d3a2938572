import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `Attempts` {
  @Test func `are told each with how it ended, and each keeps its result`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 3))
      let run = try await world.submit(1)
      for (verdict, text) in [(Outcome.Verdict.failed, "one"), (.timedOut, "two"), (.succeeded, "three")] {
        let fence = try await world.scheduler.claim(1)[0].fence
        try await world.scheduler.finish([fence], verdict, result: Array(text.utf8))
      }
      let id = TaskRunID(try await world.id("t", of: run))
      let attempts = try await world.anna.run { try People.attempts(id, $0) }
      #expect(attempts.map(\.number) == [1, 2, 3])
      #expect(attempts.map(\.state) == ["failed", "timed_out", "succeeded"])
      #expect(attempts.map(\.exitCode) == [1, 1, 0])
      #expect(attempts.map(\.resultBytes) == [3, 3, 5])
      #expect(attempts.allSatisfy { $0.worker == "s-worker" && !$0.isCut })
      let results = try await world.anna.run { session in
        try [1, 2, 3, nil, 4].map { try People.result(id, attempt: $0, session) }
      }
      #expect(results == ["one", "two", "three", "three", nil].map { $0.map { Array($0.utf8) } })
    }
  }

  @Test func `have logs that are read in pieces of about the size that is asked for`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(1)
      let fence = try await world.scheduler.claim(1)[0].fence
      try await world.scheduler.perform {
        $0.chunks = (0..<Int32(2500)).map { number in
          let size = number < 10 ? 1000 : 1
          return .init(
            fence: fence, number: number, stream: .standardOutput, bytes: Array(repeating: 65, count: size))
        }
      }
      var next: Int32 = 0
      var counts: [Int] = []
      while true {
        let chunks = try await world.anna.run { [next] session in
          try People.log(fence.taskRun, attempt: 1, from: next, bytes: 4000, session)
        }
        #expect(chunks.map(\.number) == (next..<next + Int32(chunks.count)).map { $0 })
        guard let last = chunks.last else { break }
        next = last.number + 1
        counts.append(chunks.count)
      }
      #expect(counts == [4, 4, 1000, 1000, 492])
    }
  }

  @Test func `of a run are joined by its pipeline's links`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("a"), task("b", after("a")), task("c", after("b", .always))))
      let run = try await world.start()
      let links = try await world.anna.run { try People.links(of: run, $0) }
      #expect(
        links == [.init(from: "a", to: "b"), .init(from: "b", to: "c", condition: .always)])
      let newest = try await world.anna.run { session in
        try ["p", "none"].map { try People.newestRun(ofPipeline: $0, session) }
      }
      #expect(newest == [run, nil])
    }
  }
}
