import FoundationEssentials
import Testing
import ZmeyCommand

@testable import ZmeySchedule

/// The instant of a date and time in UTC.
func utc(_ text: String) throws -> Int64 { try CivilDateTime(text).localSeconds }

/// The rules of a zone of this system.
func zone(_ name: String) throws -> TimeZoneRules { try TimeZoneRules(tzif: try ZoneFiles.read(name)) }

extension Timetable {
  /// The next times, as dates and times in UTC.
  func next(_ count: Int, after text: String) throws -> [String] {
    var found: [String] = []
    var instant = try utc(text)
    while found.count < count, let next = next(after: instant) {
      found.append("\(CivilDateTime(localSeconds: next))")
      instant = next
    }
    return found
  }

  /// All times from one instant to another, both included.
  func all(from first: Int64, through last: Int64) -> [Int64] {
    var found: [Int64] = []
    var current = next(after: first - 1)
    while let instant = current, instant <= last {
      found.append(instant)
      current = next(after: instant)
    }
    return found
  }

  static func cron(_ text: String, _ zone: TimeZoneRules = .utc) throws -> Timetable {
    Timetable(.cron(try CronExpression(text)), zone: zone)
  }
}

/// A committed file of what another program found.
enum Fixture {
  private static let folder = #filePath.replacing("Support.swift", with: "Fixtures/")

  /// Its lines without the first, each split at bars; the first says which program it was.
  static func lines(_ name: String) throws -> [[String]] {
    let data = try #require(FileManager.default.contents(atPath: folder + name))
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    try #require(lines.first?.hasPrefix("# ") == true)
    return lines.dropFirst().map { $0.split(separator: "|").map(String.init) }
  }
}

/// A small random source: equal seeds give equal numbers everywhere.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
