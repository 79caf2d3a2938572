import Testing
import ZmeyCore
import ZmeySchedule

@testable import ZmeyConsole

@Suite struct `The view of events` {
  @Test func `lists what is due next first, and what is not due last`() {
    let desk = Desk.catalogue(.events)
    let names = ["sales-hourly", "ops-ping", "顧客同期", "backup", "audit-export", "bad", "хранилище"]
    let rows = names.map { name in desk.rows.firstIndex { $0.contains(name) } ?? -1 }
    #expect(rows == rows.sorted() && !rows.contains(-1))
  }

  @Test func `turns an event off and on at once, and takes it back`() {
    var desk = Desk.catalogue(.events)
    desk.press("d")
    #expect(desk.commands == [.setEvent("sales-hourly", isEnabled: false)])
    desk.answer(.done("sales-hourly is off"))
    #expect(desk.lastRow.contains("turned sales-hourly off - z undoes"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.setEvent("sales-hourly", isEnabled: true)])
    desk.forgetEffects()
    desk.press("G", "D")
    #expect(desk.commands == [.setEvent("хранилище", isEnabled: true)])
    desk.forgetEffects()
    desk.press("d")
    #expect(desk.commands.isEmpty)
    #expect(desk.lastRow.contains("хранилище: off already"))
  }

  @Test func `turns off all that is marked and on, and nothing else`() {
    var desk = Desk.catalogue(.events)
    desk.press("Space", "Space", "G", "Space", "d")
    #expect(
      desk.commands == [.setEvent("sales-hourly", isEnabled: false), .setEvent("ops-ping", isEnabled: false)])
    #expect(desk.screen.contains("3 marked"))
    desk.press("Esc")
    #expect(!desk.screen.contains("marked"))
  }

  @Test func `fires now, without a question`() {
    var desk = Desk.catalogue(.events)
    desk.press("j", "f")
    #expect(desk.commands == [.fireEvent("ops-ping")])
    #expect(desk.lastRow.contains("firing ops-ping"))
  }

  @Test func `leaves alone what belongs to others, and says whose it is`() {
    for key in ["d", "f", "e", "E", "Del"] {
      var desk = Desk.catalogue(.events)
      desk.press("j", "j", "j", "j", key)
      #expect(desk.commands.isEmpty)
      #expect(desk.lastRow.contains("audit-export is bob's"))
    }
  }

  @Test func `asks before it removes one, and wants a word typed for two`() {
    var desk = Desk.catalogue(.events)
    desk.press("Del")
    #expect(desk.lastRow.contains("Remove event sales-hourly (it starts sales)? y/N"))
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    desk.press("Del", "y")
    #expect(desk.commands == [.remove(.event, name: "sales-hourly")])
    desk.forgetEffects()
    desk.press("Space", "Space", "Del")
    desk.type("remove 2")
    desk.press("Enter")
    #expect(desk.commands == [.remove(.event, name: "sales-hourly"), .remove(.event, name: "ops-ping")])
  }

  @Test func `wants a word typed where the database is production`() {
    var desk = Desk.catalogue(.events, cluster: "prod")
    desk.press("Del", "y")
    #expect(desk.commands.isEmpty)
    desk.press("Esc", "Del")
    desk.type("remove sales-hourly")
    desk.press("Enter")
    #expect(desk.commands == [.remove(.event, name: "sales-hourly")])
  }

  @Test func `narrows the ledger to an event, and widens it again`() {
    var desk = Desk.catalogue(.events)
    desk.press("Enter")
    #expect(desk.wants == [.events, .fires(event: "sales-hourly", limit: 100)])
    #expect(desk.screen.contains("ledger of sales-hourly"))
    desk.press("Esc")
    #expect(desk.wants == [.events, .fires(event: nil, limit: 100)])
    desk.press("Enter", "Enter")
    #expect(desk.wants.contains(.fires(event: nil, limit: 100)))
  }

  @Test func `shows of a narrowed ledger no fire of another owner's event of that name`() {
    var desk = Desk.catalogue(.events)
    desk.press("Enter")
    var fire = CatalogueFixture.fires[0]
    fire.owner = "bob"
    desk.tell(.answer(.fires([fire]), to: .fires(event: "sales-hourly", limit: 100)))
    #expect(desk.screen.contains("nothing was due yet"))
  }

  @Test func `opens the run of a fire, and tells why there is none`() {
    var desk = Desk.catalogue(.events)
    desk.press("Tab", "Enter")
    #expect(desk.console.place == .run(RunID(59_000_001_042)))
    desk.press("Esc", "j", "Enter")
    #expect(desk.console.place == .events)
    #expect(desk.screen.contains("that it started before has not ended"))
  }

  @Test func `copies names, numbers and whole rows`() {
    var desk = Desk.catalogue(.events)
    desk.press("Space", "Space", "y")
    #expect(desk.effects.contains(.copy("sales-hourly\nops-ping")))
    desk.press("Esc", "g", "Y", "Tab", "y", "Y")
    let copies = desk.effects.compactMap { effect in if case .copy(let text) = effect { text } else { nil } }
    #expect(copies.count == 4)
    #expect(
      copies[1].hasPrefix(#"{"name":"sales-hourly","owner":"anna","rule":"5 * * * *","timezone":"UTC""#))
    #expect(copies[1].contains(#""next_due":"2026-03-01T14:05:00Z","problem":null"#))
    #expect(copies[2] == "59000001042")
    #expect(copies[3].contains(#""runs":[59000001042],"count":1"#))
  }

  @Test func `filters events and the ledger each by itself`() {
    var desk = Desk.catalogue(.events)
    desk.press("/")
    desk.type("state:off")
    desk.press("Enter")
    #expect(desk.screen.contains("хранилище") && !desk.screen.contains("ops-ping       every"))
    desk.press("Tab", "/")
    desk.type("failed")
    desk.press("Enter")
    #expect(desk.screen.contains("no pipeline") && !desk.screen.contains("started   sales"))
    desk.press("Esc")
    #expect(desk.screen.contains("started   sales"))
  }

  @Test func `a click puts the cursor there, in either list, a second one opens`() {
    var desk = Desk.catalogue(.events)
    let row = desk.rows.firstIndex { $0.contains("ops-ping") } ?? 0
    desk.tell(.click(row: row, column: 20, isDouble: false))
    #expect(desk.rows[row].contains("> 14:10"))
    let fire = desk.rows.lastIndex { $0.contains("skipped   顧客同期") } ?? 0
    desk.tell(.click(row: fire, column: 20, isDouble: false))
    #expect(desk.rows[fire].contains("> 03-01"))
    desk.tell(.click(row: fire - 1, column: 20, isDouble: true))
    #expect(desk.console.place == .run(RunID(59_000_001_042)))
  }

  @Test func `a second later the countdown is drawn again`() {
    let desk = Desk.catalogue(.events)
    let wake = desk.console.frame(at: desk.now).wake ?? desk.now
    #expect(desk.now < wake && wake <= seconds(1))
    #expect(desk.console.frame(at: wake).grid.text.contains("1m37"))
    #expect(desk.console.frame(at: seconds(98)).grid.text.contains("due"))
  }

  @Test func `opens the YAML of an event in the editor`() {
    var desk = Desk.catalogue(.events)
    desk.press("E")
    #expect(desk.commands == [.read(.event, name: "sales-hourly")])
  }

  @Test func `changes nothing for a viewer`() {
    var desk = Desk.catalogue(.events, level: .viewer)
    desk.press("d", "f", "n", "Del")
    #expect(desk.commands.isEmpty)
    #expect(desk.lastRow.contains("a viewer changes nothing"))
  }
}

@Suite struct `The plan of a day` {
  private func plan(_ events: [Event], columns: Int = 80) -> DayPlan {
    DayPlan(events, now: Desk.now, zone: .utc, columns: columns)
  }

  @Test func `has as many parts an hour as there is room for`() {
    #expect(plan([], columns: 78).counts.count == 72)
    #expect(plan([], columns: 198).counts.count == 192)
    #expect(plan([], columns: 10).counts.count == 24)
  }

  @Test func `counts each time in its part`() {
    let event = CatalogueFixture.event(
      "e", .cron("0 * * * *"), "", in: 60, start: ["p"], upcoming: [seconds(60), seconds(3600)])
    let counts = plan([event], columns: 30).counts
    #expect(counts[0] == 1 && counts[1] == 1 && counts.reduce(0, +) == 2)
  }

  @Test func `goes on at its pace beyond the times that are known`() {
    let event = CatalogueFixture.event(
      "e", .every(.seconds(36)), "", in: 36, start: ["p"], upcoming: (2...101).map { seconds($0 * 36) })
    let counts = plan([event], columns: 30).counts
    #expect(counts[20] == 100)
  }

  @Test func `leaves out what is off`() {
    let event = CatalogueFixture.event("e", .cron(""), "", in: 60, start: ["p"], isEnabled: false)
    #expect(plan([event]).counts.allSatisfy { $0 == 0 })
  }
}
