import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `Acting on the board` {
  @Test func `start starts a pipeline, and of a task it and what follows`() {
    var desk = Desk.board(on: "mart_refresh")
    desk.press("s")
    #expect(desk.commands == [.start(pipeline: "mart_refresh", task: nil, arguments: [])])
    desk.forgetEffects()
    desk.press("Enter", "Right", "s")
    #expect(desk.commands == [.start(pipeline: "mart_refresh", task: "facts", arguments: [])])
  }

  @Test func `what belongs to another is meant by its owner's name, and the database decides`() {
    var desk = Desk.board(on: "geo_import")
    desk.press("s")
    #expect(desk.commands == [.start(pipeline: "boris:geo_import", task: nil, arguments: [])])
    desk.forgetEffects()
    desk.press("S")
    desk.type("x")
    desk.press("Enter")
    #expect(desk.commands == [.start(pipeline: "boris:geo_import", task: nil, arguments: ["x"])])
    desk.press("Del")
    #expect(desk.screen.contains("geo_import is boris's: only its owner can remove it"))
  }

  @Test func `start with arguments reads them as a shell quotes them`() {
    var desk = Desk.board(on: "mart_refresh")
    desk.press("S")
    desk.type("--day 'two words'")
    desk.press("Enter")
    #expect(
      desk.commands == [.start(pipeline: "mart_refresh", task: nil, arguments: ["--day", "two words"])])
    desk.press("S")
    desk.type("'open")
    desk.press("Enter")
    #expect(desk.screen.contains("a quote is not closed"))
  }

  @Test(arguments: [
    ("p", "nightly_sales", ControlVerb.pause, "paused", ControlVerb.resume),
    ("P", "mart_refresh", .resume, "resumed", .pause), ("H", "nightly_sales", .hold, "held", .release),
    ("L", "mart_refresh", .release, "released", .hold),
  ])
  func `an own pipeline is controlled by its name, and that can be taken back`(
    key: String, name: String, verb: ControlVerb, past: String, back: ControlVerb
  ) {
    var desk = Desk.board(on: name)
    desk.press(key)
    #expect(desk.commands == [.controlPipeline(verb, name)])
    desk.answer(.done("done"))
    #expect(desk.screen.contains("\(past) \(name) - z undoes"))
    desk.forgetEffects()
    desk.press("z")
    #expect(desk.commands == [.controlPipeline(back, name)])
  }

  @Test func `another's pipeline is controlled by its owner's name, a task by the number of what goes on`() {
    var board = BoardFixture.board
    board.pipelines[0].owner = "boris"
    var desk = Desk.board(board)
    desk.press("Down", "Down", "p")
    #expect(desk.commands == [.controlPipeline(.pause, "boris:nightly_sales")])
    desk.forgetEffects()
    desk.press("Enter", "p")
    #expect(desk.commands == [.control(.pause, ids: [1002])])
    desk.forgetEffects()
    desk.press("Esc", "Down", "Down", "x")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("nothing of geo_import goes on"))
  }

  @Test func `a pipeline with several runs is stopped by its typed name, for all of them end`() {
    var board = BoardFixture.board
    board.pipelines[0].live = 3
    var desk = Desk.board(board)
    desk.press("Down", "Down", "x")
    #expect(desk.screen.contains("Stop nightly_sales?"))
    #expect(desk.screen.contains("3 runs"))
    desk.press("y", "Enter")
    #expect(desk.commands.isEmpty)
    desk.press("x")
    desk.type("stop nightly_sales")
    desk.press("Enter")
    #expect(desk.commands == [.controlPipeline(.stop, "nightly_sales")])
  }

  @Test func `a name that cannot be typed is confirmed by a number`() {
    var board = BoardFixture.board
    board.pipelines[0].live = 2
    board.pipelines[0].name = "東京"
    var desk = Desk.board(board)
    desk.press("/")
    desk.type("東京")
    desk.press("Enter", "X")
    #expect(desk.screen.contains("kill 2"))
    desk.type("kill 2")
    desk.press("Enter")
    #expect(desk.commands == [.controlPipeline(.kill, "東京")])
  }

  @Test func `who removes a pipeline is told of its runs that go on`() {
    var desk = Desk.board(on: "nightly")
    desk.press("Del")
    #expect(desk.screen.contains("Remove nightly_sales (its run goes on to its end)? y/N"))
    desk.press("n")
    #expect(desk.commands.isEmpty)
    var board = BoardFixture.board
    board.pipelines[0].live = 2
    desk = Desk.board(board)
    desk.press("Down", "Down", "Del")
    #expect(desk.screen.contains("nightly_sales: its 2 runs go on to their end"))
    desk.type("remove nightly_sales")
    desk.press("Enter")
    #expect(desk.commands == [.remove(.pipeline, name: "nightly_sales")])
  }

  @Test func `what was typed along with a refusal is forgotten`() {
    var desk = Desk.board(on: "nightly")
    desk.press("x")
    desk.forgetEffects()
    desk.press("n")
    #expect(desk.effects.contains(.forgetTyping))
  }

  @Test func `one is stopped on y, and on nothing else`() {
    var desk = Desk.board(on: "nightly")
    desk.press("x")
    #expect(desk.rows[23].contains("Stop nightly_sales (4m of work on w-02)? y/N"))
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    desk.press("x", "y")
    #expect(desk.commands == [.controlPipeline(.stop, "nightly_sales")])
    desk.forgetEffects()
    desk.press("Enter", "x", "y")
    #expect(desk.commands == [.control(.stop, ids: [1002])])
  }

  @Test func `several are stopped on their number, what does not run is left out`() {
    var desk = Desk.board()
    desk.press("Space", "Space", "Space", "x")
    #expect(desk.screen.contains("Stop 2 pipelines?"))
    #expect(desk.screen.contains("nothing of it goes on, will be skipped"))
    desk.type("stop 2")
    desk.press("Enter")
    #expect(
      desk.commands == [
        .controlPipeline(.stop, "customer-sync 顧客同期"), .controlPipeline(.stop, "nightly_sales"),
      ])
  }

  @Test func `killing, and stopping in production, must be typed`() {
    var desk = Desk.board(on: "nightly")
    desk.press("X")
    desk.type("kill nightly_sales")
    desk.press("Enter")
    #expect(desk.commands == [.controlPipeline(.kill, "nightly_sales")])
    desk = Desk.board(on: "nightly", production: true)
    desk.press("x", "y", "Enter")
    #expect(desk.commands.isEmpty)
    desk.press("x")
    desk.type("stop nightly_sales")
    desk.press("Enter")
    #expect(desk.commands == [.controlPipeline(.stop, "nightly_sales")])
  }

  @Test func `runs again a run, what failed of it, a task, and what follows it`() {
    var desk = Desk.board(on: "backup")
    desk.press("r", "R", "Enter", "r", "R")
    #expect(
      desk.commands == [
        .rerun(8803, .alone), .rerun(8803, .failed), .rerun(3000, .alone), .rerun(3000, .from),
      ])
  }

  @Test func `turns a task off and on, and back again`() {
    var desk = Desk.board(on: "backup", task: "dump")
    desk.press("d")
    desk.answer(.done(""))
    desk.press("z")
    #expect(
      desk.commands.map { $0 == .setTask(pipeline: "backup_pg", task: "dump", isEnabled: true) } == [
        false, true,
      ])
    desk.press("Esc", "d")
    #expect(desk.screen.contains("choose a task first"))
  }

  @Test func `removes a task or a pipeline after a question`() {
    var desk = Desk.board(on: "backup", task: "dump")
    desk.press("Del")
    #expect(desk.screen.contains("Remove backup_pg/dump? y/N"))
    desk.press("y", "Esc", "Del", "y")
    #expect(
      desk.commands == [
        .change(pipeline: "backup_pg", [.removeTask("dump")]), .remove(.pipeline, name: "backup_pg"),
      ])
  }

  @Test func `links tasks, and changes of a link what was said alone`() throws {
    var desk = Desk.board(on: "nightly", task: "extract_crm")
    desk.press("a")
    #expect(desk.screen.contains("Link tasks of nightly_sales"))
    desk.press("Down", "Down")
    desk.type("nonsense")
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    desk.press("C-u")
    desk.type("failure")
    desk.press("Down", "Down", "Right", "Right", "Enter")
    #expect(
      desk.commands == [
        .change(
          pipeline: "nightly_sales",
          [
            .setLink(
              to: "трансформация", LinkDefinition(task: "extract_crm", when: .failure, isEnabled: false))
          ])
      ])
    desk.forgetEffects()
    desk.press("a", "Up", "Left", "Enter")
    #expect(
      desk.commands == [
        .change(pipeline: "nightly_sales", [.removeLink(from: "extract_crm", to: "трансформация")])
      ])
  }

  @Test func `a new pipeline names a template, or opens the editor at its script`() {
    var desk = Desk.board()
    desk.tell(
      .answer(
        .templates([
          Template(id: 1, name: "fetch", owner: "anna", program: Program(script: ""), updatedAt: Desk.now),
          Template(id: 2, name: "other", owner: "boris", program: Program(script: ""), updatedAt: Desk.now),
        ]), to: .templates))
    desk.press("n")
    desk.type("hourly: \"x\"")
    desk.press("Enter")
    let text = desk.effects.compactMap {
      if case .edit(let text, _, let line, _) = $0 { (text, line) } else { nil }
    }
    #expect(text.first?.0.contains("  - name: \"hourly: \\\"x\\\"\"\n") == true)
    #expect(text.first?.1 == 7)
    desk.forgetEffects()
    desk.press("n")
    desk.type("b")
    desk.press("Down", "Down", "Down", "Right", "Enter")
    let task = TaskDefinition(name: "main", work: .template("fetch"))
    #expect(
      desk.commands == [
        .apply(Definitions(pipelines: [PipelineDefinition(name: "b", tasks: [task])]), base: nil)
      ])
  }

  @Test func `a new task follows the one under the cursor`() {
    var desk = Desk.board(on: "backup", task: "dump")
    desk.press("n")
    desk.type("upload")
    desk.press("Enter")
    #expect(desk.screen.contains("there is a task 'upload' already"))
    desk.type("2")
    desk.press("Tab")
    desk.type("store")
    desk.press("Tab")
    desk.type("-v 'a b'")
    desk.press("Enter")
    #expect(
      desk.commands == [
        .change(
          pipeline: "backup_pg",
          [
            .addTask(
              TaskDefinition(
                name: "upload2", work: .template("store"), arguments: ["-v", "a b"],
                after: [LinkDefinition(task: "dump")]))
          ])
      ])
  }

  @Test func `edits a pipeline as YAML, and of a task its script`() {
    var desk = Desk.board(on: "backup")
    desk.press("e")
    #expect(desk.commands == [.read(.pipeline, name: "backup_pg")])
    desk.press("Enter", "e", "E")
    #expect(desk.commands.count == 3)
    #expect(Set(desk.commands) == [.read(.pipeline, name: "backup_pg")])
  }

  @Test func `copies a name or a number, and all of it as JSON`() {
    var desk = Desk.board(on: "backup")
    desk.press("y", "Enter", "y", "Y")
    #expect(
      desk.effects.compactMap { if case .copy(let text) = $0 { text } else { nil } } == [
        "backup_pg", "3000",
        """
        {"id":3000,"run_id":8803,"name":"dump","pipeline":"backup_pg","owner":"anna","state":"failed",\
        "attempt":1,"exit_code":1,"signal":null,"worker":"w-05"}
        """,
      ])
  }

  @Test func `marked tasks of several pipelines are meant together`() {
    var desk = Desk.board()
    desk.press("Down", "Enter", "Space", "Down", "Space", "p")
    #expect(desk.commands == [.control(.pause, ids: [2002, 2001])])
    desk.press("Esc")
    #expect(desk.rows[1].contains("by state"))
  }
}
