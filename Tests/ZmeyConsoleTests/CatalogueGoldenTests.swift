import Testing

@testable import ZmeyConsole

@Suite struct `The views of events, templates, workers and the audit look right` {
  private func desk(_ tab: Tab, _ size: Size, _ tier: Tier, _ keys: String...) -> Desk {
    var desk = Desk.catalogue(tab, rows: size.rows, columns: size.columns, tier: tier)
    for key in keys { desk.press(key) }
    return desk
  }

  @Test func `events`() throws {
    try Golden.check("events") { desk(.events, $0, $1) }
  }

  @Test func `the ledger of an event`() throws {
    try Golden.check("events-ledger") { size, tier in
      var desk = desk(.events, size, tier, "Space", "Down", "Enter", "Tab", "Down")
      desk.tell(
        .answer(
          .fires(CatalogueFixture.fires.filter { $0.event == "顧客同期" }), to: .fires(event: "顧客同期", limit: 100))
      )
      return desk
    }
  }

  @Test func `the form of an event`() throws {
    try Golden.check("events-form") { desk(.events, $0, $1, "n") }
  }

  @Test func `templates`() throws {
    try Golden.check("templates") { desk(.templates, $0, $1, "g", "Down", "Down") }
  }

  @Test func `a script that is read`() throws {
    try Golden.check("templates-script") { size, tier in
      var desk = desk(.templates, size, tier, "g", "Down", "Tab", "/")
      desk.type("sales")
      desk.press("Enter", "n")
      return desk
    }
  }

  @Test func `the form of a template`() throws {
    try Golden.check("templates-form") { desk(.templates, $0, $1, "n") }
  }

  @Test func `workers`() throws {
    try Golden.check("workers") { desk(.workers, $0, $1) }
  }

  @Test func `schedulers`() throws {
    try Golden.check("workers-schedulers") { desk(.workers, $0, $1, "Space", "Tab", "Down") }
  }

  @Test func `the tasks of a worker`() throws {
    try Golden.check("workers-tasks") { desk(.workers, $0, $1, "G", "Up", "Up", "Enter") }
  }

  @Test func `what people did`() throws {
    try Golden.check("audit") { desk(.audit, $0, $1) }
  }

  @Test func `one thing that somebody did`() throws {
    try Golden.check("audit-entry") { desk(.audit, $0, $1, "Down", "Enter") }
  }

  @Test(arguments: [Tab.events, .templates, .workers, .audit])
  func `each says that it reads until something is known`(tab: Tab) {
    var desk = Desk()
    desk.press("\(tab.rawValue)")
    #expect(desk.screen.contains("reading"))
  }

  @Test func `an idle view of workers wakes only when silence is to be shown, one of the audit never`() {
    var desk = Desk.catalogue(.audit)
    #expect(desk.console.frame(at: desk.now).wake == nil)
    desk.press("5")
    let linked = CatalogueFixture.cluster.workers.filter { $0.name == "w-01" }
    desk.tell(.answer(.cluster(Cluster(workers: linked)), to: .cluster))
    #expect(desk.console.frame(at: desk.now).wake == seconds(32))
  }
}
