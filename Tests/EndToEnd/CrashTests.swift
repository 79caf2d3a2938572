import Foundation
import Glibc
import Processes
import Testing

/// Each test breaks the instance in the middle of a batch, mends it with `zmctl up`, and counts.
@Suite("Crashes", .serialized, .instance(workers: 2, slots: 50))
struct CrashTests {
  let zmey = PrivateInstance.current

  @Test func `a killed scheduler's work goes on and is adopted`() async throws {
    let run = try await inTheMiddle("scheduler") { try end(try zmey.process("s1"), SIGKILL) }
    try await expectEveryEnd(of: run)
    try expectEachRanOnce("scheduler")
  }

  @Test func `a killed database's work goes on and is adopted`() async throws {
    let run = try await inTheMiddle("database") { try end(try zmey.database(), SIGKILL) }
    try await expectEveryEnd(of: run)
    try expectEachRanOnce("database")
  }

  @Test func `a database that is stopped at once loses nothing`() async throws {
    // SIGQUIT is what pg_ctl -m immediate sends.
    let run = try await inTheMiddle("immediate") { try end(try zmey.database(), SIGQUIT) }
    try await expectEveryEnd(of: run)
    try expectEachRanOnce("immediate")
  }

  @Test func `a killed worker's task runs are run again`() async throws {
    let run = try await inTheMiddle("worker") { try end(try zmey.process("w1"), SIGKILL) }
    try await expectEveryEnd(of: run)
  }

  @Test func `when all daemons and the database are killed at once nothing is lost`() async throws {
    let run = try await inTheMiddle("all") {
      let pids = try ["s1", "w1", "w2"].map { try zmey.process($0) } + [try zmey.database()]
      for pid in pids { kill(try #require(pid), SIGKILL) }
      for pid in pids { try end(pid, SIGKILL) }
    }
    try await expectEveryEnd(of: run)
  }

  /// Submits 200 task runs of a second for 100 slots, does the damage once the first have ended, and mends it.
  private func inTheMiddle(_ name: String, _ damage: () throws -> Void) async throws -> Int64 {
    try await zmey.template(
      name, "#!/bin/sh\necho $ZM_TASK_RUN_ID >>\(zmey.path)/\(name)\nsleep 1\necho res\n")
    let run = try await zmey.submit(name, "--count", "200")
    try await until("some have ended and others are under way") {
      try await zmey.count("select from zm.task_run where run_id = \(run) and state = 10") > 0
    }
    try damage()
    try await zmey.up(workers: 2, slots: 50)
    #expect(try await zmey.zmctl("wait", "\(run)").output == "\(run) succeeded\n")
    return run
  }

  private func expectEveryEnd(of run: Int64) async throws {
    let ofRun = "from zm.task_run t where t.run_id = \(run)"
    let accepted = "select from zm.task_result r where r.task_run_id = t.id and r.state = 10"
    #expect(try await zmey.count("select \(ofRun)") == 200)
    #expect(try await zmey.count("select \(ofRun) and t.state = 10 and t.attempt <= 2") == 200)
    #expect(try await zmey.count("select \(ofRun) and (select count(*) from (\(accepted)) a) <> 1") == 0)
    #expect(try await zmey.count("select from zm.inflight") == 0)
    #expect(try await zmey.count("select from zm.queue") == 0)
    #expect(
      try await zmey.count("select from zm.run_tally where run_id = \(run) having sum(ended) = 200") == 1)
  }

  /// Every script noted the number of its task run. One whose claim was committed and not yet sent to a worker has
  /// a second attempt; the first was nothing but a number.
  private func expectEachRanOnce(_ name: String) throws {
    let lines = try String(contentsOfFile: "\(zmey.path)/\(name)", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 200)
    #expect(Set(lines).count == 200)
  }
}
