import Testing
import ZmeyCore

@Suite("Timespan")
struct TimespanTests {
  @Test(
    arguments: [
      ("0", 0), ("90", 90_000), ("1.5", 1500), ("1.05", 1050), ("0.001", 1), ("250ms", 250), ("90s", 90_000),
      ("5m", 300_000), ("1h30m", 5_400_000), ("1d2h3m4s5ms", 93_784_005), ("366d", Timespan.longest),
      ("007s", 7000),
      ("31622400", Timespan.longest),
    ] as [(String, Int64)])
  func `texts that people write are read`(text: String, milliseconds: Int64) {
    #expect(Timespan(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", " ", "s", "5 m", " 5m", "5m ", "-5m", "+5", "1.5m", "1.2345", ".5", "5.", "1.2.3", "30m1h", "5m5m",
    "1m30", "5x",
    "5M", "٣s", "5s\u{301}", "367d", "366d1ms", "31622400.001", "99999999999999999999",
    "99999999999999999999d",
    "9223372036854775807", "5\n", "1e3", "0x10", "10:30",
  ])
  func `anything else is refused`(text: String) {
    #expect(Timespan(text) == nil)
  }

  @Test func `milliseconds have bounds`() {
    #expect(Timespan(milliseconds: -1) == nil)
    #expect(Timespan(milliseconds: 0)?.milliseconds == 0)
    #expect(Timespan(milliseconds: Timespan.longest)?.description == "366d")
    #expect(Timespan(milliseconds: Timespan.longest + 1) == nil)
    #expect(Timespan(milliseconds: .max) == nil)
  }

  @Test(arguments: [
    (0, "0s"), (1, "1ms"), (1000, "1s"), (90_000, "1m30s"), (5_400_000, "1h30m"), (86_400_005, "1d5ms"),
  ])
  func `the description is the shortest text`(milliseconds: Int64, text: String) {
    #expect(Timespan(milliseconds: milliseconds)?.description == text)
  }

  @Test func `the description reads back`() {
    var random = SplitMix(seed: 1)
    for _ in 0..<2000 {
      let limit = [10, 100_000, 100_000_000, Int(Timespan.longest) + 1][random.below(4)]
      let span = Timespan(milliseconds: Int64(random.below(limit)))
      #expect(span != nil)
      #expect(span.flatMap { Timespan($0.description) } == span)
    }
  }

  @Test func `it orders by length and equals its duration`() throws {
    let (short, long) = (try #require(Timespan("90s")), try #require(Timespan("2m")))
    #expect(short < long)
    #expect(short.duration == .seconds(90))
  }
}
