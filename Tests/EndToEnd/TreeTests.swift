import Foundation
import Glibc
import Processes
import Testing

/// What becomes of a task's processes, by each way in which a worker can hold them together.
@Suite("Trees", .serialized, .instance(workers: 1, slots: 6))
struct TreeTests {
  let zmey = PrivateInstance.current

  /// The ways that this machine lets us go.
  static let ways =
    ((try? TreeControl.cgroup(name: "zmey-probe-\(getpid())")) == nil ? [] : ["cgroup"]) + ["signals"]

  private func startWorker(_ way: String) async throws {
    let before = zmey.log("w1").count
    try await zmey.restartWorker("--trees", way)
    let said = zmey.log("w1").dropFirst(before)
    #expect(said.contains("by=\(way)") || said.contains("by=\"\(way) "), "\(said)")
  }

  /// Twice nobody has moved, while another task of the worker ran.
  private func expectStandstill(_ crew: Crew, _ id: Int64) async throws {
    let first = try crew.look(id)
    #expect(first.ticks.count >= 8)
    try await zmey.pass(0.3)
    #expect(try crew.look(id) == first)
  }

  @Test(arguments: ways)
  func `a pause stills every process of a task, a resume moves all, a stop ends all`(way: String) async throws
  {
    try await startWorker(way)
    let crew = Crew(zmey: zmey, name: "crew-\(way)")
    let id = try await crew.start("grace: 500ms")
    try await crew.awaitProgress()

    #expect(try await zmey.must("pause", "\(id)", "--wait").output == "1 pausing\n")
    #expect(try await zmey.shown(id).state == "paused")
    try await expectStandstill(crew, id)

    #expect(try await zmey.must("resume", "\(id)", "--wait").output == "1 resuming\n")
    #expect(try await zmey.shown(id).state == "running")
    try await crew.awaitProgress()

    #expect(try await zmey.must("stop", "\(id)", "--wait").output == "1 stopping\n")
    // The state is the proof: nobody is waited for.
    #expect(try await zmey.shown(id).state == "stopped")
    #expect(try crew.marked(id) == [] && crew.remaining == [])
    // One is deaf, so the grace passes, not the usual one of ten seconds; the rest is for machines under load.
    let took = try await zmey.sinceAsked("stop", id)
    #expect((500..<10_000).contains(took))
  }

  @Test(arguments: ways)
  func `what is paused is stopped without a resume, at once if there is no time`(way: String) async throws {
    try await startWorker(way)
    let crew = Crew(zmey: zmey, name: "still-\(way)")
    let id = try await crew.start("grace: 10m")
    try await zmey.must("pause", "\(id)", "--wait")
    try await zmey.must("stop", "\(id)", "--now", "--wait")
    #expect(try await zmey.sinceAsked("kill", id) < 300_000)
    #expect(try crew.remaining == [] && crew.marked(id) == [])
    #expect(try await zmey.shown(id).state == "stopped")
  }

  @Test(arguments: ways)
  func `what is paused and stopped has its grace to clean up`(way: String) async throws {
    try await startWorker(way)
    try await zmey.template(
      "tidy-\(way)",
      "#!/bin/sh\ntrap 'echo tidied; kill $!; exit' TERM\nsleep 1000 &\necho >\(zmey.path)/tidy-\(way)\nwait\n",
      ["--grace", "10m"])
    let id = try await zmey.taskRun(of: zmey.submit("tidy-\(way)"))
    try await until("it is ready") { FileManager.default.fileExists(atPath: "\(zmey.path)/tidy-\(way)") }
    try await zmey.must("pause", "\(id)", "--wait")
    try await zmey.must("stop", "\(id)", "--wait")
    let shown = try await zmey.shown(id)
    #expect((shown.state, shown.reason, shown.result) == ("stopped", "it was stopped", "tidied\n"))
    #expect(try await zmey.sinceAsked("stop", id) < 300_000)
  }

  @Test(arguments: ways, [false, true])
  func `nothing outlives a killed worker; what may runs again, what may not is lost`(way: String, alone: Bool)
    async throws
  {
    try await startWorker(way)
    let again = Crew(zmey: zmey, name: "again-\(way)-\(alone)")
    let once = Crew(zmey: zmey, name: "once-\(way)-\(alone)")
    let (first, second) = (try await again.start("grace: 10m"), try await once.start("rerun_if_lost: false"))
    let pids = try again.pids + once.pids
    let worker = try #require(try zmey.process("w1"))
    if alone {
      // Stopped first, or it would start another keeper.
      kill(worker, SIGSTOP)
      let keepers = try await zmey.keepers()
      #expect(keepers.count == 1)
      for keeper in keepers { kill(keeper, SIGKILL) }
      try end(worker, SIGKILL)
      try await zmey.restartWorker("--trees", way)
    } else {
      try end(worker, SIGKILL)
    }
    for pid in pids { #expect(try waitForExit(of: pid, timeout: .seconds(300)), "\(pid)") }
    try await until("nobody is left") { try again.marked(first) == [] && once.marked(second) == [] }

    if !alone { try await zmey.restartWorker("--trees", way) }
    try await zmey.untilState(first, "succeeded")
    try await zmey.untilState(second, "lost")
    #expect(again.attempts == ["1", "2"])
    #expect(once.attempts == ["1"])
    #expect(try await zmey.shown(second).attempt == 1)
  }
}
