import ZmeyCore

@testable import ZmeyConsole

extension Moment {
  /// That many minutes and seconds before the time of the desk.
  static func ago(_ minutes: Int64, _ count: Int64 = 0) -> Moment {
    Desk.now + .seconds(-(minutes * 60 + count))
  }
}

/// A night's work that goes on: two extracts, a transformation that runs, what waits for it.
enum Nightly {
  static let shape = Shape(
    tasks: [
      ShapeTask(id: 1, name: "extract_crm", average: .seconds(190)),
      ShapeTask(id: 2, name: "extract_erp", average: .seconds(120)),
      ShapeTask(id: 3, name: "трансформация", average: .seconds(420)),
      ShapeTask(id: 4, name: "load_dwh", average: .seconds(480)),
      ShapeTask(id: 5, name: "report", average: .seconds(60)),
      ShapeTask(id: 6, name: "alert"),
    ],
    links: [
      ShapeLink(from: 1, to: 3), ShapeLink(from: 2, to: 3), ShapeLink(from: 3, to: 4),
      ShapeLink(from: 4, to: 5),
      ShapeLink(from: 4, to: 6, condition: .failure),
    ])

  static let run = Run(
    id: RunID(8812), name: "nightly_sales", pipelineID: 7, versionID: 70, owner: "anna", state: .running,
    total: 6,
    ended: 2, createdAt: .ago(12, 18), createdBy: "anna", event: "nightly")

  static let transform = TaskRun(
    id: TaskRunID(40117), run: run.id, taskID: 3, name: "трансформация", state: .running, attempt: 1,
    maxAttempts: 3,
    worker: "w-03", createdAt: run.createdAt, startedAt: .ago(4, 5), average: .seconds(420), samples: 30,
    percentile95: .seconds(550), maximum: .seconds(1800), heardAt: .ago(0, 1))

  static let taskRuns = [
    done(40115, 1, "extract_crm", from: .ago(12, 17), .seconds(192)),
    done(40116, 2, "extract_erp", from: .ago(12, 17), .seconds(121)),
    transform,
    TaskRun(
      id: TaskRunID(40118), run: run.id, taskID: 4, name: "load_dwh", state: .waiting,
      createdAt: run.createdAt,
      average: .seconds(480), samples: 30),
    TaskRun(
      id: TaskRunID(40119), run: run.id, taskID: 5, name: "report", state: .waiting, createdAt: run.createdAt,
      average: .seconds(60), samples: 30),
    TaskRun(
      id: TaskRunID(40120), run: run.id, taskID: 6, name: "alert", state: .waiting, createdAt: run.createdAt),
  ]

  static func done(
    _ id: Int64, _ task: Int32, _ name: String, from: Moment, _ duration: Duration,
    _ state: TaskRunState = .succeeded
  ) -> TaskRun {
    TaskRun(
      id: TaskRunID(id), run: run.id, taskID: task, name: name, state: state, attempt: 1, maxAttempts: 3,
      worker: "w-01", createdAt: run.createdAt, startedAt: from, finishedAt: from + duration,
      duration: duration,
      average: .seconds(190), samples: 30)
  }

  static let detail = RunDetail(run: run, shape: shape, taskRuns: taskRuns)

  /// A run that failed in its second half.
  static let failed: RunDetail = {
    var run = Nightly.run
    (run.id, run.state, run.ended, run.failed) = (RunID(8733), .failed, 6, 1)
    (run.createdAt, run.finishedAt) = (.ago(90), .ago(79))
    (run.note, run.rerunOf) = ("load_dwh: exit 1: disk full", RunID(8702))
    var load = done(40104, 4, "load_dwh", from: .ago(82), .seconds(180), .failed)
    (load.exitCode, load.reason, load.attempt) = (1, "disk full", 3)
    var report = taskRuns[4]
    (report.id, report.state, report.finishedAt) = (TaskRunID(40105), .skipped, .ago(79))
    return RunDetail(
      run: run, shape: shape,
      taskRuns: [
        done(40101, 1, "extract_crm", from: .ago(90), .seconds(180)),
        done(40102, 2, "extract_erp", from: .ago(90), .seconds(60)),
        done(40103, 3, "трансформация", from: .ago(87), .seconds(290)), load, report,
      ])
  }()

  /// The night's runs, the newest first.
  static let runs: [Run] = {
    let day: Int64 = 86_400
    func past(_ id: Int64, _ days: Int64, _ took: Int64, _ state: RunState = .succeeded) -> Run {
      var old = Nightly.run
      (old.id, old.state, old.ended) = (RunID(id), state, 6)
      old.createdAt = seconds(-738 - days * day)
      old.finishedAt = old.createdAt + .seconds(took)
      return old
    }
    var rerun = past(8761, 2, 2084)
    (rerun.event, rerun.rerunOf) = (nil, RunID(8755))
    var bad = past(8733, 3, 122, .failed)
    (bad.failed, bad.note) = (1, "load_dwh: exit 1: disk full")
    return [
      run, past(8790, 1, 1731), rerun, bad, past(8702, 4, 1755), past(8671, 5, 1660),
      past(8640, 6, 240, .stopped),
    ]
  }()

  static let task = TaskDetail(
    taskRun: transform, run: run, shape: shape, neighbours: [taskRuns[0], taskRuns[1], taskRuns[3]],
    arguments: ["-v", "d=2026-03-01", "two words"], recent: (0..<30).map { .seconds(400 + $0 * 37 % 90) })

  /// A task run whose first attempt failed, and which waits for its second.
  static let retried: TaskDetail = {
    var detail = task
    detail.taskRun.state = .queued
    detail.taskRun.attempt = 2
    detail.taskRun.startedAt = .ago(3)
    detail.taskRun.exitCode = 75
    detail.taskRun.reason = "no slot is free"
    detail.why = ["no slot: all 4 slots of w-03 are taken", "label: no other worker has gpu"]
    detail.attempts = [
      Attempt(
        number: 1, state: .failed, exitCode: 75, reason: "deadlock detected", worker: "w-03",
        startedAt: .ago(9),
        duration: .seconds(185), processor: .seconds(130), peakKiB: 421_888, outputBytes: 319_488),
      Attempt(
        number: 2, state: .lost, reason: "worker w-04 was silent", worker: "w-04", startedAt: .ago(3),
        duration: .seconds(61), isCut: true),
    ]
    return detail
  }()

  /// So many lines of output, one of them of standard error.
  static func output(_ lines: Range<Int>, chunk first: Int32 = 0) -> [OutputChunk] {
    lines.enumerated().map { offset, line in
      let isError = line % 23 == 7
      let text =
        isError
        ? "deadlock detected, retrying statement 7\n" : "step \(line): INSERT 0 \(160_000 + line * 137)\n"
      return OutputChunk(
        number: first + Int32(offset), isError: isError, at: seconds(Int64(line) - 1204),
        bytes: Array(text.utf8))
    }
  }
}

extension Desk {
  /// A desk in a task run, with its output.
  init(
    task: TaskDetail, lines: Int = 1204, hasEarlier: Bool = false, rows: Int = 24, columns: Int = 80,
    tier: Tier = .full
  ) {
    self.init(rows: rows, columns: columns, tier: tier)
    console.go(to: .task(task.taskRun.id))
    tell(.answer(.task(task), to: .task(task.taskRun.id)))
    answerOutput(
      Nightly.output(0..<lines), isFirst: true, hasEarlier: hasEarlier, attempt: max(1, task.taskRun.attempt))
  }

  /// Output for the query that the console has now.
  mutating func answerOutput(
    _ chunks: [OutputChunk], isFirst: Bool = false, hasEarlier: Bool = false, attempt: Int = 1,
    isComplete: Bool = false
  ) {
    for query in console.wants {
      guard case .output = query else { continue }
      let piece = OutputPiece(
        attempt: attempt, isFirst: isFirst, hasEarlier: hasEarlier, chunks: chunks, isComplete: isComplete)
      tell(.answer(.output(piece), to: query))
    }
  }

  /// A desk in a run.
  init(run: RunDetail, rows: Int = 24, columns: Int = 80, tier: Tier = .full) {
    self.init(rows: rows, columns: columns, tier: tier)
    console.go(to: .run(run.run.id))
    tell(.answer(.run(run), to: .run(run.run.id)))
  }

  /// A desk before runs: of the pipeline of the night, or of all.
  init(runs: [Run], ofAll: Bool = false, rows: Int = 24, columns: Int = 80, tier: Tier = .full) {
    self.init(rows: rows, columns: columns, tier: tier)
    let pipeline: Int32? = ofAll ? nil : 7
    console.go(to: .runs(pipeline: pipeline, name: ofAll ? "" : "nightly_sales"))
    tell(.answer(.runs(runs), to: .runs(pipeline: pipeline, limit: 200)))
    tell(.answer(.run(Nightly.detail), to: .run(Nightly.run.id)))
  }
}
