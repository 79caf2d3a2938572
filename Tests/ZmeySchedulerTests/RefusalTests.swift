import Postgres
import Testing
import ZmeyCore
import ZmeyStore

@testable import ZmeyScheduler

@Suite("What the database does not take") struct RefusalTests {
  private static func error(_ sqlState: String) -> DatabaseError {
    DatabaseError(kind: .other, sqlState: sqlState, message: "m")
  }

  @Test("What passes is tried again", arguments: ["40001", "40P01", "53100", "53200", "55P03", "57014"])
  func transient(sqlState: String) {
    #expect(Self.error(sqlState).isTransient)
    #expect(!Self.error(sqlState).isRefusal)
  }

  @Test(
    "Content that is wrong is parted from the rest", arguments: ["22021", "22P02", "23505", "23514", "ZM010"])
  func refusal(sqlState: String) {
    #expect(Self.error(sqlState).isRefusal)
    #expect(!Self.error(sqlState).isTransient)
  }

  @Test("A lost name ends the scheduler", arguments: ["ZM001", "57P01", "42501"])
  func neither(sqlState: String) {
    #expect(!Self.error(sqlState).isRefusal)
    #expect(!Self.error(sqlState).isTransient)
  }

  @Test("A batch comes apart into single things, in order, without its claim")
  func singles() {
    var batch = SchedulerBatch()
    batch.slots = [WorkerID(1)]
    batch.running = [.init(fence: Bench.fence(1), age: .zero)]
    batch.chunks = (0..<2).map {
      .init(fence: Bench.fence(2), number: $0, stream: .standardOutput, bytes: [1])
    }
    batch.lost = [.init(fences: [Bench.fence(3), Bench.fence(4)], wasDelivered: true, reason: "r")]
    let singles = batch.singles
    #expect(singles.map(\.running.count) == [1, 0, 0, 0])
    #expect(singles.flatMap(\.chunks).map(\.number) == [0, 1])
    #expect(singles.last?.lost.first?.fences.count == 2)
    #expect(singles.allSatisfy { $0.slots.isEmpty && $0.lesserForms.isEmpty })
  }

  @Test("An end that is refused is written as a failure without its result")
  func lesserForms() throws {
    var batch = SchedulerBatch()
    batch.finished = [
      .init(
        fence: Bench.fence(1), outcome: Outcome(verdict: .succeeded, exitCode: 0), resultBytes: 1,
        errorBytes: 0,
        isCut: false, result: [1])
    ]
    let finished = try #require(batch.lesserForms.first?.finished.first)
    #expect(finished.fence == Bench.fence(1))
    #expect(finished.outcome.verdict == .failed)
    #expect(finished.result == nil)
  }
}
