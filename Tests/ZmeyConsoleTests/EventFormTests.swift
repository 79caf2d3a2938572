import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The form of an event` {
  /// What is typed into it: name, kind by its first letter, rule, zone, start.
  private func filled(
    _ name: String = "nightly", kind: String = "c", _ rule: String = "0 3 * * *",
    zone: String = "Europe/Berlin",
    start: String = "sales, crm/load"
  ) -> Desk {
    var desk = Desk.catalogue(.events)
    desk.press("n")
    desk.fill(name)
    desk.press(kind, "Down")
    desk.fill(rule)
    desk.fill(zone)
    desk.fill(start)
    return desk
  }

  @Test func `makes an event with all that its fields say`() {
    var desk = filled()
    desk.press("Right", "Down", "Right", "Down", "Right", "Enter")
    let event = EventDefinition(
      name: "nightly", rule: .cron("0 3 * * *"), timezone: "Europe/Berlin", misfire: .skip, overlap: .allow,
      isEnabled: false, start: ["sales", "crm/load"])
    #expect(desk.commands == [.apply(Definitions(events: [event]), base: nil)])
  }

  @Test(arguments: [
    ("c", "@daily", EventDefinition.Rule.cron("@daily")), ("e", "1h30m", .every(.seconds(5400))),
    ("t", "12:15, 14:25:30", .times(["12:15", "14:25:30"], days: [])),
    ("t", "12:15 Mon friday", .times(["12:15"], days: ["mon", "fri"])),
    ("a", "2027-01-01T12:00, 2027-02-01T12:00:30", .at(["2027-01-01T12:00", "2027-02-01T12:00:30"])),
  ])
  func `takes every kind of rule`(kind: String, text: String, rule: EventDefinition.Rule) {
    var desk = filled(kind: kind, text)
    desk.press("Enter")
    guard case .apply(let definitions, _)? = desk.commands.first else {
      Issue.record("nothing applied: \(desk.screen)")
      return
    }
    #expect(definitions.events.first?.rule == rule)
  }

  @Test(arguments: [
    ("", "c", "0 3 * * *", "UTC", "sales", "a name is empty"),
    ("a/b", "c", "0 3 * * *", "UTC", "sales", "has a '/'"),
    ("ops-ping", "c", "0 3 * * *", "UTC", "sales", "you have an event 'ops-ping' already"),
    ("n", "c", "", "UTC", "sales", "cron has five fields"),
    ("n", "c", "0 25 * * *", "UTC", "sales", "25"),
    ("n", "e", "1.5", "UTC", "sales", "a span in whole seconds"),
    ("n", "e", "0s", "UTC", "sales", "a span in whole seconds"),
    ("n", "t", "mon", "UTC", "sales", "times such as"), ("n", "t", "25:00", "UTC", "sales", "25"),
    ("n", "t", "12:00 noday", "UTC", "sales", "no weekday 'noday'"),
    ("n", "a", "2027-01-01", "UTC", "sales", "dates such as"),
    ("n", "a", "2027-02-30T12:00", "UTC", "sales", "30"),
    ("n", "c", "0 3 * * *", "", "sales", "a time zone has a name"),
    ("n", "c", "0 3 * * *", "Mars Phobos", "sales", "a time zone has a name"),
    ("n", "c", "0 3 * * *", "UTC", " , ", "say what it starts"),
    ("n", "c", "0 3 * * *", "UTC", "a/b/c", "an event starts PIPELINE or PIPELINE/TASK"),
    ("n", "c", "0 3 * * *", "UTC", "a, a", "starts 'a' twice"),
  ])
  func `says which field is wrong, and changes nothing`(
    name: String, kind: String, rule: String, zone: String, start: String, message: String
  ) {
    var desk = filled(name, kind: kind, rule, zone: zone, start: start)
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains(message))
    #expect(desk.screen.contains("New event"))
  }

  @Test func `begins with what an event is, keeps what it does not show, and can be taken back`() {
    var desk = Desk.catalogue(.events)
    var event = CatalogueFixture.events[0]
    event.definition.description = "all sales"
    event.definition.arguments = ["--fast"]
    event.definition.misfire = .all
    event.definition.maxCatchUp = 20
    desk.tell(.answer(.events([event]), to: .events))
    desk.press("e")
    #expect(desk.screen.contains("Event sales-hourly"))
    desk.fill("")
    desk.fill("30 5 * * *")
    desk.press("Enter")
    var changed = event.definition
    changed.rule = .cron("30 5 * * *")
    #expect(desk.commands == [.apply(Definitions(events: [changed]), base: nil)])
    desk.answer(.done("sales-hourly was changed"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.apply(Definitions(events: [event.definition]), base: nil)])
  }

  @Test func `leaves no number to make up for where not all is made up for`() {
    var desk = Desk.catalogue(.events)
    var event = CatalogueFixture.events[0]
    event.definition.misfire = .all
    event.definition.maxCatchUp = 20
    desk.tell(.answer(.events([event]), to: .events))
    desk.press("e", "Up", "Up", "Up", "o", "Enter")
    event.definition.misfire = .once
    event.definition.maxCatchUp = EventDefinition.defaultCatchUp
    #expect(desk.commands == [.apply(Definitions(events: [event.definition]), base: nil)])
  }

  @Test func `gives way to YAML for a rule that it cannot show`() {
    var desk = Desk.catalogue(.events)
    var event = CatalogueFixture.events[0]
    event.definition.jitter = .seconds(60)
    desk.tell(.answer(.events([event]), to: .events))
    desk.press("e")
    #expect(desk.commands == [.read(.event, name: "sales-hourly")])
  }

  @Test func `shows every rule as a text that is the same rule again`() {
    for rule: EventDefinition.Rule in [
      .cron("0 3 * * *"), .every(.seconds(90)), .times(["12:15", "14:25"], days: ["mon", "fri"]),
      .at(["2027-01-01T12:00"]),
    ] {
      #expect(RuleText(rule).rule == rule)
    }
  }

  @Test func `comes back when the database refuses`() {
    var desk = filled()
    desk.press("Enter")
    desk.answer(.refused("no pipeline \"sales\"", hint: "it is not yours"))
    #expect(desk.screen.contains("New event"))
    #expect(desk.screen.contains("no pipeline \"sales\". it is not yours"))
  }
}
