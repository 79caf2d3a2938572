import Postgres
import TestKit
import Testing
import ZmeyCommand

@testable import ZmeySchedule

@Suite struct `PostgreSQL` {
  /// Zones that both know. A name that is an abbreviation, too, is that for PostgreSQL: CET is always an hour.
  private static let common = Statement(
    "common",
    """
    select coalesce(array_agg(name order by name), '{}') from pg_timezone_names
    where name = any ($1) and name not in (select abbrev from pg_timezone_abbrevs)
    """)

  private static let toWall = Statement(
    "to_wall",
    """
    select array_agg(extract(epoch from to_timestamp(t) at time zone ($1)[z])::bigint order by n)
    from unnest($2::int[], $3::bigint[]) with ordinality u (z, t, n)
    """)

  private static let fromWall = Statement(
    "from_wall",
    """
    select array_agg(
      extract(epoch from (timestamp 'epoch' + t * interval '1 second') at time zone ($1)[z])::bigint order by n)
    from unnest($2::int[], $3::bigint[]) with ordinality u (z, t, n)
    """)

  private func withZones(
    _ body: @Sendable (borrowing Session, _ names: [String], _ zones: [TimeZoneRules]) throws -> Void
  ) async throws {
    let connection = try await Connection.open(TestServer.shared.conninfo(), applicationName: "tests")
    try await connection.run { session in
      let parameter = Parameter.textArray(ZoneFiles.names())
      let names = try session.query(Self.common, [parameter]).first { row in try row.textArray(0) } ?? []
      try body(session, names, try names.map(zone))
    }
    await connection.close()
  }

  private static func ask(
    _ session: borrowing Session, _ statement: Statement, _ names: [String],
    _ questions: [(zone: Int, seconds: Int64)]
  ) throws -> [Int64] {
    let zones = questions.map { Int32($0.zone + 1) as Int32? }
    let seconds = questions.map { $0.seconds as Int64? }
    let parameters: [Parameter] = [.textArray(names), .int4Array(zones), .int8Array(seconds)]
    return try session.query(statement, parameters).first { row in try row.int8Array(0) } ?? []
  }

  @Test func `shows the same time in every zone, at every change and at random`() async throws {
    let (first, last) = (try utc("1990-01-01"), try utc("2050-01-01"))
    let (far, future) = (try utc("1850-01-01"), try utc("2300-01-01"))
    try await withZones { session, names, zones in
      var random = SplitMix(seed: 1)
      var questions: [(zone: Int, seconds: Int64)] = []
      for (index, zone) in zones.enumerated() {
        var change = zone.period(at: first).end
        while change < last {
          questions += [(index, change - 1), (index, change)]
          change = zone.period(at: change).end
        }
        for _ in 0..<40 { questions.append((index, .random(in: first..<last, using: &random))) }
        for _ in 0..<20 { questions.append((index, .random(in: far..<future, using: &random))) }
      }
      let answers = try Self.ask(session, Self.toWall, names, questions)
      try #require(answers.count == questions.count)
      let wrong = zip(questions, answers).filter { question, answer in
        zones[question.zone].utcOffset(at: question.seconds) != Int(answer - question.seconds)
      }
      #expect(wrong.map { "\(names[$0.0.zone]) at \($0.0.seconds)" } == [])
      #expect(names.count > 500)
      #expect(questions.count > 60_000)
    }
  }

  @Test func `finds the same instant for what a wall clock shows once`() async throws {
    let range = try utc("1990-01-01")..<utc("2050-01-01")
    try await withZones { session, names, zones in
      var random = SplitMix(seed: 2)
      var questions: [(zone: Int, seconds: Int64)] = []
      var found: [Int64] = []
      for (index, zone) in zones.enumerated() {
        let change = zone.period(at: range.lowerBound).end
        for _ in 0..<40 {
          // Half of them around a change.
          let isNear = Bool.random(using: &random) && change < range.upperBound
          let local =
            isNear
            ? change + .random(in: -100_000...100_000, using: &random) : .random(in: range, using: &random)
          guard case .one(let instant) = zone.instants(of: CivilDateTime(localSeconds: local)) else {
            continue
          }
          questions.append((index, local))
          found.append(instant)
        }
      }
      let answers = try Self.ask(session, Self.fromWall, names, questions)
      try #require(answers.count == questions.count)
      let wrong = questions.indices.filter { answers[$0] != found[$0] }
      #expect(wrong.map { "\(names[questions[$0].zone]) at \(questions[$0].seconds)" } == [])
      #expect(questions.count > 20_000)
    }
  }
}
