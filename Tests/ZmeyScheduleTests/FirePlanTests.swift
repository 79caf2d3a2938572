import Testing

@testable import ZmeySchedule

@Suite struct `A plan of fires` {
  private let minutely = Timetable(.every(seconds: 60))

  private func plan(
    _ table: Timetable, _ due: Int64, now: Int64, _ policy: MisfirePolicy, jitter: Jitter = .none
  ) -> FirePlan {
    table.plan(due: due, nowMilliseconds: now * 1000, misfire: policy, jitter: jitter)
  }

  @Test func `starts what is due and not late`() {
    #expect(plan(minutely, 600, now: 599, .once) == FirePlan(decisions: [], next: 600))
    #expect(
      plan(minutely, 600, now: 600, .once)
        == FirePlan(decisions: [.init(due: 600, action: .start)], next: 660))
    let both = [FireDecision(due: 600, action: .start), FireDecision(due: 660, action: .start)]
    #expect(plan(minutely, 600, now: 660, .skip) == FirePlan(decisions: both, next: 720))
  }

  @Test func `skips what is late`() {
    let missed = FireDecision(due: 600, action: .missed(count: 5, until: 840, isAtLeast: false))
    let starts = [FireDecision(due: 900, action: .start), FireDecision(due: 960, action: .start)]
    #expect(plan(minutely, 600, now: 960, .skip) == FirePlan(decisions: [missed] + starts, next: 1020))
  }

  @Test func `catches up the latest once`() {
    let missed = FireDecision(due: 600, action: .missed(count: 4, until: 780, isAtLeast: false))
    let late = FireDecision(due: 840, action: .catchUp)
    let start = FireDecision(due: 900, action: .start)
    #expect(plan(minutely, 600, now: 901, .once).decisions == [missed, late, start])
    #expect(plan(minutely, 840, now: 901, .once).decisions == [late, start])
  }

  @Test func `catches up as many as it may`() {
    let late = [720, 780, 840].map { FireDecision(due: $0, action: .catchUp) }
    let missed = FireDecision(due: 600, action: .missed(count: 2, until: 660, isAtLeast: false))
    #expect(
      plan(minutely, 600, now: 959, .all(atMost: 3)).decisions == [missed] + late + [
        .init(due: 900, action: .start)
      ])
    #expect(
      plan(minutely, 720, now: 959, .all(atMost: 3)).decisions == late + [.init(due: 900, action: .start)])
    #expect(plan(minutely, 600, now: 959, .all(atMost: 0)) == plan(minutely, 600, now: 959, .skip))
  }

  @Test func `is the end where nothing follows`() throws {
    let table = Timetable(.at([try CivilDateTime("1970-01-01T00:10")]))
    #expect(
      plan(table, 600, now: 610, .once) == FirePlan(decisions: [.init(due: 600, action: .start)], next: nil))
    #expect(
      plan(table, 600, now: 5000, .once)
        == FirePlan(decisions: [.init(due: 600, action: .catchUp)], next: nil))
    #expect(plan(table, 601, now: 5000, .once) == FirePlan(decisions: [], next: nil))
  }

  @Test func `counts a month of seconds without walking it`() throws {
    let month: Int64 = 30 * 86_400
    let seconds = plan(Timetable(.every(seconds: 1)), 0, now: month, .all(atMost: 1000))
    #expect(
      seconds.decisions.first
        == FireDecision(
          due: 0, action: .missed(count: Int(month) - 60 - 1000, until: month - 1061, isAtLeast: false)))
    #expect(seconds.decisions.count == 1 + 1000 + 61)
    #expect(seconds.next == month + 1)
    let cron = plan(try .cron("* * * * * *"), 0, now: month, .once)
    #expect(
      cron.decisions.first
        == FireDecision(due: 0, action: .missed(count: 100_000, until: month - 62, isAtLeast: true)))
    #expect(cron.decisions.count == 1 + 1 + 61)
  }

  @Test func `waits for the jitter, and counts lateness from its end`() {
    let jitter = Jitter(event: 9, milliseconds: 30_000)
    let delay = jitter.delay(due: 600)
    let table = minutely
    #expect(
      table.plan(due: 600, nowMilliseconds: 600_000 + delay - 1, misfire: .once, jitter: jitter).decisions
        == [])
    let ripe = table.plan(due: 600, nowMilliseconds: 600_000 + delay, misfire: .once, jitter: jitter)
    #expect(ripe == FirePlan(decisions: [.init(due: 600, action: .start)], next: 660))
    #expect(
      plan(table, 600, now: 690, .once, jitter: jitter).decisions.first == .init(due: 600, action: .start))
    #expect(
      plan(table, 600, now: 691, .once, jitter: jitter).decisions.first == .init(due: 600, action: .catchUp))
  }

  @Test func `decides each due time once`() throws {
    var random = SplitMix(seed: 7)
    let berlin = try zone("Europe/Berlin")
    let start = try utc("2027-03-26")
    var wrong: [String] = []
    for _ in 0..<300 {
      let table: Timetable =
        switch Int.random(in: 0...3, using: &random) {
        case 0: Timetable(.every(seconds: .random(in: 1...5000, using: &random)))
        case 1:
          Timetable(
            .times([try TimeOfDay("02:30"), try TimeOfDay("12:00")], on: [.monday, .sunday]), zone: berlin)
        default: try .cron(RandomCron(using: &random).text, berlin)
        }
      let jitter = Jitter(event: 1, milliseconds: .random(in: 0...100_000, using: &random))
      let policy =
        [MisfirePolicy.skip, .once, .all(atMost: 3), .all(atMost: 100)].randomElement(using: &random) ?? .skip
      guard let due = table.next(after: start) else { continue }
      let now = due + .random(in: -100...400_000, using: &random)
      let plan = plan(table, due, now: now, policy, jitter: jitter)
      if !isPartition(plan, of: table, from: due, now: now, policy, jitter) {
        wrong.append("\(table.rule) \(now)")
      }
    }
    #expect(wrong == [])
  }

  private func isPartition(
    _ plan: FirePlan, of table: Timetable, from due: Int64, now: Int64, _ policy: MisfirePolicy,
    _ jitter: Jitter
  ) -> Bool {
    var open = table.all(from: due, through: (plan.next ?? now + 1) - 1)[...]
    let late = now - 60 - (jitter.milliseconds + 999) / 1000
    var caughtUp = 0
    for decision in plan.decisions {
      guard open.first == decision.due else { return false }
      switch decision.action {
      case .missed(let count, let until, let isAtLeast):
        let missed = open.prefix(count)
        guard missed.last == until, missed.count == count, !isAtLeast, until < late else { return false }
        open = open.dropFirst(count)
      case .catchUp:
        guard decision.due < late else { return false }
        caughtUp += 1
        open = open.dropFirst()
      case .start:
        guard decision.due >= late else { return false }
        open = open.dropFirst()
      }
    }
    let limit =
      switch policy {
      case .skip: 0
      case .once: 1
      case .all(let limit): limit
      }
    let isRipe = plan.next.map { $0 * 1000 + jitter.delay(due: $0) <= now * 1000 } ?? false
    return open.isEmpty && caughtUp <= limit && !isRipe
  }
}
