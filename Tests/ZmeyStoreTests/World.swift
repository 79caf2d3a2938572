import Postgres
import TestKit
import ZmeyCore
import ZmeyStore

/// A database with the user `anna` and the scheduler `s`.
struct World {
  let store: StoreDatabase
  /// The superuser.
  let root: Connection
  let anna: Connection
  let scheduler: Scheduler

  static func with(_ body: (World) async throws -> Void) async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      let anna = try await store.newRole("anna", level: "user")
      await (try store.newRole("scheduler", granted: ["zm_scheduler"])).close()
      let scheduler = try await Scheduler(named: "s", store, root)
      try await body(World(store: store, root: root, anna: anna, scheduler: scheduler))
    }
  }

  func newScheduler(_ name: String) async throws -> Scheduler {
    try await Scheduler(named: name, store, root)
  }

  func apply(_ definitions: Definitions) async throws {
    _ = try await anna.apply(definitions)
  }

  func start(task: String? = nil, _ arguments: String...) async throws -> RunID {
    try await anna.run { session in
      try People.start(pipeline: "p", task: task, arguments: arguments, session)
    }
  }

  func submit(_ count: Int32) async throws -> RunID {
    try await anna.submit(count)
  }

  /// Runs `body` while a transaction of `connection` that has done `sql` is open; then it commits.
  func during(_ sql: String, by connection: Connection, _ body: () async throws -> Void) async throws {
    func isHeld(_ first: Int, _ second: Int) -> String {
      """
      from pg_locks where locktype = 'advisory' and classid = \(first) and objid = \(second)
        and database = (select oid from pg_database where datname = current_database())
      """
    }
    let observer = try await store.open()
    // Everybody may take the lock of those who watch.
    async let transaction: Void = connection.script(
      """
      begin;
      \(sql);
      select zm_api.watch();
      do $$ begin while not exists (select \(isHeld(1, 1))) loop end loop; end $$;
      commit
      """)
    while try await observer.int("select count(*) \(isHeld(7704, 0))") == 0 {}
    try await body()
    try await observer.script("select pg_advisory_lock(1, 1)")
    try await transaction
  }

  /// `name=state` of each task run of a run, in the order of their names.
  func states(_ run: RunID) async throws -> [String] {
    try await root.texts(
      """
      select t.name || '=' || s.name from zm.task_run t join zm.task_state s on s.id = t.state
      where t.run_id = $1 order by t.name, t.id
      """, [.int8(run.rawValue)])
  }

  /// `total ended failed state` of a run.
  func tally(_ run: RunID) async throws -> String? {
    try await anna.run { session in
      try People.run(run, session).map { "\($0.total) \($0.ended) \($0.failed) \($0.state)" }
    }
  }
}

extension Connection {
  func apply(_ definitions: Definitions) async throws -> [String] {
    try await run { session in
      try People.apply(definitions, session).map { "\($0.action) \($0.kind) \($0.name)" }
    }
  }

  func submit(_ count: Int32) async throws -> RunID {
    try await run { session in try People.submit(template: "t", count: count, session) }
  }
}

/// A registered scheduler whose name is taken, with one worker.
struct Scheduler {
  let connection: Connection
  let identity: SchedulerIdentity
  let worker: WorkerID

  init(named name: String, _ store: StoreDatabase, _ root: Connection) async throws {
    try await root.run { session in
      try People.addScheduler(name, session)
      try People.addWorker("\(name)-worker", scheduler: name, slots: 100, session)
    }
    connection = try await store.open(as: store.role("scheduler"))
    identity = try await connection.acquire(name)
    let identity = identity
    worker = try await connection.run { session in try identity.workers(session) }[0].id
  }

  @discardableResult
  func perform(_ change: (inout SchedulerBatch) -> Void) async throws -> SchedulerBatchResult {
    var batch = SchedulerBatch()
    change(&batch)
    let (whole, identity) = (batch, identity)
    return try await connection.run { session in try identity.perform(whole, session) }
  }

  /// Claims for that many slots of its worker; the oldest first.
  func claim(_ count: Int) async throws -> [ClaimedTask] {
    try await perform { $0.slots = Array(repeating: worker, count: count) }
      .claimed.sorted { $0.fence.taskRun < $1.fence.taskRun }
  }

  /// `duplicate` or `fenced` for each that was not accepted.
  @discardableResult
  func finish(
    _ fences: [Fence], _ verdict: Outcome.Verdict = .succeeded, result: [UInt8]? = []
  ) async throws -> [String] {
    try await perform {
      $0.finished = fences.map {
        .init(
          fence: $0, outcome: Outcome(verdict: verdict, exitCode: verdict == .succeeded ? 0 : 1),
          resultBytes: Int64(result?.count ?? 0), errorBytes: 0, isCut: false, result: result)
      }
    }.notAccepted.map { $0.isDuplicate ? "duplicate" : "fenced" }
  }

  /// Claims what is queued, ends the tasks of those names with `verdict` and all others with success.
  func finishQueued(_ verdict: Outcome.Verdict = .succeeded, only names: Set<String>? = nil) async throws {
    let claimed = try await claim(100)
    let (named, others) = (claimed.filter { names?.contains($0.name) ?? true }, claimed)
    try await finish(named.map(\.fence), verdict)
    if let names { try await finish(others.filter { !names.contains($0.name) }.map(\.fence)) }
  }

  func lose(_ fence: Fence, delivered: Bool = true) async throws {
    try await perform {
      $0.lost = [.init(fences: [fence], wasDelivered: delivered, reason: "its worker is gone")]
    }
  }
}

extension Connection {
  func acquire(_ name: String) async throws -> SchedulerIdentity {
    try await run { session in
      try SchedulerIdentity.acquire(
        name, address: "127.0.0.1:1", host: "here", processID: 1, release: "test", session)
    }
  }
}
