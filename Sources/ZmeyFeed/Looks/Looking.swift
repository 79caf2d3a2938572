import Postgres
import ZmeyConsole
import ZmeyCore

/// What was seen at one time.
struct Sight: Sendable {
  /// When, by the database's clock.
  var time: Moment
  /// What is known of each query that was asked and has something to say.
  var answers: [(query: Query, answer: Answer)] = []
  /// For the first row, if that was asked for.
  var totals: Totals?
  /// Queries that have more to say at once.
  var unfinished: Set<Query> = []
}

/// Looks at several queries in as few round trips as can be: one, and further ones only for what is not in memory.
struct Looking {
  private var looks: [(query: Query, look: any Look)]
  private var totals: TotalsLook?
  private var time: Moment?
  /// What was asked for already: it may be that there is none.
  private var asked = Needs()
  private var askedPrograms: Set<Int32> = []
  private var isRefreshed = false
  private var round = 0

  private enum Source {
    case clock
    case totals(Int)
    case look(Int, call: Int)
    case supply(Supply)
  }

  /// - Parameter hasTotals: whether the first row is asked for, too.
  static func look(
    at queries: some Sequence<Query>, hasTotals: Bool, _ memory: inout Memory, _ session: borrowing Session
  ) throws -> Sight {
    var looking = Looking(looks: queries.map { ($0, $0.look()) }, totals: hasTotals ? TotalsLook() : nil)
    while try looking.takeRound(&memory, session) {}
    if looking.isRefreshed { memory.durationsReadAt = .now }
    if hasTotals { memory.keep(looking.asked.runs) }
    return looking.sight(&memory)
  }

  private init(looks: [(query: Query, look: any Look)], totals: TotalsLook?) {
    self.looks = looks
    self.totals = totals
  }

  /// Asks what is left to ask; false if there is nothing.
  private mutating func takeRound(_ memory: inout Memory, _ session: borrowing Session) throws -> Bool {
    let questions =
      (round == 0 ? own(memory) : []) + supplies(memory).map { (Source.supply($0), $0.call(memory)) }
    round += 1
    guard !questions.isEmpty else { return false }
    try session.pipeline(questions.map { $0.1 }) { index, rows in
      switch questions[index].0 {
      case .clock: time = try rows.first { row throws(DatabaseError) in try row.moment(0) }
      case .totals(let call): try totals?.take(call, rows)
      case .look(let place, let call): try looks[place].look.take(call, rows, &memory)
      case .supply(let supply): try supply.take(rows, &memory)
      }
    }
    return true
  }

  private func own(_ memory: Memory) -> [(Source, Call)] {
    [(.clock, (Statement("feed_clock", "select clock_timestamp()"), []))]
      + (totals?.calls ?? []).enumerated().map { (.totals($0.offset), $0.element) }
      + looks.enumerated().flatMap { place, look in
        look.look.calls(memory).enumerated().map { (.look(place, call: $0.offset), $0.element) }
      }
  }

  /// What the looks need and is not in memory.
  private mutating func supplies(_ memory: Memory) -> [Supply] {
    var needs = Needs()
    for look in looks { needs.add(look.look.needs(memory)) }
    var supplies: [Supply] = []
    if round == 0, looks.contains(where: { $0.query.showsTaskRuns }) { supplies.append(.workers) }

    let runs = needs.runs.subtracting(asked.runs)
    let changing = runs.filter { memory.works[$0]?.isComplete != true }
    if !changing.isEmpty { supplies.append(.work(changing.sorted())) }

    let versions = needs.versions.subtracting(asked.versions).filter { memory.versions[$0] == nil }.sorted()
    if !versions.isEmpty { supplies += [.tasks(versions), .links(versions)] }
    asked.add(needs)

    let programs = memory.unknownPrograms.subtracting(askedPrograms)
    askedPrograms.formUnion(programs)
    if !programs.isEmpty { supplies += [.programs(programs.sorted()), .durations(programs.sorted())] }
    if supplies.isEmpty, round > 0, !isRefreshed, memory.isStale { supplies = refreshments(memory) }
    return supplies
  }

  /// What was good enough for a while: durations, and the programs of templates.
  private mutating func refreshments(_ memory: Memory) -> [Supply] {
    isRefreshed = true
    let (versions, programs) = (asked.versions.sorted(), memory.programs.keys.sorted())
    return (versions.isEmpty ? [] : [.tasks(versions)]) + (programs.isEmpty ? [] : [.durations(programs)])
  }

  private func sight(_ memory: inout Memory) -> Sight {
    var sight = Sight(time: time ?? Moment(microseconds: 0), totals: totals?.totals)
    for (query, look) in looks {
      if let answer = look.answer(&memory) { sight.answers.append((query, answer)) }
      if memory.outputs[query]?.hasMore == true { sight.unfinished.insert(query) }
    }
    return sight
  }
}

extension Query {
  /// Whether task runs are part of its answer.
  var showsTaskRuns: Bool {
    switch self {
    case .board, .run, .task: true
    case .runs, .output, .events, .fires, .templates, .cluster, .audit: false
    }
  }
}
