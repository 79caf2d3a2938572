import Testing
import ZmeyCore

@Suite("Instant")
struct InstantTests {
  let start = Instant(nanoseconds: 5_000_000_000)

  @Test func `adding a span moves it`() {
    #expect(start + .seconds(2) == Instant(nanoseconds: 7_000_000_000))
    #expect(start + .seconds(-2) == Instant(nanoseconds: 3_000_000_000))
    #expect(start + .zero == start)
  }

  @Test func `it never goes before the start of the clock`() {
    #expect(start + .seconds(-6) == Instant(nanoseconds: 0))
    #expect(start + .seconds(Int64.min) == Instant(nanoseconds: 0))
  }

  @Test func `it stops at the far end instead of trapping`() {
    let end = Instant(nanoseconds: UInt64(Int64.max))
    #expect(start + .seconds(Int64.max) == end)
    #expect(end + .nanoseconds(1) == end)
    #expect(Instant(nanoseconds: .max) + .zero == end)
  }

  @Test func `the difference has a sign`() {
    #expect(start - Instant(nanoseconds: 4_000_000_000) == .seconds(1))
    #expect(Instant(nanoseconds: 4_000_000_000) - start == .seconds(-1))
    #expect(Instant(nanoseconds: .max) - Instant(nanoseconds: 0) == .nanoseconds(Int64.max))
  }

  @Test func `it orders by time`() {
    #expect(Instant(nanoseconds: 1) < Instant(nanoseconds: .max))
    #expect(!(start < start))
  }

  @Test func `a duration becomes whole nanoseconds and saturates`() {
    #expect(Duration.seconds(2).wholeNanoseconds == 2_000_000_000)
    #expect((Duration.seconds(-1) - .nanoseconds(5)).wholeNanoseconds == -1_000_000_005)
    #expect(Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999).wholeNanoseconds == 1)
    #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    let edge = Int64.max / 1_000_000_000
    let rest: Int64 = 999_999_999_000_000_000
    #expect(Duration(secondsComponent: edge, attosecondsComponent: rest).wholeNanoseconds == .max)
    #expect(Duration(secondsComponent: -edge, attosecondsComponent: -rest).wholeNanoseconds == .min)
  }

  @Test func `whole milliseconds are cut towards zero`() {
    #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
    #expect(Duration.microseconds(-1999).wholeMilliseconds == -1)
  }
}
