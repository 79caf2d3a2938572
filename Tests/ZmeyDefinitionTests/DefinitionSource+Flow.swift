import ZmeyCore

extension DefinitionSource {
  /// Up to three labels, some with names that YAML takes for other things.
  mutating func labels() -> [String] {
    var labels: [String] = []
    for _ in 0..<below(4) {
      let label = pick([
        "gpu", "no", "1", "1.5", "0x1f", "a_b.c-d", "null", String(repeating: "a", count: 63),
      ])
      if !labels.contains(label) { labels.append(label) }
    }
    return labels
  }

  mutating func resources() -> [String: Int] {
    Dictionary(labels().map { ($0, 1 + below(1_000_000)) }) { first, _ in first }
  }

  mutating func map(over tasks: [String]) -> MapDefinition? {
    let limit = below(2) == 0 ? MapDefinition.defaultLimit : 1 + below(1000)
    switch below(4) {
    case 0 where !tasks.isEmpty:
      return MapDefinition(.task(pick(tasks), pick([.lines, .json])), limit: limit)
    case 1: return MapDefinition(.items([text()] + (0..<below(5)).map { _ in text() }), limit: limit)
    default: return nil
    }
  }

  mutating func condition(depth: Int) -> Condition {
    switch depth == 0 ? below(8) : below(12) {
    case 0, 1: return .success
    case 2: return .failure
    case 3: return .always
    case 4: return .exitCode(pick(Condition.Comparison.allCases), below(256))
    case 5: return .exitCodeIn((0...below(3)).map { _ in below(256) })
    case 6: return .resultText(pick([.equal, .different, .contains]), String(text().filter { $0 != "\0" }))
    case 7: return .resultNumber(pick(Condition.Comparison.allCases), pick([0, -1.5, 1e20, 1e-9]))
    case 8: return .not(condition(depth: depth - 1))
    case 9: return .resultText(.matches, pick(["^a+$", "#\"'", "a: b", "[[:digit:]]{2} #"]))
    case 10: return .and((0...below(3)).map { _ in condition(depth: depth - 1) })
    default: return .or((0...below(3)).map { _ in condition(depth: depth - 1) })
    }
  }

  mutating func event(_ name: String) -> EventDefinition {
    var event = EventDefinition(name: name, description: text(), rule: rule(), start: ["p"])
    if below(2) == 0 { event.timezone = pick(["Europe/Berlin", "Etc/GMT+1", "EST5EDT"]) }
    if below(2) == 0 { event.starting = "2027-01-01T00:00" }
    if below(2) == 0 { event.until = "2028-12-31T23:59:59" }
    if below(2) == 0 { event.jitter = Timespan(milliseconds: Int64(below(1000))) ?? event.jitter }
    event.misfire = pick(EventDefinition.Misfire.allCases)
    if event.misfire == .all { event.maxCatchUp = 1 + below(1000) }
    event.overlap = pick(EventDefinition.Overlap.allCases)
    event.isEnabled = below(4) > 0
    event.start = (0...below(3)).map { "other \($0)" + pick(["", "/10:30", "/no"]) }
    event.arguments = (0..<below(3)).map { _ in text() }
    return event
  }

  private mutating func rule() -> EventDefinition.Rule {
    switch below(4) {
    case 0: .every(.seconds(Int64(1 + below(366 * 86_400))))
    case 1: .cron(pick(["0 3 * * *", "*/5 1-5,7 * jan mon"]))
    case 2: .at(["2027-01-01T12:00", "2027-01-01T12:00:01"])
    default: .times(["12:15", "14:25:30"], days: pick([[], ["mon", "sun"]]))
    }
  }
}
