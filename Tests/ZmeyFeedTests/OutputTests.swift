import Postgres
import TestKit
import Testing
import ZmeyConsole
import ZmeyCore
import ZmeyStore

@testable import ZmeyFeed

@Suite(.timeLimit(.minutes(2))) struct `Output` {
  private func text(_ pieces: [OutputPiece]) -> String {
    String(decoding: pieces.flatMap { $0.chunks.flatMap(\.bytes) }, as: UTF8.self)
  }

  @Test func `comes as it is written, and ends with its attempt`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      _ = try await world.start()
      let fence = try await world.claim()[0].fence
      let query = Query.output(fence.taskRun, attempt: nil, tail: 1000)
      try await Desk.with(world.conninfo()) { desk in
        desk.want(query)
        _ = await desk.pieces(query) { $0.count == 1 }
        try await world.write(fence, 0, Array("one ".utf8))
        _ = await desk.pieces(query) { text($0) == "one " }
        try await world.write(fence, 1, Array("two".utf8))
        try await world.finish([fence], result: nil)
        let pieces = await desk.pieces(query) { $0.last?.isComplete == true }
        #expect(text(pieces) == "one two")
        #expect(pieces.filter(\.isFirst).count == 1)
        #expect(pieces.flatMap { $0.chunks.map(\.number) } == [0, 1])
        // Nothing more is asked of what is over.
        let looks = desk.all.count
        desk.ask(.refresh)
        await desk.settle()
        #expect(
          desk.all.dropFirst(looks).allSatisfy { if case .answer(.output, _) = $0 { false } else { true } })
      }
    }
  }

  @Test func `of another attempt replaces that of the last, unless one was asked for`() async throws {
    try await World.with { world in
      try await world.save(task("a", attempts: 2))
      _ = try await world.start()
      let first = try await world.claim()[0].fence
      let (last, one) = (
        Query.output(first.taskRun, attempt: nil, tail: 1000),
        Query.output(first.taskRun, attempt: 1, tail: 1000)
      )
      try await Desk.with(world.conninfo()) { desk in
        desk.want(last, one)
        try await world.write(first, 0, Array("no".utf8))
        _ = await desk.pieces(last) { text($0) == "no" }
        try await world.finish([first], .failed, result: nil)
        let second = try await world.claim()[0].fence
        try await world.write(second, 0, Array("yes".utf8))
        let pieces = await desk.pieces(last) { text($0) == "noyes" }
        #expect(pieces.last { $0.isFirst }?.attempt == 2)
        let kept = await desk.pieces(one) { $0.last?.isComplete == true }
        #expect(text(kept) == "no")
      }
    }
  }

  @Test func `that came in one piece is its attempt's only chunk`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      _ = try await world.start()
      let fence = try await world.claim()[0].fence
      try await world.finish([fence], result: Array("all".utf8))
      let query = Query.output(fence.taskRun, attempt: nil, tail: 1000)
      try await Desk.with(world.conninfo()) { desk in
        desk.want(query)
        let pieces = await desk.pieces(query) { $0.count == 1 }
        #expect(text(pieces) == "all")
        #expect(pieces[0].isComplete)
      }
    }
  }

  @Test func `is read from so far before its end, in pieces that are not too large`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      _ = try await world.start()
      let fence = try await world.claim()[0].fence
      for number in 0..<8 {
        try await world.write(fence, Int32(number), Array(repeating: 65, count: 400_000))
      }
      let (all, tail) = (
        Query.output(fence.taskRun, attempt: nil, tail: 10_000_000),
        Query.output(fence.taskRun, attempt: nil, tail: 500_000)
      )
      try await Desk.with(world.conninfo()) { desk in
        desk.want(all, tail)
        let pieces = await desk.pieces(all) { text($0).utf8.count == 3_200_000 }
        #expect(pieces.allSatisfy { $0.chunks.count <= 3 })
        #expect(pieces.flatMap { $0.chunks.map(\.number) } == Array(0..<8))
        #expect(!pieces[0].hasEarlier)
        let last = await desk.pieces(tail) { !$0.isEmpty }
        #expect(last[0].chunks.map(\.number) == [6, 7])
        #expect(last[0].hasEarlier)
      }
    }
  }
}
