import Testing
import ZmeyCore

@Suite("Progress")
struct ProgressTests {
  @Test(arguments: [
    (0, 0, false), (1, 1, false), (50, 50, false), (98, 98, false), (99, 99, false), (100, 99, false),
    (101, 99, true),
    (1_000_000, 99, true), (-5, 0, false),
  ])
  func `it is elapsed over average up to 99 percent`(elapsed: Int, percent: Int, isOverdue: Bool) {
    let progress = Progress(elapsed: .seconds(elapsed), average: .seconds(100))
    #expect(progress?.percent == percent)
    #expect(progress?.isOverdue == isOverdue)
  }

  @Test func `without an average there is none`() {
    #expect(Progress(elapsed: .seconds(1), average: nil) == nil)
    #expect(Progress(elapsed: .seconds(1), average: .zero) == nil)
    #expect(Progress(elapsed: .seconds(1), average: .seconds(-1)) == nil)
  }

  @Test func `extreme times do no harm`() {
    #expect(Progress(elapsed: .seconds(Int64.max), average: .nanoseconds(1))?.percent == 99)
    #expect(Progress(elapsed: .nanoseconds(1), average: .seconds(Int64.max))?.percent == 0)
  }

  @Test(
    arguments: [
      (2, nil, 10, 8), (2, nil, nil, nil), (12, nil, 10, 0), (2, 0, 10, 8), (2, 50, 10, 2), (3, 75, nil, 1),
      (9, 100, nil, 0), (2, nil, 0, nil),
    ] as [(Int, Int?, Int?, Int?)])
  func `what is left is as fast as the script says, else the rest of the average`(
    elapsed: Int, percent: Int?, average: Int?, left: Int?
  ) {
    let remaining = Progress.remaining(
      elapsed: .seconds(elapsed), average: average.map { .seconds($0) }, percent: percent)
    #expect(remaining == left.map { .seconds($0) })
  }
}
