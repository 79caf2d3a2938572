import Testing
import ZmeyCore
import ZmeyStore

@testable import ZmeyScheduler

@Suite struct `The alarm of events` {
  private var alarm = EventAlarm(courtesy: .milliseconds(20))
  private let start = Instant(nanoseconds: 1_000_000_000_000)

  /// In how many milliseconds after the start it looks; nil if it does not.
  private var looks: Int64? { alarm.deadline.map { ($0 - start).wholeMilliseconds } }

  /// Whether it is time to look.
  private mutating func takes(at moment: Int64) -> Bool {
    alarm.tick(at(moment))
    return alarm.take()
  }

  private func at(_ milliseconds: Int64) -> Instant { start + .milliseconds(milliseconds) }

  @Test mutating func `leaves a due event to others for a moment, until it has fired one itself`() {
    alarm.heard(nextIn: .milliseconds(500), at: start)
    #expect(looks == 520)
    let early = takes(at: 519)
    let inTime = takes(at: 520)
    let again = takes(at: 520)
    #expect((early, inTime, again) == (false, true, false))
    alarm.looked(found: true, nextIn: .milliseconds(980), at: at(520))
    #expect(looks == 1500)
  }

  @Test mutating func `is no longer the first when another was there before it`() {
    alarm.looked(found: true, nextIn: .milliseconds(500), at: start)
    #expect(looks == 500)
    alarm.looked(found: false, nextIn: .milliseconds(500), at: at(500))
    #expect(looks == 1020)
  }

  @Test mutating func `waits for nothing when nothing is due`() {
    alarm.heard(nextIn: .milliseconds(500), at: start)
    alarm.heard(nextIn: nil, at: start)
    #expect(looks == nil)
    alarm.looked(found: true, nextIn: nil, at: start)
    #expect(looks == nil)
  }

  @Test mutating func `gathers what is due closely after what it has fired`() {
    alarm.looked(found: true, nextIn: .milliseconds(1), at: start)
    #expect(looks == 10)
  }

  @Test mutating func `looks again at once at what was too much for one look`() {
    alarm.looked(found: true, nextIn: .milliseconds(-5), at: start)
    #expect(looks == 0)
  }

  @Test mutating func `looks less and less often at what others hold`() {
    var pauses: [Int64] = []
    var now: Int64 = 0
    for _ in 1...8 {
      alarm.looked(found: false, nextIn: .milliseconds(-1), at: at(now))
      let next = looks ?? -1
      pauses.append(next - now)
      now = next
    }
    #expect(pauses == [40, 80, 160, 200, 200, 200, 200, 200])
    alarm.looked(found: false, nextIn: .milliseconds(300), at: at(now))
    #expect(looks == now + 320)
  }

  @Test mutating func `is not put off by hearing of what is overdue again and again`() {
    alarm.heard(nextIn: .milliseconds(-1), at: start)
    for moment in 1...19 as ClosedRange<Int64> { alarm.heard(nextIn: .milliseconds(-1), at: at(moment)) }
    #expect(looks == 20)
    alarm.looked(found: false, nextIn: .milliseconds(-1), at: at(20))
    alarm.heard(nextIn: .milliseconds(-1), at: at(21))
    #expect(looks == 60)
  }

  @Test mutating func `hears of an earlier one`() {
    alarm.heard(nextIn: .seconds(3600), at: start)
    alarm.heard(nextIn: .milliseconds(-1), at: at(5))
    #expect(looks == 25)
    alarm.heard(nextIn: .milliseconds(500), at: at(6))
    #expect(looks == 526)
  }
}

@Suite struct `A scheduler's machine` {
  @Test func `wakes for a due event, and for none once it stops`() throws {
    let bench = Bench()
    var result = SchedulerBatchResult()
    result.nextEvent = .seconds(30)
    bench.perform()
    bench.handle(.notified)
    let batch = try #require(bench.takeBatch())
    #expect(batch.asksWants)
    bench.handle(.performed(batch, result, scripts: [:]))
    let early = takes(bench, after: .seconds(30))
    let inTime = takes(bench, after: .milliseconds(20))
    #expect((early, inTime) == (false, true))
    bench.machine.lookedForEvents(
      found: true, nextIn: .seconds(1), unknownZones: ["Mars/Olympus"], at: bench.now)
    bench.handle(.notified)
    let next = bench.takeBatch()
    #expect(next?.unknownZones == ["Mars/Olympus"])
    bench.handle(.stop)
    let late = takes(bench, after: .seconds(1))
    #expect(!late)
  }

  private func takes(_ bench: Bench, after span: Duration) -> Bool {
    bench.tick(after: span)
    return bench.machine.takeEvents()
  }
}
