import Foundation
import Glibc
import Processes
import Testing
import ZmeyInstance

/// A scheduler that gives a silent worker up after some seconds, fewer than usual but so many that none is silent for
/// want of a processor, and two workers of its own.
@Suite("Silence", .serialized, .instance(workers: 1, slots: 1))
struct SilenceTests {
  let zmey = PrivateInstance.current

  @Test func `a frozen worker's task runs elsewhere, and its late result counts for nothing`() async throws {
    try await withShortPatience { _, workers in
      let run = try await submitGated("frozen")
      try await until("it runs") { try await holder(of: run) != nil }
      let first = try #require(try await holder(of: run))
      let frozen = try #require(workers[first])
      kill(frozen, SIGSTOP)
      try await until("it runs elsewhere") { try await ![nil, first].contains(holder(of: run)) }
      try openGate("frozen")
      #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
      kill(frozen, SIGCONT)
      try await until("it is back") { try await zmey.worker(first)?.connected == true }
      let ofRun = "from zm.task_result r join zm.task_run t on t.id = r.task_run_id where t.run_id = \(run)"
      #expect(try await zmey.count("select \(ofRun) and r.state = 10 and r.attempt = 2") == 1)
      #expect(try await zmey.count("select \(ofRun) and r.state = 14 and r.attempt = 1") == 1)
      #expect(try await zmey.count("select \(ofRun)") == 2)
    }
  }

  @Test func `a worker that hears no scheduler for its lease ends what it runs`() async throws {
    try await withShortPatience { scheduler, _ in
      let run = try await submitGated("orphaned")
      let file = "\(zmey.path)/orphaned.pid"
      func said() -> Int32? { try? Int32(String(contentsOfFile: file, encoding: .utf8).dropLast()) }
      try await until("it runs") { said() != nil }
      let pid = try #require(said())
      try end(scheduler, SIGKILL)
      #expect(try waitForExit(of: pid, timeout: .seconds(300)))
      try openGate("orphaned")
      let next = try startScheduler()
      #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
      try end(next, SIGTERM)
    }
  }

  // MARK: The scheduler and its workers

  /// An address of this process alone: all of 127.0.0.0/8 is this machine, and nobody else listens on those below.
  private static let address =
    "127.\(Int.random(in: 100...254)).\(Int.random(in: 0...254)).\(Int.random(in: 1...254)):"
    + "\(UInt16.random(in: 20000..<30000))"

  /// Runs `body` with the scheduler's process and those of its workers. The instance's own worker rests.
  private func withShortPatience(_ body: (Int32, [String: Int32]) async throws -> Void) async throws {
    if try await zmey.worker("w1") != nil { try await zmey.must("worker", "remove", "w1") }
    if try await zmey.worker("a") == nil {
      try await zmey.must("scheduler", "add", "s2")
      for name in ["a", "b"] {
        try await zmey.must("worker", "add", name, "--scheduler", "s2", "--slots", "1")
      }
    }
    var processes = ["s2": try startScheduler()]
    // Until they are gone they keep their names and folders from the next ones.
    defer {
      for pid in processes.values { kill(pid, SIGKILL) }
      for pid in processes.values { _ = try? waitForExit(of: pid, timeout: .seconds(300)) }
    }
    for name in ["a", "b"] {
      processes[name] = try start(
        "zmworker", name,
        ["-la", name, "-sa", Self.address, "-dt", "\(zmey.path)/workers/\(name)"] + Shell.taskUser)
      try await until("\(name) is linked") { try await zmey.worker(name)?.connected == true }
    }
    try await body(try #require(processes["s2"]), processes)
  }

  private func startScheduler() throws -> Int32 {
    let database = InstanceFolder(zmey.path).conninfo(role: "zm_daemon")
    return try start(
      "zmscheduler", "s2", ["-la", Self.address, "--name", "s2", "-db", database, "-cw", "10s", "-pb", "1s"])
  }

  private func start(_ program: String, _ name: String, _ flags: [String]) throws -> Int32 {
    try Daemonizer.start(Shell.program(program, flags), logFile: "\(zmey.path)/log/\(name).log")
  }

  // MARK: Work

  private func submitGated(_ name: String) async throws -> Int64 {
    let gate = "\(zmey.path)/\(name)"
    try await zmey.template(
      name, "#!/bin/sh\necho $$ >\(gate).pid\nuntil [ -e \(gate) ]; do sleep 0.05; done\n")
    return try await zmey.submit(name)
  }

  private func openGate(_ name: String) throws {
    try #require(FileManager.default.createFile(atPath: "\(zmey.path)/\(name)", contents: nil))
  }

  /// The worker that has the run's only task run.
  private func holder(of run: Int64) async throws -> String? {
    for name in ["a", "b"] {
      let held = """
        select from zm.inflight i join zm.worker w on w.id = i.worker_id join zm.task_run t on t.id = i.task_run_id
        where w.name = '\(name)' and t.run_id = \(run) and t.state = 4
        """
      if try await zmey.count(held) == 1 { return name }
    }
    return nil
  }
}
