public import Postgres
public import ZmeyCore

/// The right to act as a scheduler: its number and the epoch that every statement carries.
public struct SchedulerIdentity: Hashable, Sendable {
  /// The scheduler.
  public let id: SchedulerID
  /// Grows each time a process takes the name; an old one is refused with `ZM001`.
  public let epoch: Int64

  var parameters: [Parameter] { [.int4(id.rawValue), .int8(epoch)] }

  /// Takes the name for this session: as long as it lives, nobody else can.
  ///
  /// - Parameter certificate: what it proves itself by, an X.509 certificate as DER; nil without one.
  /// - Throws: `DatabaseError` with `ZM003` if no such scheduler is registered, `ZM005` if another process has
  ///   the name; `StoreError`.
  public static func acquire(
    _ name: String, address: String, host: String, processID: Int32, release: String,
    certificate: [UInt8]? = nil, _ session: borrowing Session
  ) throws -> SchedulerIdentity {
    try Migrator.check(session)
    let rows = try session.query(
      Statement("acquire", "select scheduler_id, epoch from zm_sched.acquire($1, $2, $3, $4, $5, $6)"),
      [.text(name), .text(address), .text(host), .int4(processID), .text(release), .bytes(certificate)])
    let identity = try rows.first { row throws(DatabaseError) in
      SchedulerIdentity(id: SchedulerID(try row.int32(0)), epoch: try row.int64(1))
    }
    guard let identity else { throw StoreError.noSchema }
    return identity
  }
}

/// A worker as it is registered.
public struct WorkerRecord: Hashable, Sendable {
  /// Its number.
  public let id: WorkerID
  /// What it calls itself in its greeting.
  public let name: String
  /// How many task runs it may have at once.
  public let slots: Int
  /// Whether it gets new work: it is not drained, and its scheduler is not paused.
  public let takesWork: Bool
  /// What it has to show; nil for nothing.
  public let credential: WorkerCredential?

  /// A worker of those parts.
  public init(
    id: WorkerID, name: String, slots: Int, takesWork: Bool = true, credential: WorkerCredential? = nil
  ) {
    self.id = id
    self.name = name
    self.slots = slots
    self.takesWork = takesWork
    self.credential = credential
  }
}

/// An attempt that the scheduler's name has under way, as the database knows it.
public struct AdoptableAttempt: Hashable, Sendable {
  /// Names the attempt.
  public let fence: Fence
  /// Who has it.
  public let worker: WorkerID
  /// An attempt of those parts.
  public init(fence: Fence, worker: WorkerID) {
    self.fence = fence
    self.worker = worker
  }
}

/// What people see of a worker.
public struct WorkerPulse: Hashable, Sendable {
  /// The worker.
  public let worker: WorkerID
  /// Whether its link is there.
  public let isConnected: Bool
  /// How many task runs it has.
  public let busy: Int
  /// How long nothing was heard of it; nil if nothing ever was.
  public let silence: Duration?
  /// Where it says it runs.
  public let host: String?
  /// Which release it says it is.
  public let release: String?
  /// Its machine's load average of one minute, in hundredths.
  public let load: Int32?

  /// A pulse of those parts.
  public init(
    worker: WorkerID, isConnected: Bool, busy: Int, silence: Duration?, host: String?, release: String?,
    load: Int32? = nil
  ) {
    self.worker = worker
    self.isConnected = isConnected
    self.busy = busy
    self.silence = silence
    self.host = host
    self.release = release
    self.load = load
  }
}

/// How long a success took.
public struct DurationSample: Hashable, Sendable {
  /// What ran.
  public let program: ProgramID
  /// The task's or the template's name.
  public let name: String
  /// From start to end, without the time spent paused.
  public let duration: Duration

  /// A sample of those parts.
  public init(program: ProgramID, name: String, duration: Duration) {
    self.program = program
    self.name = name
    self.duration = duration
  }
}

extension SchedulerIdentity {
  /// The scheduler's fixed list of workers, as it is now.
  public func workers(_ session: borrowing Session) throws -> [WorkerRecord] {
    try session.query(
      Statement(
        "workers", "select id, name, slots, takes_work, credential, digest from zm_sched.workers($1, $2)"),
      parameters
    )
    .map { row throws(DatabaseError) in
      WorkerRecord(
        id: WorkerID(try row.int32(0)), name: try row.text(1), slots: Int(try row.int32(2)),
        takesWork: try row.bool(3), credential: try WorkerCredential(row, 4))
    }
  }

  /// What the name has under way.
  public func adoptable(_ session: borrowing Session) throws -> [AdoptableAttempt] {
    try session.query(
      Statement(
        "adoptable",
        "select task_run_id, attempt, nonce, worker_id from zm_sched.adoptable($1, $2)"),
      parameters
    ).map { row throws(DatabaseError) in
      AdoptableAttempt(fence: try Fence(row, 0), worker: WorkerID(try row.int32(3)))
    }
  }

  /// The texts of scripts by their SHA-256.
  public func scripts(_ digests: [[UInt8]], _ session: borrowing Session) throws -> [[UInt8]: String] {
    let rows = try session.query(
      Statement("scripts", "select sha256, body from zm_sched.scripts($1, $2, $3)"),
      parameters + [.byteaArray(digests)])
    let pairs = try rows.map { row throws(DatabaseError) in (try row.bytes(0), try row.text(1)) }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Shows people how the workers are.
  public func heartbeat(_ pulses: [WorkerPulse], _ session: borrowing Session) throws {
    try session.execute(
      Statement("heartbeat", "select zm_sched.heartbeat($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
      parameters + [
        .int4Array(pulses.map(\.worker.rawValue)), .boolArray(pulses.map(\.isConnected)),
        .int4Array(pulses.map { Int32(clamping: $0.busy) }),
        .int8Array(pulses.map { $0.silence?.wholeMilliseconds }), .textArray(pulses.map(\.host)),
        .textArray(pulses.map(\.release)), .int4Array(pulses.map(\.load)),
      ])
  }

  /// After a lock kept this scheduler from its work: ends what sessions of users leave open for longer than ten seconds.
  ///
  /// - Returns: how many sessions that were.
  public func clearWay(_ session: borrowing Session) throws -> Int32 {
    try session.query(Statement("clear_way", "select zm_sched.clear_way($1, $2)"), parameters)
      .first { row throws(DatabaseError) in try row.int32(0) } ?? 0
  }

  /// Wakes consoles if any is there, in a transaction of its own.
  public func tell(_ session: borrowing Session) throws {
    try session.execute(Statement("tell", "select zm_sched.tell($1, $2)"), parameters)
  }

  /// Keeps how long successes took, the oldest first, for averages.
  public func learn(_ samples: [DurationSample], _ session: borrowing Session) throws {
    try session.execute(
      Statement("learn", "select zm_sched.learn($1, $2, $3, $4, $5)"),
      parameters + [
        .int4Array(samples.map(\.program.rawValue)), .textArray(samples.map(\.name)),
        .int4Array(samples.map { Int32(clamping: $0.duration.wholeMilliseconds) }),
      ])
  }

  /// Says that this process goes; its attempts wait for the next one.
  public func release(_ session: borrowing Session) throws {
    try session.execute(Statement("release", "select zm_sched.release($1, $2)"), parameters)
  }
}

extension Fence {
  /// Reads task run, attempt and nonce from three columns.
  init(_ row: borrowing Row, _ column: Int) throws(DatabaseError) {
    let nonce = try row.uuid(column + 2)
    self.init(
      taskRun: TaskRunID(try row.int64(column)), attempt: try row.int32(column + 1),
      nonce: Nonce(high: nonce.high, low: nonce.low))
  }
}

extension Sequence<Fence> {
  /// Three arrays for `unnest`: task runs, attempts, nonces.
  var parameters: [Parameter] {
    [
      .int8Array(map(\.taskRun.rawValue)), .int4Array(map(\.attempt)),
      .uuidArray(map { UUIDValue(high: $0.nonce.high, low: $0.nonce.low) }),
    ]
  }
}
