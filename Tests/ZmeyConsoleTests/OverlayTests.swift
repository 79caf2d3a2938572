import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `What lies above a view` {
  @Test func `the palette finds an action by some of its letters, and does it`() {
    var desk = Desk()
    desk.press(":")
    desk.type("tmpl")
    #expect(desk.screen.contains("templates"))
    desk.press("Enter")
    #expect(desk.rows[1].contains("[4 Templates]"))
  }

  @Test func `the palette completes with Tab, and remembers what was typed`() {
    var desk = Desk()
    desk.press(":")
    desk.type("audi")
    desk.press("Tab")
    #expect(desk.screen.contains(":audit"))
    desk.press("Enter", "1", ":", "Up")
    #expect(desk.screen.contains(":audit"))
  }

  @Test func `the palette does a verb to a pipeline by its name, with the question that its key asks`() {
    var desk = Desk.board()
    desk.press(":")
    desk.type("stop nightly")
    #expect(desk.screen.contains("stop nightly_sales"))
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.rows[23].contains("Stop nightly_sales"))
    desk.press("y")
    #expect(desk.commands == [.controlPipeline(.stop, "nightly_sales")])
    desk.forgetEffects()
    desk.press("5", ":")
    desk.type("start mart")
    desk.press("Enter")
    #expect(desk.commands == [.start(pipeline: "mart_refresh", task: nil, arguments: [])])
    #expect(desk.rows[1].contains("[1 Board]"))
  }

  @Test(arguments: [
    ("stop nobody", "no pipeline 'nobody' to stop"), ("theme pink", "no theme 'pink'"),
    ("xyzzy", "no command 'xyzzy'"),
  ])
  func `what the palette does not know is said, and stays to be mended`(line: String, words: String) {
    var desk = Desk.board()
    desk.press(":")
    desk.type(line)
    desk.press("Enter")
    #expect(desk.rows[23].contains(words))
    #expect(desk.screen.contains(":\(line)"))
    #expect(desk.commands.isEmpty)
  }

  @Test func `help begins with what can be done here`() {
    var desk = Desk.board()
    desk.press("?")
    let rows = desk.rows
    let start = rows.firstIndex { $0.contains("start with arguments") }
    #expect(start != nil)
    #expect(!rows.contains { $0.contains("a page up") })
  }

  @Test func `keys that change something are not offered to who may only look`() {
    var desk = Desk.board()
    #expect(desk.rows[23].contains("s start"))
    desk.tell(.identity(Identity(user: "anna", database: "zm", host: "db1", level: .viewer, cluster: "")))
    #expect(!desk.rows[23].contains("s start"))
    #expect(desk.rows[23].contains("/ filter"))
    desk.press("s")
    #expect(desk.rows[23].contains("read only: a viewer changes nothing"))
  }

  @Test func `a key goes to the run that was begun last`() {
    var desk = Desk.board()
    desk.press("J")
    #expect(desk.rows[23].contains("no run was begun from here yet"))
    desk.press("s")
    desk.answer(.done("started", made: .run(RunID(327_000_000_005))))
    #expect(desk.rows[23].contains("started - J goes there"))
    desk.press("J")
    #expect(desk.wants.contains(.run(RunID(327_000_000_005))))
  }

  @Test func `why nothing new runs at all stands in the first row`() {
    var desk = Desk.board()
    desk.tell(
      .answer(.totals(Totals(schedulersRunning: 1, schedulers: 1, obstacle: "s1 paused")), to: .board))
    #expect(desk.rows[0].contains("s1 paused"))
  }

  @Test func `the palette goes to a run by its number`() {
    var desk = Desk()
    desk.press(":")
    desk.type("run 326000001042")
    desk.press("Enter")
    #expect(desk.console.place == .run(RunID(326_000_001_042)))
  }

  @Test func `the palette says what it does not know, and does nothing`() {
    var desk = Desk()
    desk.press(":")
    desk.type("zzzzqqq")
    desk.press("Enter")
    #expect(desk.screen.contains("no command 'zzzzqqq'"))
    #expect(desk.commands.isEmpty)
  }

  @Test func `another theme is asked for by its name`() {
    var desk = Desk(Console.Settings(themes: ["default", "mono"]))
    desk.press(":")
    desk.type("theme mono")
    desk.press("Enter")
    #expect(desk.effects.contains(.theme("mono")))
    desk.tell(.themed("mono", problem: nil))
    #expect(desk.console.world.theme == "mono")
  }

  @Test func `help shows every key, those that work here first, and finds by a word`() {
    var desk = Desk(rows: 120, columns: 100)
    desk.press("?")
    for binding in Action.bindings { #expect(desk.screen.contains(binding.label), "\(binding.action)") }
    desk.type("pager")
    #expect(desk.screen.contains("to $PAGER"))
    #expect(!desk.screen.contains("undo"))
    desk.press("Esc")
    #expect(!desk.screen.contains("to $PAGER"))
  }

  @Test(arguments: ["Enter", "Space", "x", "n", "Esc", "q"])
  func `a question is answered with y alone`(key: String) {
    var desk = Desk()
    desk.console.overlay = .question(Question("Stop nightly?", [.control(.stop, ids: [1])]))
    desk.press(key)
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("not done"))
    desk.console.overlay = .question(Question("Stop nightly?", [.control(.stop, ids: [1])]))
    desk.press("y")
    #expect(desk.commands == [.control(.stop, ids: [1])])
  }

  @Test func `pasted text answers no question`() {
    var desk = Desk()
    desk.console.overlay = .question(Question("Stop nightly?", [.control(.stop, ids: [1])]))
    desk.tell(.paste("y"))
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("Stop nightly?"))
  }

  @Test func `a question about several wants its words typed`() {
    let question = Question(
      "Kill 2?", lines: ["nightly", "weekly"], word: "kill 2", [.control(.kill, ids: [1, 2])])
    var desk = Desk()
    desk.console.overlay = .question(question)
    #expect(desk.screen.contains("weekly"))
    desk.type("y")
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    desk.console.overlay = .question(question)
    desk.type("kill 2")
    desk.press("Enter")
    #expect(desk.commands == [.control(.kill, ids: [1, 2])])
  }

  private static let form = Form(
    "New", [.text("name", "name"), .choice("kind", "kind", ["one", "two", "three"])]
  ) { values in
    guard values["name"] != "" else { return .wrong("name", "a name is needed") }
    return .commands([.addScheduler(values["name"]! + values["kind"]!)])
  }

  @Test func `a form says what is wrong at its field, and keeps what was typed`() {
    var desk = Desk()
    desk.console.overlay = .form(Self.form)
    desk.press("Enter")
    #expect(desk.screen.contains("a name is needed"))
    desk.type("s-1")
    desk.press("Tab", "Right", "Enter")
    #expect(desk.commands == [.addScheduler("s-1two")])
    // What the database refuses is not lost either.
    desk.answer(.refused("there is one", hint: nil))
    #expect(desk.screen.contains("there is one"))
    #expect(desk.screen.contains("s-1"))
  }

  @Test func `a form takes pasted text into its field alone`() {
    var desk = Desk()
    desk.console.overlay = .form(Self.form)
    desk.tell(.paste("a\nb"))
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("a b"))
  }

  @Test func `what takes a change back is offered and asked for`() {
    var desk = Desk()
    desk.console.send(
      [.controlPipeline(.pause, "nightly")],
      Undo("paused", "nightly", .controlPipeline(.resume, "nightly")))
    desk.tell(.replies([.done("paused")], ticket: desk.console.purposes.keys.max() ?? 0))
    #expect(desk.screen.contains("paused nightly - z undoes"))
    desk.press("z")
    #expect(desk.commands == [.controlPipeline(.resume, "nightly")])
  }

  @Test(arguments: ["Esc", "C-c"])
  func `a form in which something was typed is thrown away after a question alone`(key: String) {
    var desk = Desk()
    desk.console.overlay = .form(Self.form)
    desk.type("s-1")
    desk.press(key)
    #expect(desk.rows[23].contains("Throw away what was typed? y/N"))
    desk.tell(.paste("y"))
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("s-1"))
    desk.press(key, "y")
    #expect(desk.rows[23].contains("the form was thrown away"))
    #expect(!desk.screen.contains("s-1"))
    desk.console.overlay = .form(Self.form)
    desk.press("Tab", "Left", "Right", key)
    #expect(desk.console.overlay == nil, "nothing was typed")
  }

  @Test func `a frozen screen stands still and counts what came since`() {
    var desk = Desk()
    desk.press("F")
    #expect(desk.rows[0].contains("FROZEN +0"))
    desk.tell(.answer(.totals(Totals(running: 99)), to: .board))
    #expect(desk.rows[0].contains("FROZEN +1"))
    #expect(!desk.rows[0].contains("99"))
    desk.press("F")
    #expect(desk.rows[0].contains("99"))
  }
}

@Suite struct `Editing in the operator's editor` {
  private func reading(_ kind: DefinitionKind = .pipeline) -> Desk {
    var desk = Desk()
    desk.console.read(kind, "nightly", isScript: kind == .template)
    let ticket = desk.console.purposes.keys.max() ?? 0
    let template = TemplateDefinition(name: "nightly", program: Program(script: "#!/bin/sh\ntrue\n"))
    desk.tell(
      .replies(
        [.definition(Definitions(templates: kind == .template ? [template] : []), yaml: "old")],
        ticket: ticket))
    return desk
  }

  private func edited(_ desk: inout Desk, _ text: String?, _ problem: String? = nil, kept: String? = nil) {
    guard case .edit(_, _, _, let ticket)? = desk.effects.last else {
      Issue.record("no editor was asked for")
      return
    }
    desk.tell(.edited(text, problem: problem, kept: kept, ticket: ticket))
  }

  @Test func `a definition is opened as YAML and applied with what it was`() {
    var desk = reading()
    #expect(desk.effects.last == .edit("old", suffix: "yaml", line: 1, ticket: 2))
    edited(&desk, "new")
    #expect(desk.commands == [.applyText("new", base: "old")])
  }

  @Test func `a template is opened as its script alone`() {
    var desk = reading(.template)
    edited(&desk, "#!/bin/sh\nfalse\n")
    guard case .apply(let definitions, base: "old")? = desk.commands.last else {
      Issue.record("nothing was applied")
      return
    }
    #expect(definitions.templates.first?.program.script == "#!/bin/sh\nfalse\n")
  }

  @Test func `nothing is applied of a text that did not change`() {
    var desk = reading()
    edited(&desk, "old")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("nothing was changed"))
  }

  @Test func `a wrong text is not lost: its problems are shown, and the editor opens at the first`() {
    var desk = reading()
    edited(&desk, "new")
    desk.answer(.wrong([Reply.Problem(line: 7, column: 3, message: "unknown key 'nme'")]))
    #expect(desk.screen.contains("7:3  unknown key 'nme'"))
    desk.press("e")
    guard case .edit("new", suffix: "yaml", line: 7, _)? = desk.effects.last else {
      Issue.record("the editor was not asked for: \(desk.effects)")
      return
    }
    // Left without a change, the text is still there.
    edited(&desk, "new")
    #expect(desk.screen.contains("unknown key 'nme'"))
    desk.press("e")
    edited(&desk, "right")
    #expect(desk.commands.last == .applyText("right", base: "old"))
    desk.answer(.done("changed nightly"))
    #expect(desk.screen.contains("changed nightly"))
  }

  @Test func `what the database refuses is not lost either`() {
    var desk = reading()
    edited(&desk, "new")
    desk.answer(.refused("somebody else changed it", hint: "read it again"))
    #expect(desk.screen.contains("somebody else changed it. read it again"))
    desk.press("Esc")
    #expect(desk.screen.contains("thrown away"))
  }

  @Test func `a text stays in its file until it was applied, and it is said where`() {
    var desk = reading()
    edited(&desk, "new", kept: "/tmp/a/definition.yaml")
    desk.answer(.refused("no", hint: nil))
    desk.press("e")
    #expect(!desk.effects.contains(.discard("/tmp/a/definition.yaml")))
    edited(&desk, "newer", kept: "/tmp/b/definition.yaml")
    #expect(desk.effects.contains(.discard("/tmp/a/definition.yaml")))
    desk.answer(.refused("no", hint: nil))
    desk.press("Esc")
    #expect(desk.screen.contains("the text is kept in /tmp/b/definition.yaml"))
    #expect(!desk.effects.contains(.discard("/tmp/b/definition.yaml")))
    desk = reading()
    edited(&desk, "new", kept: "/tmp/c/definition.yaml")
    desk.answer(.done("changed nightly"))
    #expect(desk.effects.contains(.discard("/tmp/c/definition.yaml")))
  }

  @Test func `an editor that fails applies nothing, and what it saved is told of`() {
    var desk = reading()
    edited(&desk, nil, "'vi' ended with code 1: what it saved is kept in /tmp/a/x", kept: "/tmp/a/x")
    #expect(desk.commands == [])
    #expect(desk.screen.contains("kept in /tmp/a/x"))
    #expect(!desk.effects.contains(.discard("/tmp/a/x")))
  }

  @Test func `where another made a newer version, that is shown and one's own text stands against it`() {
    var desk = reading()
    edited(&desk, "mine")
    desk.answer(.stale("nightly was changed by somebody else meanwhile", now: Definitions(), yaml: "theirs"))
    #expect(desk.screen.contains("changed by somebody else"))
    #expect(desk.screen.contains("e shows that version, then edits your text"))
    desk.press("a")
    #expect(desk.commands.count == 1, "nothing of which one has not seen what it replaces")
    desk.press("e")
    #expect(desk.effects.contains(.page(Array("theirs".utf8))))
    // Left as it is, it can be applied so.
    edited(&desk, "mine")
    #expect(desk.screen.contains("a applies it"))
    desk.press("a")
    #expect(desk.commands.last == .applyText("mine", base: "theirs"))
  }

  @Test func `a script goes into the newer version of its template`() {
    var desk = reading(.template)
    edited(&desk, "#!/bin/sh\nmine\n")
    let program = Program(script: "#!/bin/sh\ntheirs\n", maximum: .seconds(9))
    let newer = Definitions(templates: [TemplateDefinition(name: "nightly", program: program)])
    desk.answer(.stale("nightly was changed by somebody else meanwhile", now: newer, yaml: "newer"))
    desk.press("e")
    #expect(desk.effects.contains(.page(Array("#!/bin/sh\ntheirs\n".utf8))))
    edited(&desk, "#!/bin/sh\nboth\n")
    guard case .apply(let definitions, base: "newer")? = desk.commands.last else {
      Issue.record("nothing was applied")
      return
    }
    #expect(definitions.templates.first?.program.script == "#!/bin/sh\nboth\n")
    #expect(definitions.templates.first?.program.maximum == .seconds(9))
  }

  @Test(arguments: [DefinitionKind.template, .pipeline])
  func `an empty text is no script and no definition`(kind: DefinitionKind) {
    var desk = reading(kind)
    edited(&desk, "\n")
    #expect(desk.commands.count == 0)
    #expect(desk.screen.contains("is empty"))
  }

  @Test func `a form whose editor fails is there again as it was filled`() {
    var desk = Desk.board()
    desk.press("n")
    desk.type("weekly")
    desk.press("Enter")
    edited(&desk, nil, "'vi' ended with code 1; nothing was changed")
    #expect(desk.screen.contains("New pipeline"))
    #expect(desk.screen.contains("weekly"))
    #expect(desk.screen.contains("'vi' ended with code 1"))
  }
}
