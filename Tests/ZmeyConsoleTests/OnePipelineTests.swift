import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `One pipeline` {
  private static func board() -> Board {
    var board = BoardFixture.board
    for (id, name, owner) in [
      (11, "nightly", "anna"), (12, "nightly", "boris"), (13, "!neg", "anna"), (14, "state:failed", "anna"),
      (15, "two streams", "boris"),
    ] as [(Int32, String, String)] {
      BoardFixture.pipeline(
        id, name, owner: owner, tasks: [.init(name: "a", state: .waiting)], links: [], on: &board)
    }
    return board
  }

  private func shown(_ desk: Desk) -> [Int32] {
    (desk.console.rooms[.board] as? BoardRoom)?.items(desk.console.world).compactMap(\.pipeline?.id) ?? []
  }

  @Test(
    arguments: [
      ("nightly", 11), ("!neg", 13), ("state:failed", 14), ("boris:nightly", 12), ("anna:nightly", 11),
      ("two streams", 15),
    ] as [(String, Int32)])
  func `is shown alone, by its name or its owner's and its name`(address: String, id: Int32) {
    var desk = Desk.board(Self.board(), Console.Settings(pipeline: address))
    #expect(shown(desk) == [id])
    #expect(desk.rows[23].contains("only \(address)"))
    // A filter looks at all; without it this one alone is shown again, and then all.
    desk.press("/")
    desk.type("backup")
    desk.press("Enter")
    #expect(shown(desk) == [3])
    desk.press("Esc")
    #expect(shown(desk) == [id])
    desk.press("Esc")
    #expect(shown(desk).count == 11)
  }

  @Test func `of another is named to the palette with its owner`() {
    var desk = Desk.board(Self.board())
    desk.press(":")
    desk.type("start boris:nightly")
    desk.press("Enter")
    #expect(desk.commands == [.start(pipeline: "boris:nightly", task: nil, arguments: [])])
    desk.forgetEffects()
    desk.press(":")
    desk.type("start nightly")
    desk.press("Enter")
    #expect(desk.commands == [.start(pipeline: "nightly", task: nil, arguments: [])])
  }

  @Test func `the cursor goes to a pipeline that was made here as soon as it is there`() {
    var desk = Desk.board(on: "nightly")
    let fetch = Template(
      id: 1, name: "fetch", owner: "anna", program: Program(script: ""), updatedAt: Desk.now)
    desk.tell(.answer(.templates([fetch]), to: .templates))
    desk.press("n")
    desk.type("weekly")
    desk.press("Tab", "Tab", "Tab", "Right", "Enter")
    desk.answer(.done("made pipeline weekly", made: .pipeline("weekly")))
    var board = BoardFixture.board
    let tasks = [BoardFixture.Work(name: "main", state: .waiting)]
    BoardFixture.pipeline(7, "weekly", owner: "boris", tasks: tasks, links: [], on: &board)
    desk.tell(.answer(.board(board), to: .board))
    #expect(!desk.screen.contains("▌weekly"), "another's is not meant")
    BoardFixture.pipeline(8, "weekly", tasks: tasks, links: [], on: &board)
    desk.tell(.answer(.board(board), to: .board))
    #expect(desk.screen.contains("▌weekly"))
    desk.forgetEffects()
    desk.press("s")
    #expect(desk.commands == [.start(pipeline: "weekly", task: nil, arguments: [])])
  }
}
