internal import FoundationEssentials
internal import Glibc
internal import Postgres
internal import Processes
internal import ZmeyCore
internal import ZmeyStore

/// A private PostgreSQL with its schedulers and workers, all of this user.
public struct Instance: Sendable {
  /// One thing that `up` or `down` saw to.
  public struct Report: Codable, Hashable, Sendable {
    /// `postgres`, `schema`, `scheduler` or `worker`.
    public var kind: String
    /// Its name.
    public var name: String
    /// What was done: `started`, `running`, `stopped` …
    public var action: String
    /// Where it is, for people.
    public var detail: String
    /// Its process, if it is one.
    public var pid: Int32?
  }

  /// How large an instance is to be.
  public struct Size: Sendable {
    /// How many schedulers.
    public var schedulers: Int
    /// How many workers each scheduler has.
    public var workersEach: Int
    /// How many task runs a new worker may have at once.
    public var slots: Int

    /// That size; one scheduler, two workers, four slots if nothing is said.
    public init(schedulers: Int = 1, workersEach: Int = 2, slots: Int = 4) {
      self.schedulers = schedulers
      self.workersEach = workersEach
      self.slots = slots
    }
  }

  /// Where it is.
  public let folder: InstanceFolder

  /// The instance in that folder, whether it is there or not.
  public init(_ folder: InstanceFolder) { self.folder = folder }

  // MARK: Up

  /// Sees to it that everything is there and runs; waits until the workers are linked.
  ///
  /// - Parameters:
  ///   - programs: the folder of `zmscheduler` and `zmworker`.
  ///   - tell: hears of each thing as it is done.
  /// - Throws: `InstanceError`, `DatabaseError`, `StoreError`.
  public func up(_ size: Size, programs: String, tell: (Report) -> Void) async throws {
    let server = try PrivateServer(folder)
    for name in ["zmscheduler", "zmworker"] where access("\(programs)/\(name)", X_OK) != 0 {
      throw InstanceError(.refused, "\(programs)/\(name) is not there: install zmey as a whole")
    }
    try prepareFolder()
    let lock = try await takeLock()
    let started = try server.start()
    try prepareKeys()
    tell(
      Report(
        kind: "postgres", name: "database", action: started ? "started" : "running", detail: folder.data,
        pid: server.processID))
    try await prepareDatabase(tell)

    var description = InstanceDescription.read(folder)
    description.grow(schedulers: size.schedulers, workersEach: size.workersEach)
    try choosePorts(&description)
    // Before anything is launched: whoever comes after an interrupted 'up' has to know what may run, and where.
    try description.write(folder)
    try await register(description, slots: size.slots)
    try startSchedulers(description, programs, tell)
    try await giveTokens(description)
    try startWorkers(description, programs, tell)
    try await waitUntilLinked(description)
    withExtendedLifetime(lock) {}
  }

  private func prepareFolder() throws(InstanceError) {
    // pg_ctl builds a shell's command of the path, and a comma would part two folders of sockets.
    if let odd = folder.path.first(where: { "'\"\\`$,".contains($0) || $0.isNewline }) {
      throw InstanceError(
        .usage,
        "the folder's path has a \(String(odd).debugDescription), which PostgreSQL cannot take: choose another with --dir"
      )
    }
    let run = "\(folder.path)/run"
    guard
      (try? FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)) != nil
    else { throw InstanceError(.refused, "cannot make the folder \(run): choose another with --dir") }
  }

  /// One `up` or `down` at a time; a second one waits for the first.
  private func takeLock() async throws -> SharedPidLock {
    let path = "\(folder.path)/run/zmctl.pid"
    for _ in 0..<1200 {
      do {
        return try SharedPidLock(path)
      } catch .held {
        try await Task.sleep(for: .milliseconds(100))
      } catch {
        throw InstanceError(.refused, "cannot lock \(path): \(error)")
      }
    }
    throw InstanceError(.failed, "another zmctl is at work in \(folder.path) for two minutes now")
  }

  private func prepareDatabase(_ tell: (Report) -> Void) async throws {
    let caller = InstanceFolder.operatorName()
    let maintenance = try await Connection.open(
      folder.conninfo(role: InstanceFolder.superuser, database: "postgres"), applicationName: "zmctl up")
    try await maintenance.run { session in
      let exists = Statement("database_exists", "select exists (select from pg_database where datname = $1)")
      let isThere =
        try session.query(exists, [.text(InstanceFolder.database)]).first { row in try row.bool(0) } ?? false
      if !isThere { try session.script("create database \(InstanceFolder.database)") }
    }
    await maintenance.close()
    let connection = try await Connection.open(
      folder.conninfo(role: InstanceFolder.superuser), applicationName: "zmctl up")
    let applied = try await Migrator.migrate(connection)
    try await connection.transaction { session in
      let make = Statement(
        "make_role",
        """
        select format('create role %I login', $1) where not exists (select from pg_roles where rolname = $1)
        """)
      for role in [caller, InstanceFolder.daemonRole] {
        if let command = try session.query(make, [.text(role)]).first({ row in try row.text(0) }) {
          try session.script(command)
        }
      }
      try session.script(
        "set local client_min_messages = error; grant zm_scheduler to \(InstanceFolder.daemonRole)")
      try Migrator.enrol(caller, level: "admin", session)
    }
    await connection.close()
    tell(
      Report(
        kind: "schema", name: "schema", action: applied.isEmpty ? "current" : "migrated",
        detail: "version \(Migrator.currentVersion)", pid: nil))
  }

  private func register(_ description: InstanceDescription, slots: Int) async throws {
    let connection = try await Connection.open(folder.conninfo(), applicationName: "zmctl up")
    try await connection.run { session in
      let schedulers = Set(try People.schedulers(session).map(\.name))
      let workers = Set(try People.workers(session).map(\.name))
      for scheduler in description.schedulers where !schedulers.contains(scheduler.name) {
        try People.addScheduler(scheduler.name, session)
      }
      for worker in description.workers where !workers.contains(worker.name) {
        try People.addWorker(worker.name, scheduler: worker.scheduler, slots: Int32(clamping: slots), session)
      }
    }
    await connection.close()
  }

  /// Gives every scheduler that does not run a port that is free.
  private func choosePorts(_ description: inout InstanceDescription) throws {
    for index in description.schedulers.indices {
      let (name, before) = (description.schedulers[index].name, description.schedulers[index].port)
      if try runningProcess(name) != nil {
        if before != 0 { continue }
        // The description was lost, and with it where the scheduler listens.
        try stop([name], "scheduler") { _ in }
      }
      let port = LoopbackPort.free(before, others: description.schedulers.map(\.port))
      guard port != before else { continue }
      // A worker that dials the old port must learn the new one.
      try stop(description.workers.filter { $0.scheduler == name }.map(\.name), "worker") { _ in }
      description.schedulers[index].port = port
    }
  }

  private func startSchedulers(
    _ description: InstanceDescription, _ programs: String, _ tell: (Report) -> Void
  ) throws {
    for scheduler in description.schedulers {
      let address = "127.0.0.1:\(scheduler.port)"
      let pid = try runningProcess(scheduler.name)
      let started =
        try pid
        ?? launch(
          "\(programs)/zmscheduler", scheduler.name,
          [
            "-la", address, "--name", scheduler.name, "--identity", folder.key(scheduler.name), "-db",
            folder.conninfo(role: InstanceFolder.daemonRole),
          ])
      tell(
        Report(
          kind: "scheduler", name: scheduler.name, action: pid == nil ? "started" : "running",
          detail: address, pid: started))
    }
  }

  private func startWorkers(
    _ description: InstanceDescription, _ programs: String, _ tell: (Report) -> Void
  ) throws {
    for worker in description.workers {
      guard let scheduler = description.schedulers.first(where: { $0.name == worker.scheduler }) else {
        continue
      }
      let pid = try runningProcess(worker.name)
      let started =
        try pid
        ?? launch(
          "\(programs)/zmworker", worker.name,
          [
            "-la", worker.name, "-sa", "127.0.0.1:\(scheduler.port)", "--credential", folder.key(worker.name),
            "-dt", folder.worker(worker.name), "--drain", "10s",
          ] + (getuid() == 0 ? ["--allow-root"] : []))
      tell(
        Report(
          kind: "worker", name: worker.name, action: pid == nil ? "started" : "running",
          detail: "of \(worker.scheduler)", pid: started))
    }
  }

  func runningProcess(_ name: String) throws -> Int32? {
    try PidLock.holder(folder.pidFile(name))
  }

  private func launch(_ path: String, _ name: String, _ arguments: [String]) throws -> Int32 {
    let all = [path] + arguments + ["--pid-file", folder.pidFile(name), "--log-file", folder.log(name)]
    var variables = ["PATH": InstanceFolder.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"]
    for name in ["HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SHELL"] {
      if let value = InstanceFolder.variable(name) { variables[name] = value }
    }
    var program = Program(path: path, arguments: all, environment: variables)
    program.workingDirectory = "/"
    return try Daemonizer.start(program, logFile: folder.log(name))
  }

  /// Waits until every worker of the instance is linked to its scheduler.
  private func waitUntilLinked(_ description: InstanceDescription) async throws {
    let names = Set(description.workers.map(\.name))
    let connection = try await Connection.open(folder.conninfo(), applicationName: "zmctl up")
    var missing = names
    for _ in 0..<1200 {
      let linked = try await connection.run { session in
        try People.workers(session).filter(\.isConnected).map(\.name)
      }
      missing = names.subtracting(linked)
      if missing.isEmpty { break }
      try await Task.sleep(for: .milliseconds(25))
    }
    await connection.close()
    guard let worker = missing.sorted().first else { return }
    throw InstanceError(
      .failed,
      "worker \(worker) is not linked after 30 s (see \(folder.log(worker)) and the scheduler's log beside it)"
    )
  }

  // MARK: Down

  /// Stops everything: workers first, so that they can still deliver; then schedulers; then the database.
  ///
  /// - Throws: `InstanceError` if something does not stop.
  public func down(tell: (Report) -> Void) async throws {
    guard access(folder.description, F_OK) == 0 || access(folder.data, F_OK) == 0 else { return }
    let server = try PrivateServer(folder)
    let lock = try await takeLock()
    let description = InstanceDescription.read(folder)
    try stop(description.workers.map(\.name), "worker", tell)
    try stop(description.schedulers.map(\.name), "scheduler", tell)
    let wasRunning = try server.stop()
    tell(
      Report(
        kind: "postgres", name: "database", action: wasRunning ? "stopped" : "not running",
        detail: folder.data, pid: nil))
    withExtendedLifetime(lock) {}
  }

  private func stop(_ names: [String], _ kind: String, _ tell: (Report) -> Void) throws {
    let running = try names.map { ($0, try runningProcess($0)) }
    for case (_, let pid?) in running { kill(pid, SIGTERM) }
    for (name, pid) in running {
      if let pid, try !waitForExit(of: pid, timeout: .seconds(40)) {
        throw InstanceError(.failed, "\(kind) \(name) (pid \(pid)) does not stop (see \(folder.log(name)))")
      }
      tell(
        Report(kind: kind, name: name, action: pid == nil ? "not running" : "stopped", detail: "", pid: pid))
    }
  }

  /// The processes of the instance, for measurements.
  public func processes() throws -> (database: Int32?, schedulers: [Int32], workers: [Int32]) {
    let description = InstanceDescription.read(folder)
    return (
      try PrivateServer(folder).processID,
      try description.schedulers.compactMap { try runningProcess($0.name) },
      try description.workers.compactMap { try runningProcess($0.name) }
    )
  }
}
