import ZmeyCore
import ZmeySchedule

/// The form of an event.
enum EventForm {
  /// What is wrong with a field.
  struct Problem: Error {
    let key: String
    let message: String

    init(_ key: String, _ message: String) {
      self.key = key
      self.message = message
    }
  }

  /// A form for a new event.
  static func new(_ world: World) -> Form {
    let taken = Set((world.events ?? []).filter { world.isMine($0.owner) }.map(\.definition.name))
    let name = Form.Field.text("name", "name", hint: "unique among your events")
    return Form("New event", [name] + fields(nil)) { values in
      do throws(Problem) {
        let event = try definition(values, nil)
        if taken.contains(event.name) { throw Problem("name", "you have an event '\(event.name)' already") }
        return .commands([.apply(Definitions(events: [event]), base: nil)])
      } catch {
        return .wrong(error.key, error.message)
      }
    }
  }

  /// A form with what an event is; nil if its rule is more than the form shows.
  static func edit(_ event: EventDefinition, _ world: World) -> Form? {
    guard event.starting == nil, event.until == nil, event.jitter == .seconds(0),
      RuleText(event.rule).text.count <= LineEdit.longest
    else { return nil }
    return Form("Event \(event.name)", fields(event)) { values in
      do throws(Problem) {
        let changed = try definition(values, event)
        return .commands(
          [.apply(Definitions(events: [changed]), base: nil)],
          undo: Undo("changed", event.name, .apply(Definitions(events: [event]), base: nil)))
      } catch {
        return .wrong(error.key, error.message)
      }
    }
  }

  private static func fields(_ event: EventDefinition?) -> [Form.Field] {
    let rule = event.map { RuleText($0.rule) }
    return [
      .choice(
        "kind", "due by", RuleText.Kind.allCases.map(\.rawValue), rule?.kind.rawValue,
        hint: "cron: five fields, or six; every: a span; times: of the day; at: dates"),
      .text(
        "rule", "rule", rule?.text ?? "",
        hint: "0 3 * * *   or 90s   or 12:15, 14:25 mon fri   or 2027-01-01T12:00"),
      .text(
        "timezone", "time zone", event?.timezone ?? EventDefinition.defaultTimezone,
        hint: "such as Europe/Berlin; the rule is meant there"),
      .text(
        "start", "starts", event?.start.joined(separator: ", ") ?? "",
        hint: "PIPELINE or PIPELINE/TASK, several with commas"),
      .choice(
        "misfire", "missed times", ["once", "skip", "all"], event?.misfire.rawValue,
        hint: "when no scheduler ran: made up for once, left out, or all made up for"),
      .choice(
        "overlap", "still running", ["skip", "allow", "queue"], event?.overlap.rawValue,
        hint: "when its last run has not ended: left out, one beside it, or one after it"),
      .choice(
        "enabled", "it is", ["on", "off"], event.map { $0.isEnabled ? "on" : "off" },
        hint: "whether it is due at all"),
    ]
  }

  /// The event that the values describe, with all else as `event` has it.
  static func definition(_ values: [String: String], _ event: EventDefinition?) throws(Problem)
    -> EventDefinition
  {
    let value = { (key: String) in trimmed(values[key] ?? "") }
    let name = event?.name ?? value("name")
    if let problem = Name.problem(name) { throw Problem("name", problem) }
    let kind = RuleText.Kind(rawValue: value("kind")) ?? .cron
    let rule = try rule(RuleText(kind: kind, text: value("rule")))
    guard isZoneName(value("timezone")) else {
      throw Problem("timezone", "a time zone has a name such as Europe/Berlin or UTC")
    }
    let start = value("start").split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty }
    if start.isEmpty { throw Problem("start", "say what it starts") }
    var changed = event ?? EventDefinition(name: name, rule: rule, start: start)
    changed.rule = rule
    changed.start = start
    changed.timezone = value("timezone")
    changed.misfire = EventDefinition.Misfire(rawValue: value("misfire")) ?? .once
    changed.overlap = EventDefinition.Overlap(rawValue: value("overlap")) ?? .skip
    changed.isEnabled = value("enabled") != "off"
    if changed.misfire != .all { changed.maxCatchUp = EventDefinition.defaultCatchUp }
    if let problem = Definitions(events: [changed]).problems().first {
      throw Problem(["start", "rule"].first { problem.place.contains("/\($0)") } ?? "name", problem.message)
    }
    return changed
  }

  private static func rule(_ text: RuleText) throws(Problem) -> EventDefinition.Rule {
    guard let rule = text.rule else { throw Problem("rule", text.kind.problem) }
    do throws(ScheduleError) {
      _ = try Timetable.Rule(rule)
    } catch {
      throw Problem("rule", error.message)
    }
    return rule
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// Whether a zone may have that name; which zones there are is known to the schedulers.
  private static func isZoneName(_ text: String) -> Bool {
    text.utf8.count <= 100
      && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
              true
            default: false
            }
          }
      }
  }
}
