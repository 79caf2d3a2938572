import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

/// A database with the user `anna`, and the scheduler `s` with the worker `w`, which do what the test tells them.
struct World {
  let store: StoreDatabase
  let root: Connection
  let anna: Connection
  private let scheduler: Connection
  private let identity: SchedulerIdentity
  private let worker: WorkerID

  static func with(_ body: (World) async throws -> Void) async throws {
    try await StoreDatabase.with { store in try await body(try await World(store)) }
  }

  private init(_ store: StoreDatabase) async throws {
    self.store = store
    root = try await store.open()
    anna = try await store.newRole("anna", level: "user")
    scheduler = try await store.newRole("scheduler", granted: ["zm_scheduler"])
    try await root.run { session in
      try People.addScheduler("s", session)
      try People.addWorker("w", scheduler: "s", slots: 100, session)
    }
    let identity = try await scheduler.run { session in
      try SchedulerIdentity.acquire(
        "s", address: "127.0.0.1:1", host: "here", processID: 1, release: "test", session)
    }
    self.identity = identity
    worker = try await scheduler.run { session in try identity.workers(session) }[0].id
  }

  func conninfo(_ name: String = "anna") -> String { store.database.conninfo(user: store.role(name)) }

  func apply(_ definitions: Definitions, as connection: Connection? = nil) async throws {
    _ = try await (connection ?? anna).run { session in try People.apply(definitions, session) }
  }

  /// Makes pipeline `p` of those tasks.
  func save(_ tasks: TaskDefinition...) async throws {
    try await apply(Definitions(pipelines: [PipelineDefinition(name: "p", tasks: tasks)]))
  }

  func start(_ pipeline: String = "p", _ arguments: [String] = []) async throws -> RunID {
    try await anna.run { session in
      try People.start(pipeline: pipeline, task: nil, arguments: arguments, session)
    }
  }

  @discardableResult
  func perform(_ change: (inout SchedulerBatch) -> Void) async throws -> SchedulerBatchResult {
    var batch = SchedulerBatch()
    change(&batch)
    let (whole, identity) = (batch, identity)
    let result = try await scheduler.run { session in try identity.perform(whole, session) }
    try await scheduler.run { session in try identity.tell(session) }
    return result
  }

  /// Takes what is queued; the oldest first.
  func claim(_ count: Int = 100) async throws -> [ClaimedTask] {
    try await perform { $0.slots = Array(repeating: worker, count: count) }
      .claimed.sorted { $0.fence.taskRun < $1.fence.taskRun }
  }

  func finish(_ fences: [Fence], _ verdict: Outcome.Verdict = .succeeded, result: [UInt8]? = []) async throws
  {
    try await perform {
      $0.finished = fences.map {
        .init(
          fence: $0, outcome: Outcome(verdict: verdict, exitCode: verdict == .succeeded ? 0 : 3),
          resultBytes: Int64(result?.count ?? 0), errorBytes: 0, isCut: false, result: result)
      }
    }
  }

  /// Takes what is queued and ends it so.
  func finishQueued(_ verdict: Outcome.Verdict = .succeeded) async throws {
    try await finish(try await claim().map(\.fence), verdict)
  }

  func write(_ fence: Fence, _ number: Int32, _ bytes: [UInt8]) async throws {
    try await perform {
      $0.chunks = [.init(fence: fence, number: number, stream: .standardOutput, bytes: bytes)]
    }
  }
}

/// A task with a program of its own.
func task(_ name: String, after: String..., attempts: Int = 1) -> TaskDefinition {
  TaskDefinition(
    name: name, work: .inline(Program(script: "#!/bin/sh\n", attempts: attempts)),
    after: after.map { LinkDefinition(task: $0) })
}

extension Connection {
  func script(_ sql: String) async throws { try await run { session in try session.script(sql) } }
}
