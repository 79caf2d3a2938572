import ZmeyCore

@testable import ZmeyConsole

/// Boards to look at.
enum BoardFixture {
  /// A task run of a fixture, before it has its numbers.
  struct Work {
    var name: String
    var state: TaskRunState
    var average: Int64?
    var took: Int64?
    var change: (inout TaskRun) -> Void = { _ in }
  }

  /// A pipeline with its shape; links are `from>to`, with `-` before those that are off.
  static func pipeline(
    _ id: Int32, _ name: String, owner: String = "anna", started: Int64? = nil, ended: Int64? = nil,
    state: RunState = .running, tasks: [Work], links: [String], on board: inout Board,
    _ change: (inout Pipeline) -> Void = { _ in }
  ) {
    let version = id * 10
    let numbers = Dictionary(uniqueKeysWithValues: zip(tasks.map(\.name), (version * 100)...))
    board.shapes[version] = Shape(
      tasks: tasks.map {
        ShapeTask(id: numbers[$0.name]!, name: $0.name, average: $0.average.map { .seconds($0) })
      },
      links: links.map { text in
        let isOff = text.hasPrefix("-")
        let ends = text.dropFirst(isOff ? 1 : 0).split(separator: ">").map { numbers[String($0)]! }
        return ShapeLink(from: ends[0], to: ends[1], isEnabled: !isOff)
      })
    var pipeline = Pipeline(id: id, name: name, owner: owner, versionID: version, version: 14)
    if let started {
      let run = RunID(8800 + Int64(id))
      pipeline.live = state == .running ? 1 : 0
      pipeline.taskRuns = zip(tasks, Int64(0)...).map { work, index in
        taskRun(work, id: Int64(id) * 1000 + index, run: run, started: started)
      }
      pipeline.run = Run(
        id: run, name: name, pipelineID: id, versionID: version, owner: owner, state: state,
        total: tasks.count, ended: pipeline.taskRuns.count { $0.state.isEnd },
        failed: pipeline.taskRuns.count { $0.state == .failed }, createdAt: seconds(started),
        finishedAt: ended.map { seconds($0) }, createdBy: owner, event: "nightly")
    }
    change(&pipeline)
    board.pipelines.append(pipeline)
  }

  private static func taskRun(_ work: Work, id: Int64, run: RunID, started: Int64) -> TaskRun {
    var taskRun = TaskRun(
      id: TaskRunID(id), run: run, name: work.name, state: work.state, createdAt: seconds(started),
      average: work.average.map { .seconds($0) }, samples: work.average == nil ? 0 : 30)
    if let took = work.took {
      taskRun.attempt = 1
      taskRun.worker = "w-0\(id % 7 + 1)"
      if work.state.isEnd {
        taskRun.startedAt = seconds(started)
        taskRun.duration = .seconds(took)
        taskRun.finishedAt = seconds(started + took)
      } else {
        taskRun.startedAt = seconds(-took)
        taskRun.heardAt = seconds(-1)
      }
    }
    if work.state == .paused { taskRun.pausedAt = seconds(0) }
    if work.state == .failed { taskRun.exitCode = 1 }
    work.change(&taskRun)
    return taskRun
  }

  /// Six pipelines as an operator sees them on a morning.
  static let board: Board = {
    var board = Board()
    pipeline(
      1, "nightly_sales", started: -738,
      tasks: [
        Work(name: "extract_crm", state: .succeeded, average: 200, took: 192),
        Work(name: "extract_erp", state: .succeeded, average: 130, took: 121),
        Work(name: "трансформация", state: .running, average: 420, took: 245),
        Work(name: "load_dwh", state: .waiting, average: 480),
        Work(name: "report", state: .waiting, average: 60),
      ],
      links: [
        "extract_crm>трансформация", "extract_erp>трансформация", "трансформация>load_dwh", "load_dwh>report",
      ], on: &board)
    pipeline(
      2, "customer-sync 顧客同期", started: -2460,
      tasks: [
        Work(name: "取得", state: .succeeded, average: 100, took: 100),
        Work(name: "変換処理", state: .running, average: 1200, took: 1500),
        Work(name: "dedupe", state: .running, average: 600, took: 180),
        Work(name: "publish", state: .waiting, average: 120),
      ], links: ["取得>変換処理", "取得>dedupe", "変換処理>publish", "dedupe>publish"], on: &board)
    pipeline(
      3, "backup_pg", started: -3600, ended: -3480, state: .failed,
      tasks: [
        Work(name: "dump", state: .failed, average: 300, took: 120),
        Work(name: "upload", state: .skipped, average: 240),
      ], links: ["dump>upload"], on: &board)
    pipeline(
      4, "hourly_metrics", started: -60,
      tasks: [
        Work(name: "scrape", state: .succeeded, average: 20, took: 20),
        Work(name: "rollup", state: .paused, average: 40, took: 12),
        Work(name: "alert", state: .waiting, average: 2),
      ], links: ["scrape>rollup", "rollup>alert"], on: &board)
    pipeline(
      5, "mart_refresh",
      tasks: [
        Work(name: "dims", state: .waiting, average: 180), Work(name: "facts", state: .waiting, average: 360),
        Work(name: "grants", state: .waiting, average: 2),
      ], links: ["dims>facts", "facts>grants"], on: &board
    ) { $0.isPaused = true }
    pipeline(
      6, "geo_import", owner: "boris", started: -704, ended: -300, state: .succeeded,
      tasks: [
        Work(name: "fetch", state: .succeeded, average: 240, took: 240),
        Work(name: "index", state: .succeeded, average: 120, took: 120),
        Work(name: "tiles", state: .succeeded, average: 44, took: 44),
      ], links: ["fetch>index", "index>tiles"], on: &board)
    return board
  }()

  /// Graphs that are not simple, a batch, tasks that are off, states that are rare.
  static let graphs: Board = {
    var board = Board()
    pipeline(
      1, "diamond", started: -30,
      tasks: [
        Work(name: "plan", state: .succeeded, average: 5, took: 4),
        Work(name: "left", state: .running, took: 21),
        Work(name: "middle", state: .queued, average: 90) { $0.dueAt = seconds(12) },
        Work(name: "right", state: .assigned, average: 90),
        Work(name: "merge", state: .waiting, average: 10),
      ],
      links: ["plan>left", "plan>middle", "plan>right", "left>merge", "middle>merge", "right>merge"],
      on: &board
    ) { $0.live = 3 }
    pipeline(
      2, "two streams", started: -4000, ended: -3000, state: .failed,
      tasks: [
        Work(name: "a1", state: .succeeded, took: 1), Work(name: "b1", state: .timedOut, average: 5, took: 9),
        Work(name: "a2", state: .succeeded, took: 3), Work(name: "b2", state: .skipped),
        Work(name: "cleanup", state: .succeeded, took: 2),
        Work(name: "notify", state: .lost, took: 2) { $0.worker = "w-09" },
      ], links: ["a1>a2", "b1>b2", "b1>cleanup", "a1>notify", "a2>notify", "-b2>notify"], on: &board)
    pipeline(
      3, "long", tasks: (1...9).map { Work(name: "step \($0)", state: .waiting, average: 60 * Int64($0)) },
      links: (1..<9).map { "\($0 == 2 ? "-" : "")step \($0)>step \($0 + 1)" }, on: &board)
    pipeline(
      4, "wide", started: -600,
      tasks: (1...16).map {
        Work(name: "part \($0)", state: $0 < 9 ? .running : .queued, took: $0 < 9 ? 60 * $0 : nil)
      },
      links: [], on: &board)
    board.shapes[30]?.tasks[1].isEnabled = false
    board.batches = [
      Run(
        id: RunID(9001), name: "resize", owner: "anna", state: .running, total: 1000, ended: 612, failed: 3,
        createdAt: seconds(-240), createdBy: "anna")
    ]
    return board
  }()

  /// Many pipelines of many tasks each.
  static func many(_ pipelines: Int32, tasks: Int) -> Board {
    var board = Board()
    for id in 1...pipelines {
      pipeline(
        id, "region_\(id)", started: -600,
        tasks: (0..<tasks).map {
          Work(
            name: "task_\($0)", state: $0 < 4 ? .succeeded : $0 < 8 ? .running : .waiting, average: 600,
            took: $0 < 8 ? 240 : nil)
        }, links: (4..<tasks).map { "task_\($0 - 4)>task_\($0)" }, on: &board)
    }
    return board
  }
}

extension Desk {
  /// A desk that knows a board.
  static func board(
    _ board: Board = BoardFixture.board, rows: Int = 24, columns: Int = 80, tier: Tier = .full,
    _ settings: Console.Settings = Console.Settings()
  ) -> Desk {
    var desk = Desk(rows: rows, columns: columns, tier: tier, settings)
    desk.tell(.answer(.board(board), to: .board))
    return desk
  }

  /// A desk with the cursor on a box, and on its task if one is named.
  static func board(on pipeline: String, task: String? = nil, production: Bool = false) -> Desk {
    var desk = Desk.board()
    if production {
      desk.tell(
        .identity(Identity(user: "anna", database: "zm", host: "db1", level: .admin, cluster: "prod")))
    }
    desk.press("/")
    desk.type(pipeline)
    desk.press("Enter")
    if task != nil { desk.press("Enter") }
    for _ in 0..<20 {
      guard let task, let room = desk.console.rooms[.board] as? BoardRoom, room.task != task else { break }
      if room.task == "extract_crm" || room.task == "extract_erp" {
        desk.press("Right")
      } else {
        desk.press("Left")
      }
    }
    desk.forgetEffects()
    return desk
  }
}
