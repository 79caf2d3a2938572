import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `An attempt's end` {
  @Test func `is accepted once`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1)
      let fence = try await world.scheduler.claim(1)[0].fence
      let others = [
        Fence(taskRun: fence.taskRun, attempt: fence.attempt, nonce: Nonce(high: 1, low: 2)),
        Fence(taskRun: fence.taskRun, attempt: fence.attempt + 1, nonce: fence.nonce),
        Fence(taskRun: TaskRunID(1), attempt: 1, nonce: fence.nonce),
      ]
      #expect(try await world.scheduler.finish(others, .failed) == ["fenced", "fenced", "fenced"])
      #expect(try await world.states(run) == ["t=assigned"])
      #expect(try await world.scheduler.finish([fence], result: [1]) == [])
      #expect(try await world.scheduler.finish([fence], .failed, result: [2]) == ["duplicate"])
      #expect(try await world.scheduler.finish(others) == ["fenced", "fenced", "fenced"])
      #expect(try await world.states(run) == ["t=succeeded"])
      let result = try await world.anna.run { session in try People.result(fence.taskRun, session) }
      #expect(result == [1])
      #expect(try await world.root.int("select count(*) from zm.inflight") == 0)
    }
  }

  @Test func `is fenced beside the end of the attempt that took over`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(1)
      let old = try await world.scheduler.claim(1)[0].fence
      try await world.scheduler.lose(old)
      let new = try await world.scheduler.claim(1)[0].fence
      #expect(new.attempt == 2)
      // The old attempt stands there as lost: its result does not.
      #expect(try await world.scheduler.finish([old]) == ["fenced"])
      #expect(try await world.scheduler.finish([old, new]) == ["fenced"])
      #expect(try await world.scheduler.finish([old, new]) == ["fenced", "duplicate"])
    }
  }

  @Test func `that is a failure is tried again while attempts are left`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 3))
      let run = try await world.submit(1)
      for (verdict, state) in [
        (Outcome.Verdict.failed, "queued"), (.timedOut, "queued"), (.timedOut, "timed_out"),
      ] {
        let claimed = try await world.scheduler.claim(1)
        try await world.scheduler.finish(claimed.map(\.fence), verdict)
        #expect(try await world.states(run) == ["t=\(state)"])
      }
      #expect(try await world.scheduler.claim(1).isEmpty)
      #expect(try await world.tally(run) == "1 1 1 failed")
      let attempts = try await world.anna.texts(
        "select attempt || ' ' || state from zm_api.attempt order by attempt")
      #expect(attempts == ["1 failed", "2 timed_out", "3 timed_out"])
    }
  }

  @Test func `that is a stop or a success is never tried again`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 3))
      let run = try await world.submit(2)
      let claimed = try await world.scheduler.claim(2)
      try await world.scheduler.finish([claimed[0].fence], .stopped)
      try await world.scheduler.finish([claimed[1].fence], .succeeded)
      #expect(try await world.states(run) == ["t=stopped", "t=succeeded"])
      #expect(try await world.tally(run) == "2 2 0 stopped")
    }
  }

  @Test func `is not followed by another attempt once somebody wants it stopped`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 3))
      let run = try await world.submit(3)
      let fences = try await world.scheduler.claim(3).map(\.fence)
      try await world.scheduler.perform { $0.running = fences.map { .init(fence: $0, age: .zero) } }
      try await world.root.script("update zm.task_run set want = 3 where id <> \(fences[0].taskRun)")
      try await world.root.script("update zm.task_run set state = 6 where id = \(fences[0].taskRun)")
      try await world.scheduler.finish([fences[0], fences[1]], .failed)
      try await world.scheduler.lose(fences[2])
      #expect(try await world.states(run) == ["t=failed", "t=failed", "t=lost"])
    }
  }

  @Test func `tells when it began, how it ended and what it used`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(2)
      let fences = try await world.scheduler.claim(2).map(\.fence)
      try await world.scheduler.perform {
        $0.running = [.init(fence: fences[0], age: .seconds(3))]
        $0.percents = [.init(fence: fences[0], percent: 40)]
      }
      func records() async throws -> [TaskRunRecord] {
        try await world.anna.run { session in
          try People.taskRuns(TaskRunFilter(ids: fences.map(\.taskRun)), session)
        }
      }
      let running = try await records()[1]
      #expect((running.state, running.ownProgress, running.worker) == (.running, 40, "s-worker"))
      #expect(running.elapsed ?? .zero >= .seconds(3))

      try await world.scheduler.perform {
        $0.finished = fences.map {
          .init(
            fence: $0,
            outcome: Outcome(
              verdict: .failed, signal: 9, reason: "out of memory", duration: .milliseconds(1500),
              cpuMicroseconds: 7,
              peakMemoryKiB: 8), resultBytes: 3, errorBytes: 4, isCut: true, result: [65])
        }
      }
      for record in try await records() {
        #expect((record.state, record.signal, record.reason) == (.failed, 9, "out of memory"))
        #expect(record.resultBytes == 3)
        #expect(record.exitCode == nil)
        #expect(record.startedAt != nil && record.finishedAt != nil)
      }
      let attempts = try await world.anna.texts(
        "select format('%s %s %s %s %s', duration_us, cpu_us, peak_kib, error_bytes, is_cut) from zm_api.attempt"
      )
      #expect(attempts == ["1500000 7 8 4 t", "1500000 7 8 4 t"])
    }
  }
}

@Suite struct `A lost attempt` {
  @Test func `that was never delivered runs again, whatever the template says`() async throws {
    try await World.with { world in
      try await world.apply(template(rerunIfLost: false))
      let run = try await world.submit(1)
      let first = try await world.scheduler.claim(1)[0].fence
      try await world.scheduler.lose(first, delivered: false)
      #expect(try await world.states(run) == ["t=queued"])
      let second = try await world.scheduler.claim(1)[0].fence
      #expect(second.attempt == 2)
      // It did not use up the one attempt at a failure; nor did losing the fence twice do harm.
      try await world.scheduler.lose(first, delivered: false)
      try await world.scheduler.lose(second)
      #expect(try await world.states(run) == ["t=lost"])
      #expect(try await world.tally(run) == "1 1 1 failed")
    }
  }

  @Test func `runs again five times if the template allows it`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let run = try await world.submit(1)
      for loss in 1...6 {
        let fence = try await world.scheduler.claim(1)[0].fence
        #expect(fence.attempt == loss)
        try await world.scheduler.lose(fence)
      }
      #expect(try await world.states(run) == ["t=lost"])
      #expect(try await world.scheduler.claim(1).isEmpty)
    }
  }

  @Test func `does not count as an attempt at a failure`() async throws {
    try await World.with { world in
      try await world.apply(template(attempts: 2))
      let run = try await world.submit(1)
      let lost = try await world.scheduler.claim(1)[0].fence
      try await world.scheduler.lose(lost)
      try await world.scheduler.finishQueued(.failed)
      #expect(try await world.states(run) == ["t=queued"])
      try await world.scheduler.finishQueued(.failed)
      #expect(try await world.states(run) == ["t=failed"])
    }
  }
}

@Suite struct `Output` {
  @Test func `of any bytes comes back as it was`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(2)
      let fences = try await world.scheduler.claim(2).map(\.fence)
      let big = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      try await world.scheduler.finish([fences[0]], result: [0, 255, 10, 0, 128])
      try await world.scheduler.finish([fences[1]], result: big)
      let results = try await world.anna.run { session in
        try fences.map { try People.result($0.taskRun, session) }
      }
      #expect(results[0] == [0, 255, 10, 0, 128])
      #expect(results[1] == big)
      let log = try await world.anna.run { session in
        try People.log(fences[0].taskRun, attempt: 1, from: 0, session).map {
          ($0.number, $0.stream, $0.bytes)
        }
      }
      #expect(log.count == 1)
      #expect(log[0] == (0, .standardOutput, [0, 255, 10, 0, 128]))
    }
  }

  @Test func `that was streamed is put together`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(1)
      let fence = try await world.scheduler.claim(1)[0].fence
      func chunk(_ number: Int32, _ stream: OutputStream, _ text: String) -> SchedulerBatch.Chunk {
        .init(fence: fence, number: number, stream: stream, bytes: Array(text.utf8))
      }
      func log(from chunk: Int32) async throws -> [String] {
        try await world.anna.run { session in
          try People.log(fence.taskRun, attempt: 1, from: chunk, session)
            .map { "\($0.number) \($0.stream) \(String(decoding: $0.bytes, as: UTF8.self))" }
        }
      }
      func result() async throws -> [UInt8]? {
        try await world.anna.run { session in try People.result(fence.taskRun, session) }
      }
      try await world.scheduler.perform {
        $0.chunks = [
          chunk(2, .standardOutput, "c"), chunk(0, .standardOutput, "a"), chunk(1, .standardError, "b"),
        ]
      }
      #expect(try await log(from: 1) == ["1 standardError b", "2 standardOutput c"])
      #expect(try await result() == nil)
      // Sent again, one chunk, with the last: one copy stays.
      try await world.scheduler.perform {
        $0.chunks = [chunk(2, .standardOutput, "C"), chunk(3, .standardOutput, "d")]
        $0.finished = [
          .init(
            fence: fence, outcome: Outcome(verdict: .succeeded), resultBytes: 3, errorBytes: 1, isCut: false,
            result: nil)
        ]
      }
      let all = ["0 standardOutput a", "1 standardError b", "2 standardOutput c", "3 standardOutput d"]
      #expect(try await log(from: 0) == all)
      #expect(try await result() == Array("acd".utf8))
      // The attempt is over: what comes late is dropped.
      try await world.scheduler.perform { $0.chunks = [chunk(4, .standardOutput, "e")] }
      #expect(try await log(from: 0) == all)
    }
  }

  @Test func `of another attempt is dropped`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(1)
      let old = try await world.scheduler.claim(1)[0].fence
      try await world.scheduler.lose(old)
      let new = try await world.scheduler.claim(1)[0].fence
      try await world.scheduler.perform {
        $0.chunks = [old, new].map {
          .init(fence: $0, number: 0, stream: .standardOutput, bytes: [UInt8($0.attempt)])
        }
        $0.running = [.init(fence: old, age: .zero)]
        $0.percents = [.init(fence: old, percent: 99)]
      }
      #expect(
        try await world.root.int("select count(*) from zm.task_log where data = '\\x02' and attempt = 2") == 1
      )
      #expect(try await world.root.int("select count(*) from zm.task_log") == 1)
      #expect(
        try await world.root.int("select count(*) from zm.task_run where state = 3 and progress is null") == 1
      )
    }
  }
}
