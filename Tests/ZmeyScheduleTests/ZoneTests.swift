import Testing
import ZmeyCommand

@testable import ZmeySchedule

@Suite struct `A time zone` {
  @Test(arguments: [
    ("Europe/Berlin", "2027-03-28T00:59:59", 3600), ("Europe/Berlin", "2027-03-28T01:00", 7200),
    ("Europe/Berlin", "2127-07-01", 7200), ("Europe/Berlin", "2127-12-01", 3600),
    ("Europe/Berlin", "1850-01-01", 3208),
    ("America/New_York", "2500-07-01", -14_400), ("Australia/Lord_Howe", "2060-01-01", 39_600),
    ("Europe/Dublin", "2060-01-01", 0), ("Europe/Dublin", "2060-07-01", 3600),
    ("Asia/Kathmandu", "2027-01-01", 20_700),
    ("Africa/Casablanca", "2027-02-20", 0), ("Africa/Casablanca", "2100-01-01", 3600),
    ("Etc/GMT-14", "2027-01-01", 50_400),
    ("UTC", "2027-01-01", 0), ("America/Nuuk", "2040-07-01", -3600), ("Asia/Gaza", "2027-07-01", 10_800),
  ])
  func `knows its offset`(name: String, instant: String, offset: Int) throws {
    #expect(try zone(name).utcOffset(at: utc(instant)) == offset)
  }

  @Test func `finds the instants of a wall clock`() throws {
    let berlin = try zone("Europe/Berlin")
    #expect(berlin.instants(of: try CivilDateTime("2027-07-01T12:00")) == .one(try utc("2027-07-01T10:00")))
    #expect(
      berlin.instants(of: try CivilDateTime("2027-03-28T02:00")) == .none(next: try utc("2027-03-28T01:00")))
    #expect(berlin.instants(of: try CivilDateTime("2027-03-28T03:00")) == .one(try utc("2027-03-28T01:00")))
    let twice = berlin.instants(of: try CivilDateTime("2027-10-31T02:00"))
    #expect(twice == .two(try utc("2027-10-31T00:00"), try utc("2027-10-31T01:00")))
    #expect(berlin.instants(of: try CivilDateTime("2027-10-31T03:00")) == .one(try utc("2027-10-31T02:00")))
    #expect("\(berlin.civil(at: try utc("2027-10-31T00:30")))" == "2027-10-31T02:30")
    let apia = try zone("Pacific/Apia")
    #expect(
      apia.instants(of: try CivilDateTime("2011-12-30T23:59:59")) == .none(next: try utc("2011-12-30T10:00")))
  }

  @Test func `shows what it was asked for, in every zone`() throws {
    let range = try utc("1900-01-01")..<utc("2100-01-01")
    var random = SplitMix(seed: 4)
    var wrong: [String] = []
    for name in ZoneFiles.names() {
      let zone = try zone(name)
      for _ in 0..<50 {
        let instant = Int64.random(in: range, using: &random)
        switch zone.instants(of: zone.civil(at: instant)) {
        case .one(instant), .two(instant, _), .two(_, instant): break
        case .none, .one, .two: wrong.append("\(name) at \(instant)")
        }
      }
    }
    #expect(wrong == [])
  }

  @Test func `does not trap far away`() throws {
    let berlin = try zone("Europe/Berlin")
    #expect([3600, 7200].contains(berlin.utcOffset(at: .max)))
    #expect(berlin.utcOffset(at: .min) == 3208)
    #expect("\(berlin.civil(at: .max))" == "9999-12-31T23:59:59")
    #expect("\(berlin.civil(at: .min))" == "0001-01-01T00:00")
    let last = CivilDateTime(localSeconds: .max)
    #expect(berlin.firstInstant(of: last) == last.localSeconds - 3600)
  }

  @Test(arguments: [
    ("UTC0", "2027-07-01", 0), ("<-03>3", "2027-07-01", -10_800),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2027-07-01", 7200),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2027-01-01", 0), ("IST-1GMT0,M10.5.0,M3.5.0/1", "2027-07-01", 3600),
    // Daylight time all year round, as RFC 8536 writes it.
    ("EST5EDT,0/0,J365/25", "2027-01-01T05:00", -14_400),
    ("EST5EDT,0/0,J365/25", "2027-12-31T23:00", -14_400),
    ("EST5EDT,0/0,J365/25", "2028-01-01T04:00", -14_400),
    ("EST5EDT,0/0,J365/25", "2028-12-31T12:00", -14_400),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2027-03-28T00:59:59", -7200),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2027-03-28T01:00", -3600),
    ("AAA0BBB,J60/0,J61/0", "2028-03-01T00:00", 3600), ("AAA0BBB,J60/0,J61/0", "2028-02-29T12:00", 0),
    ("AAA0BBB,59/0,60/0", "2028-02-29T00:00", 3600), ("AAA0BBB,59/0,60/0", "2027-03-01T00:00", 3600),
    ("AAA3:30:15BBB-0:30,M4.4.4/50,M9.4.4/50", "2027-04-24T06:00", 1800),
    ("AAA0BBB,J1/-167,J3/0", "2026-12-30", 3600),
  ])
  func `reads a rule for all years`(rule: String, instant: String, offset: Int64) throws {
    #expect(try PosixZone(rule).period(at: utc(instant)).offset == offset)
  }

  @Test(arguments: [
    "", "A0", "CET", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
    "CET-1CEST,M3.0.0,M10.5.0",
    "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J5", "CET-1CEST,J366,J5", "CET-1CEST,M3.5.0/168,M10.5.0",
    "<+01-1",
    "CET-1CEST,M3.5.0,M10.5.0/3 ", "CET-1:60", "CET-1111111111111111111111", "é€é0",
  ])
  func `refuses a malformed rule`(rule: String) {
    #expect(throws: ZoneError.self) { try PosixZone(rule) }
  }

  @Test func `refuses a file cut anywhere`() throws {
    let bytes = try ZoneFiles.read("Europe/Berlin")
    for count in 0..<bytes.count {
      #expect(throws: ZoneError.self) { try TimeZoneRules(tzif: Array(bytes[..<count])) }
    }
  }

  @Test func `survives a file with wrong bytes`() throws {
    let whole = try ZoneFiles.read("America/Santiago")
    let instants = [.min, -5_000_000_000, 0, 1_800_000_000, 4_000_000_000, .max] as [Int64]
    var random = SplitMix(seed: 5)
    var (read, refused) = (0, 0)
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      do {
        let zone = try TimeZoneRules(tzif: bytes)
        read += 1
        for instant in instants { _ = zone.instants(of: zone.civil(at: instant)) }
      } catch {
        refused += 1
      }
    }
    #expect(read > 100)
    #expect(refused > 100)
  }

  @Test func `refuses what counts leap seconds, and what is no zone`() {
    #expect(throws: ZoneError.self) { try TimeZoneRules(tzif: Array("TZif".utf8)) }
    #expect(throws: ZoneError.self) { try TimeZoneRules(tzif: Array("#!/bin/sh\n".utf8)) }
    #expect(throws: ZoneError.self) {
      try TimeZoneRules(tzif: header("\0", leapSeconds: 1, types: 1) + Array(repeating: 0, count: 14))
    }
    #expect(throws: ZoneError.self) { try TimeZoneRules(tzif: header("\0", leapSeconds: .max, types: .max)) }
    #expect(throws: ZoneError.self) { try TimeZoneRules(tzif: header("\0", leapSeconds: 0, types: 0)) }
  }

  @Test func `reads the first version, which has no rule`() throws {
    let zone = try TimeZoneRules(tzif: header("\0", leapSeconds: 0, types: 1) + [0, 0, 14, 16, 0, 0])
    #expect(zone.utcOffset(at: 4_000_000_000) == 3600)
  }

  private func header(_ version: Character, leapSeconds: UInt32, types: UInt32) -> [UInt8] {
    let counts = [0, 0, leapSeconds, 0, types, 0] as [UInt32]
    return Array("TZif\(version)".utf8) + Array(repeating: 0, count: 15)
      + counts.flatMap { count in (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } }
  }

  @Test func `comes from a file below one folder`() throws {
    #expect(try ZoneFiles.read("America/Argentina/Buenos_Aires").starts(with: Array("TZif".utf8)))
    for name in [
      "", "/etc/passwd", "../passwd", "Europe/../UTC", "Europe//Berlin", "Europe", "Europe/Ber lin",
      "Europe/Nowhere", ".",
    ] {
      #expect(throws: Failure.self) { try ZoneFiles.read(name) }
    }
    let names = ZoneFiles.names()
    #expect(names.contains("Europe/Berlin"))
    #expect(!names.contains { $0.hasPrefix("posix") || $0.hasPrefix("right") || $0 == "Europe" })
    for name in names { #expect(throws: Never.self) { try TimeZoneRules(tzif: try ZoneFiles.read(name)) } }
  }
}
