import Foundation
import Glibc
import Postgres
import Processes
import Testing
import ZmeyInstance
import ZmeyStore

/// Daemons that come, go and are told things; the instance has one worker of two slots.
@Suite("Daemons", .serialized, .instance(workers: 1, slots: 2))
struct ClusterTests {
  let zmey = PrivateInstance.current

  @Test func `the list of workers changes while all run`() async throws {
    try await gatedTemplate("listed")
    try await zmey.must("worker", "add", "my-host:4445", "--scheduler", "s1", "--slots", "1")
    let worker = try await startWorker("my-host:4445")
    try await until("the new worker is linked") { try await zmey.worker("my-host:4445")?.connected == true }

    let three = try await zmey.submit("listed", "--count", "3")
    try await until("it took work") { try await busy("my-host:4445") == 1 }
    try await until("the other is full") { try await busy("w1") == 2 }
    let one = try await zmey.submit("listed")
    try await zmey.must("worker", "set", "my-host:4445", "--slots", "2")
    try await until("it took work for its new slot") { try await busy("my-host:4445") == 2 }

    // It may have been refused once before its scheduler had read the list.
    let before = zmey.log("my-host:4445").count
    try await zmey.must("worker", "remove", "my-host:4445")
    let last = try await zmey.submit("listed")
    try open("listed")
    #expect(try await zmey.zmctl("wait", "\(three)", "\(one)", "\(last)").code == 0)
    for run in [three, one, last] { #expect(try await attempts(run) == 1) }
    try await until("it is refused") {
      zmey.log("my-host:4445").dropFirst(before).contains("refuses this worker")
    }
    let after: Run = try await zmey.must("submit", "listed", "--count", "20", "--wait", "--json").json()
    #expect(after.taskRuns?.allSatisfy { $0.worker == "w1" && $0.attempt == 1 } == true)
    try end(worker, SIGTERM)
  }

  @Test func `a worker that is not on the list is refused, and taken as soon as it is`() async throws {
    let worker = try await startWorker("stranger")
    try await until("it is refused") {
      zmey.log("stranger").contains("no worker 'stranger' is on this scheduler's list")
    }
    try await zmey.must("worker", "add", "stranger", "--scheduler", "s1", "--slots", "1")
    try await until("it is linked") { try await zmey.worker("stranger")?.connected == true }
    try end(worker, SIGTERM)
    try await zmey.must("worker", "remove", "stranger")
  }

  @Test func `a drained worker finishes what it runs, stays linked, and gets work again at once`()
    async throws
  {
    let first = try await startGated("emptied")
    try await zmey.must("worker", "drain", "w1", "--reason", "new disk")
    let second = try await zmey.submit("emptied")
    #expect(try await zmey.must("worker", "list").output.contains("drained (new disk)"))
    #expect(try await zmey.must("why", "\(second)").output.contains("worker \"w1\" is drained by"))
    try open("emptied")
    #expect(try await zmey.zmctl("wait", "\(first)").code == 0)
    try await until("it has nothing left") { try await zmey.worker("w1")?.busy == 0 }
    let worker = try #require(try await zmey.worker("w1"))
    #expect((worker.connected, worker.isDrained, worker.drainReason) == (true, true, "new disk"))
    #expect(try await zmey.must("list", "--run", "\(second)").output.contains("queued"))
    try await zmey.must("worker", "undrain", "w1")
    #expect(try await zmey.zmctl("wait", "\(second)").code == 0)
    #expect(try await zmey.worker("w1")?.isDrained == false)
  }

  @Test func `a paused scheduler claims nothing, not even after a restart, until it is resumed`() async throws
  {
    try await zmey.must("scheduler", "pause", "s1", "--reason", "move")
    try await zmey.template("moved", "#!/bin/sh\n")
    let run = try await zmey.submit("moved")
    try end(try zmey.process("s1"), SIGTERM)
    #expect(try await zmey.must("scheduler", "list").output.contains("stopped, paused (move)"))
    try await zmey.up()
    #expect(try await zmey.must("why", "\(run)").output.contains("scheduler \"s1\" is paused by"))
    #expect(try await zmey.must("list", "--run", "\(run)").output.contains("queued"))
    try await zmey.must("scheduler", "resume", "s1")
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
  }

  @Test func `who only listens sees a worker vanish and come back`() async throws {
    let (listener, _) = try await Listener.open(
      zmey.conninfo, applicationName: "tests", channels: [People.changeChannel]
    ) { session in try People.watch(session) }
    try await look(when: listener) { $0.connected }
    try end(try zmey.process("w1"), SIGKILL)
    try await look(when: listener) { !$0.connected && $0.load == nil }
    try await zmey.up()
    try await look(when: listener) { $0.connected }
    listener.close()
  }

  @Test func `a killed scheduler is not there, and neither are its workers, until up is through`()
    async throws
  {
    try end(try zmey.process("s1"), SIGKILL)
    // The server ends a session a moment after its client.
    try await until("it is gone") { try await zmey.must("status").output.contains("stopped") }
    #expect(try await zmey.worker("w1")?.connected == false)
    try await zmey.up()
    #expect(try await zmey.worker("w1")?.connected == true)
    #expect(try await zmey.must("status").output.contains("started"))
  }

  @Test func `a stopped worker finishes what it runs`() async throws {
    let run = try await startGated("drained")
    let worker = try #require(try zmey.process("w1"))
    kill(worker, SIGTERM)
    try await until("it drains") { zmey.log("w1").contains("draining") }
    try open("drained")
    #expect(try waitForExit(of: worker, timeout: .seconds(300)))
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
    #expect(try await attempts(run) == 1)
    try await zmey.up()
  }

  @Test func `a stopped scheduler leaves what runs alone, the next one adopts it`() async throws {
    let run = try await startGated("adopted")
    try end(try zmey.process("s1"), SIGTERM)
    try await zmey.up()
    try open("adopted")
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
    #expect(try await attempts(run) == 1)
  }

  @Test func `who waits outlives a restart of the database`() async throws {
    let run = try await startGated("restarted")
    async let waited = zmey.zmctl("wait", "\(run)")
    try await until("it looks at the run") {
      try await zmey.count(
        "select from pg_stat_activity where application_name = 'zmctl' and query like '%from zm_api.run%'")
        > 0
    }
    try end(try zmey.database(), SIGINT)
    try await zmey.up()
    try open("restarted")
    #expect(try await waited.output == "\(run) succeeded\n")
  }

  @Test func `what ends while no scheduler runs is delivered to the next one`() async throws {
    let run = try await startGated("spooled")
    try end(try zmey.process("s1"), SIGTERM)
    let before = try spooledBytes()
    try open("spooled")
    try await until("its end is spooled") { try spooledBytes() > before }
    try await zmey.up()
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
    #expect(try await attempts(run) == 1)
  }

  @Test(arguments: ["s1", "w1"])
  func `a daemon opens its log again after HUP`(name: String) async throws {
    let path = "\(zmey.path)/log/\(name).log"
    try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
    kill(try #require(try zmey.process(name)), SIGHUP)
    try await until("the new file is written") { zmey.log(name).contains("the log is open again") }
    #expect(try zmey.process(name) != nil)
  }

  @Test(arguments: [
    ("s1", 3, "scheduler \"s1\" is already running"), ("s9", 3, "no scheduler \"s9\" is registered"),
    ("spare", 1, "cannot listen on 127.0.0.1"),
  ])
  func `a scheduler without a free name and address does not start`(name: String, code: Int32, words: String)
    async throws
  {
    if name == "spare" { try await zmey.must("scheduler", "add", name) }
    let outcome = try await Shell.run(
      "zmscheduler",
      [
        "-la", "127.0.0.1:\(try zmey.port())", "--name", name, "-db",
        InstanceFolder(zmey.path).conninfo(role: "zm_daemon"), "--log-level", "critical",
      ])
    #expect(outcome.code == code)
    #expect(outcome.output == "")
    #expect(outcome.error.contains(words))
    #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
  }

  @Test func `a stranger's bytes do not disturb a scheduler`() async throws {
    let run = try await startGated("undisturbed")
    for bytes in ["GET / HTTP/1.1\\r\\n\\r\\n", "\\377\\377\\377\\377", "\\0\\0\\0\\0", "x"] {
      let talk = "exec 3<>/dev/tcp/127.0.0.1/\(try zmey.port()); printf '\(bytes)' >&3; exec 3>&-"
      #expect(try await Shell.run("/bin/bash", ["-c", talk]).code == 0)
    }
    try open("undisturbed")
    #expect(try await zmey.zmctl("wait", "\(run)").code == 0)
    #expect(try await attempts(run) == 1)
  }

  // MARK: Gates

  /// A template whose script waits until its gate is open.
  private func gatedTemplate(_ name: String) async throws {
    try await zmey.template(name, "#!/bin/sh\nuntil [ -e \(zmey.path)/\(name) ]; do sleep 0.05; done\n")
  }

  private func startGated(_ name: String) async throws -> Int64 {
    try await gatedTemplate(name)
    let run = try await zmey.submit(name)
    try await until("it runs") { try await zmey.must("list", "--run", "\(run)").output.contains("running") }
    return run
  }

  private func open(_ name: String) throws {
    try #require(FileManager.default.createFile(atPath: "\(zmey.path)/\(name)", contents: nil))
  }

  // MARK: Workers

  /// Starts a worker by hand, with flags as the original had them.
  private func startWorker(_ name: String) async throws -> Int32 {
    let program = Shell.program(
      "zmworker",
      [
        "-la=\(name)", "-sa", "127.0.0.1:\(try zmey.port())", "-dt", "\(zmey.path)/-\(name)", "-st", "1s",
        "-pt=1s",
        "--log-file", "\(zmey.path)/log/\(name).log",
      ] + Shell.taskUser)
    return try Daemonizer.start(program, logFile: "\(zmey.path)/log/\(name).log")
  }

  /// Looks at the instance's worker now and at each change that is told, until it is so.
  private func look(when listener: Listener, until isSo: (Worker) -> Bool) async throws {
    if try await zmey.worker("w1").map(isSo) == true { return }
    for await case .notified in listener.events where try await zmey.worker("w1").map(isSo) == true { return }
    Issue.record("the listening connection ended")
  }

  private func spooledBytes() throws -> Int {
    let spool = URL(fileURLWithPath: "\(zmey.path)/workers/w1/spool")
    return try FileManager.default.contentsOfDirectory(at: spool, includingPropertiesForKeys: nil)
      .reduce(0) { try $0 + Data(contentsOf: $1).count }
  }

  private func busy(_ worker: String) async throws -> Int64 {
    try await zmey.count(
      "select from zm.inflight join zm.worker w on w.id = worker_id where w.name = '\(worker)'")
  }

  /// The most attempts of a run's task runs.
  private func attempts(_ run: Int64) async throws -> Int? {
    try await zmey.must("list", "--run", "\(run)", "--json").json([TaskRun].self).map(\.attempt).max()
  }
}
