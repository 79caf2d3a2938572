import ZmeyCore

extension DefinitionDecoder {
  /// An event with the places of its parts.
  mutating func event(_ element: Element) -> (EventDefinition, PlaceTree)? {
    guard let fields = fields(element, of: .event) else { return nil }
    var tree = PlaceTree(element)
    let name = required(fields, "name")
    let found = findings.count
    let targets = texts(fields, "start")
    // Without a target that was refused it would be told that it starts nothing.
    tree.place = findings.count == found ? name?.place : nil
    tree.set(targets.map { PlaceTree($0.place) }, at: "start")
    let rule = rule(fields)
    let misfire: EventDefinition.Misfire? = choice(fields, "misfire")
    let catchUp = number(fields, "max_catch_up", in: EventDefinition.catchUpRange)
    if let entry = fields["max_catch_up"], misfire ?? .once != .all {
      report(entry.value.place, EventDefinition.catchUpProblem)
    }
    let event = EventDefinition(
      name: name?.string ?? "", description: text(fields, "description")?.string ?? "",
      rule: rule ?? .cron(""),
      timezone: schedule(fields, "timezone", .timezone)
        ?? EventDefinition.defaultTimezone,
      starting: schedule(fields, "starting", .moment), until: schedule(fields, "until", .moment),
      jitter: timespan(fields, "jitter") ?? .seconds(0), misfire: misfire ?? .once,
      maxCatchUp: catchUp ?? EventDefinition.defaultCatchUp, overlap: choice(fields, "overlap") ?? .skip,
      isEnabled: boolean(fields, "enabled") ?? true, start: targets.map(\.string),
      arguments: texts(fields, "args").map(\.string))
    return (event, tree)
  }

  private mutating func rule(_ fields: Fields) -> EventDefinition.Rule? {
    let key = oneOf(ObjectKind.rule, in: fields)
    if key != "times", let entry = fields["days"] { report(entry.place, "'days' goes with 'times'") }
    switch key {
    case "every":
      let interval = value(fields, "every", is: "whole seconds such as 90s or 1h30m, from 1s to 366d") {
        Timespan($0).flatMap { EventDefinition.isInterval($0) ? $0 : nil }
      }
      return interval.map { .every($0) }
    case "cron": return schedule(fields, "cron", .cron).map { .cron($0) }
    case "at": return schedules(fields, "at", .moment).map { .at($0) }
    case "times":
      let days = fields["days"] == nil ? [] : schedules(fields, "days", .weekday)
      guard let times = schedules(fields, "times", .timeOfDay), let days else { return nil }
      return .times(times, days: days)
    default: return nil
    }
  }

  /// The texts under a key that speak of time, at least one.
  private mutating func schedules(_ fields: Fields, _ key: String, _ kind: ScheduleText) -> [String]? {
    let found = findings.count
    let texts = texts(fields, key)
    for text in texts { check(text, kind, named: key) }
    if findings.count == found, texts.isEmpty, let entry = fields[key] {
      report(entry.place, "'\(key)' is empty")
    }
    return findings.count == found ? texts.map(\.string) : nil
  }

  /// The text under a key that speaks of time.
  private mutating func schedule(_ fields: Fields, _ key: String, _ kind: ScheduleText) -> String? {
    guard let text = text(fields, key) else { return nil }
    let found = findings.count
    check(text, kind, named: key)
    return findings.count == found ? text.string : nil
  }

  private mutating func check(_ text: Text, _ kind: ScheduleText, named key: String) {
    guard let problem = kind.problem(text.string) else { return }
    report(text, column: problem.column, "'\(key)': \(problem.message)")
  }
}
