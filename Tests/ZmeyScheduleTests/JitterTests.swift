import Testing
import ZmeySchedule

@Suite struct `The jitter of an event` {
  @Test func `stays below its length and spreads over it`() {
    var tenths = Array(repeating: 0, count: 10)
    for due in 0..<10_000 as Range<Int64> {
      let delay = Jitter(event: 7, milliseconds: 5000).delay(due: due * 60)
      guard (0..<5000).contains(delay) else {
        Issue.record("\(delay)")
        continue
      }
      tenths[Int(delay / 500)] += 1
    }
    #expect(tenths.allSatisfy { (800...1200).contains($0) }, "\(tenths)")
  }

  @Test func `is the same on every scheduler, for ever`() {
    #expect(Jitter(event: 42, milliseconds: 86_400_000).delay(due: 1_800_000_000) == 38_809_744)
  }

  @Test func `differs between events`() {
    let delays = Set((0..<100).map { Jitter(event: $0, milliseconds: 1_000_000).delay(due: 1_800_000_000) })
    #expect(delays.count > 95)
  }

  @Test func `is nothing without a length`() {
    #expect(Jitter.none.delay(due: 5) == 0)
    #expect(Jitter(event: 1, milliseconds: -5).delay(due: .min) == 0)
  }
}
