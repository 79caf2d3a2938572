import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyScheduler
@testable import ZmeyStore

@Suite("What people want of work under way, and when the next is due") struct ControlTests {
  private static let second = LinkID(2)

  /// Takes the batch that asks and answers it.
  private func answer(
    _ bench: Bench, wants: [(fence: Fence, want: Want)] = [], nextDue: Duration? = nil
  ) throws -> [SchedulerMachine.Effect] {
    let batch = try #require(bench.takeBatch())
    #expect(batch.asksWants)
    var result = SchedulerBatchResult()
    result.wants = wants
    result.nextDue = nextDue
    return bench.handle(.performed(batch, result, scripts: [:]))
  }

  private func bench() -> Bench {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.perform()
    return bench
  }

  @Test("A wake-up makes it ask, and what is wanted goes to the worker that has the attempt")
  func asks() throws {
    let bench = bench()
    bench.handle(.notified)
    let effects = try answer(bench, wants: [(Bench.fence(1), .pause), (Bench.fence(9), .stop)])
    #expect(effects == [.send(Bench.link, .want(Bench.fence(1), .pause))])
  }

  @Test("It asks again when a worker is back: the order may have met no link")
  func asksAgain() throws {
    let bench = bench()
    bench.handle(.closed(Bench.link))
    bench.greet([Bench.fence(1)], link: Self.second)
    let effects = try answer(bench, wants: [(Bench.fence(1), .stop)])
    #expect(effects == [.send(Self.second, .want(Bench.fence(1), .stop))])
  }

  @Test("A question that was lost with the database is asked again")
  func lost() throws {
    let bench = bench()
    bench.handle(.notified)
    let batch = try #require(bench.takeBatch())
    bench.handle(.failed(batch))
    #expect(bench.takeBatch()?.asksWants == true)
  }

  @Test("Of what a worker proves the last word counts within a batch")
  func observed() throws {
    let bench = bench()
    bench.receive(.observed(Bench.fence(1), isPaused: true, age: .zero))
    bench.receive(.observed(Bench.fence(1), isPaused: false, age: .seconds(1)))
    bench.receive(.observed(Bench.fence(9), isPaused: true, age: .zero))
    #expect(
      bench.takeBatch()?.observed == [.init(fence: Bench.fence(1), isPaused: false, age: .seconds(1))])
  }

  @Test("With what a worker proves it asks what is still wanted: the proof may be older than the order")
  func asksWithProofs() throws {
    let bench = bench()
    bench.receive(.observed(Bench.fence(1), isPaused: true, age: .zero))
    let effects = try answer(bench, wants: [(Bench.fence(1), .resume)])
    #expect(effects == [.send(Bench.link, .want(Bench.fence(1), .resume))])
    #expect(bench.takeBatch()?.asksWants != true)
  }

  @Test("It looks into the queue when a delayed task run is due, and not at once again if nobody can take it")
  func due() throws {
    let bench = bench()
    bench.handle(.notified)
    _ = try answer(bench, nextDue: .milliseconds(30))
    #expect(bench.machine.nextDeadline == bench.now + .milliseconds(30))
    bench.tick(after: .milliseconds(30))
    _ = try answer(bench, nextDue: .milliseconds(-1))
    #expect(bench.machine.nextDeadline.map { $0 > bench.now } != false)
  }

  @Test("How long successes took is kept for the averages, of failures and of adopted attempts nothing")
  func samples() {
    let bench = Bench(under: [AdoptableAttempt(fence: Bench.fence(5), worker: WorkerID(1))])
    bench.perform(claiming: [Bench.task(1)])
    for number in [1, 5] as [Int64] {
      bench.receive(
        .finished(
          Finish(
            fence: Bench.fence(number),
            outcome: Outcome(verdict: .succeeded, exitCode: 0, duration: .seconds(2)), resultBytes: 0,
            errorBytes: 0, isCut: false, result: ByteBuffer())))
    }
    #expect(
      bench.machine.takeSamples() == [
        DurationSample(program: ProgramID(1), name: "t", duration: .seconds(2))
      ])
    #expect(bench.machine.takeSamples().isEmpty)
  }
}
