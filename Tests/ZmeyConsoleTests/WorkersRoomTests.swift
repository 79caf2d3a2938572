import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The view of workers` {
  /// A desk with the cursor on the worker of that number from the top, 1 being the hostile one.
  private func desk(down: Int = 1, level: Identity.Level = .admin) -> Desk {
    var desk = Desk.catalogue(.workers, level: level)
    desk.press("g")
    for _ in 0..<down { desk.press("j") }
    return desk
  }

  @Test(arguments: ["d", "p"])
  func `drains with a reason, and takes it back`(key: String) {
    var desk = desk()
    desk.press(key)
    desk.type("driver upgrade")
    desk.press("Enter")
    #expect(desk.commands == [.drainWorker("w-01", reason: "driver upgrade")])
    desk.answer(.done("w-01 is drained"))
    #expect(desk.lastRow.contains("drained w-01 - z undoes"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.undrainWorker("w-01")])
  }

  @Test func `drains all that are marked and not drained, and needs no reason`() {
    var desk = desk()
    desk.press("*", "d")
    #expect(desk.screen.contains("Drain 5 workers"))
    desk.press("Enter")
    #expect(desk.commands.count == 5)
    #expect(desk.commands.contains(.drainWorker("w-03", reason: nil)))
    #expect(!desk.commands.contains(.drainWorker("w-04", reason: nil)))
  }

  @Test(arguments: ["D", "P"])
  func `undrains at once, and knows the reason should it be taken back`(key: String) {
    var desk = desk(down: 4)
    desk.press("d")
    #expect(desk.lastRow.contains("w-04: drained already"))
    desk.press(key)
    #expect(desk.commands == [.undrainWorker("w-04")])
    desk.answer(.done("w-04 takes work"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.drainWorker("w-04", reason: "driver upgrade")])
    desk.press("g", "D")
    #expect(desk.lastRow.contains("not drained"))
  }

  @Test func `registers a worker`() {
    var desk = desk()
    desk.press("n")
    desk.fill("w-09")
    desk.press("Right", "Down")
    desk.fill("16")
    desk.fill("gpu, etl")
    desk.press("Enter")
    #expect(
      desk.commands == [.addWorker(name: "w-09", scheduler: "s-2", slots: 16, labels: ["gpu", "etl"])])
  }

  @Test(arguments: [
    ("", "4", "", "a name is empty"), ("w-01", "4", "", "there is a worker 'w-01' already"),
    ("w-09", "0", "", "1 to 10000 slots"), ("w-09", "10001", "", "1 to 10000 slots"),
    ("w-09", "four", "", "1 to 10000 slots"), ("w-09", "4", "GPU", "'GPU': a label has"),
    ("w-09", "4", (1...21).map { "l\($0)" }.joined(separator: " "), "at most 20 labels"),
  ])
  func `says which field of a new worker is wrong`(
    name: String, slots: String, labels: String, message: String
  ) {
    var desk = desk()
    desk.press("n")
    desk.fill(name)
    desk.press("Down")
    desk.fill(slots)
    desk.fill(labels)
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains(message))
  }

  @Test func `changes slots and labels, and takes it back`() {
    var desk = desk(down: 4)
    desk.press("e")
    desk.fill("2")
    desk.press("Enter")
    #expect(desk.commands == [.setWorker(name: "w-04", slots: 2, labels: ["etl"])])
    desk.answer(.done("w-04 was changed"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.setWorker(name: "w-04", slots: 8, labels: ["etl"])])
    desk.forgetEffects()
    desk.press("e")
    desk.fill("-1")
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
  }

  @Test func `a worker needs a scheduler`() {
    var desk = desk()
    desk.tell(.answer(.cluster(Cluster()), to: .cluster))
    desk.press("n")
    #expect(desk.lastRow.contains("a worker needs a scheduler"))
  }

  @Test func `asks before it removes one, and wants a word typed for two`() {
    var desk = desk()
    desk.press("Del")
    #expect(desk.lastRow.contains("Remove worker w-01 (4 task runs on it go on to the end)? y/N"))
    desk.press("y")
    #expect(desk.commands == [.removeWorker("w-01")])
    desk.forgetEffects()
    desk.press("Space", "Space", "Del", "y")
    #expect(desk.commands.isEmpty)
    desk.press("Esc", "Del")
    desk.type("remove 2")
    desk.press("Enter")
    #expect(desk.commands == [.removeWorker("w-01"), .removeWorker("w-02")])
  }

  @Test func `only an admin changes anything`() {
    for keys in [
      ["d"], ["D"], ["e"], ["n"], ["Del"], ["Tab", "p"], ["Tab", "j", "P"], ["Tab", "n"], ["Tab", "Del"],
    ] {
      var desk = desk(level: .user)
      for key in keys { desk.press(key) }
      #expect(desk.commands.isEmpty)
      #expect(desk.lastRow.contains("only an admin changes schedulers and workers"))
    }
  }

  @Test func `shows what a worker does, and what is to know about a scheduler`() {
    var desk = desk(down: 2)
    desk.press("Enter")
    #expect(desk.screen.contains("crm/変換処理") && desk.screen.contains("2 of 8 taken"))
    desk.press("Esc", "Tab", "j", "Enter")
    #expect(desk.screen.contains("paused    by anna: kernel upgrade"))
  }

  @Test func `pauses and resumes a scheduler, and takes it back`() {
    var desk = desk()
    desk.press("Tab", "p")
    desk.type("move")
    desk.press("Enter")
    #expect(desk.commands == [.pauseScheduler("s-1", reason: "move")])
    desk.answer(.done("s-1 is paused"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.resumeScheduler("s-1")])
    desk.forgetEffects()
    desk.press("P")
    #expect(desk.lastRow.contains("s-1 is not paused"))
    desk.press("j", "p")
    #expect(desk.lastRow.contains("s-2 is paused already, by anna"))
    desk.press("P")
    #expect(desk.commands == [.resumeScheduler("s-2")])
    desk.answer(.done("s-2 goes on"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.pauseScheduler("s-2", reason: "kernel upgrade")])
  }

  @Test func `registers and removes a scheduler`() {
    var desk = desk()
    desk.press("Tab", "n")
    desk.type("s-1")
    desk.press("Enter")
    #expect(desk.screen.contains("there is a scheduler 's-1' already"))
    desk.press("BS")
    desk.type("3")
    desk.press("Enter")
    #expect(desk.commands == [.addScheduler("s-3")])
    desk.forgetEffects()
    desk.press("Del")
    #expect(desk.lastRow.contains("Remove scheduler s-1 (6 workers on its list)? y/N"))
    desk.press("y")
    #expect(desk.commands == [.removeScheduler("s-1")])
  }

  @Test func `sorts by load and by slots taken, the highest first`() {
    var desk = desk()
    func first() -> String { desk.rows[10] }
    desk.press("o")
    #expect(desk.lastRow.contains("in order of load"))
    #expect(first().contains("w-03"))
    desk.press("o", "O")
    #expect(desk.lastRow.contains("in order of busy, reversed"))
    #expect(first().contains("w-05"))
  }

  @Test func `filters by state and by task`() {
    var desk = desk()
    desk.press("/")
    desk.type("state:lost")
    #expect(desk.screen.contains("w-05") && !desk.screen.contains("w-01"))
    for _ in 0..<10 { desk.press("BS") }
    desk.type("task:crm")
    #expect(desk.screen.contains("w-02") && !desk.screen.contains("w-05"))
    desk.press("Esc", "Tab", "/")
    desk.type("state:down")
    #expect(desk.screen.contains("スケジューラ") && !desk.screen.contains("db2"))
  }

  @Test func `copies names and rows of workers and schedulers`() {
    var desk = desk()
    desk.press("y", "Y", "Tab", "y", "Y")
    let copies = desk.effects.compactMap { effect in if case .copy(let text) = effect { text } else { nil } }
    #expect(copies.count == 4)
    #expect(copies[0] == "w-01" && copies[2] == "s-1")
    #expect(copies[1].hasPrefix(#"{"name":"w-01","scheduler":"s-1","host":"etl-1","linked":true,"slots":8"#))
    #expect(copies[3].contains(#""running":true"#))
  }

  @Test func `a click chooses a worker or a scheduler`() {
    var desk = desk()
    let row = desk.rows.firstIndex { $0.contains("s-2 ") } ?? 0
    desk.tell(.click(row: row, column: 5, isDouble: false))
    #expect(desk.rows[row].contains("> s-2"))
    let worker = desk.rows.firstIndex { $0.contains("w-02 ") } ?? 0
    desk.tell(.click(row: worker, column: 5, isDouble: true))
    #expect(desk.screen.contains("geo/import") && desk.screen.contains("any key closes"))
  }

  @Test func `says how long a worker is silent only when that is worth a word`() {
    var desk = desk()
    let quiet = CatalogueFixture.worker("w-01", heard: -30)
    desk.tell(.answer(.cluster(Cluster(workers: [quiet])), to: .cluster))
    #expect(desk.screen.contains("✓ linked"))
    #expect(desk.console.frame(at: seconds(6)).grid.text.contains("! silent 36s"))
  }
}
