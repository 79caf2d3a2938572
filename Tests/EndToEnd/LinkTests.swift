import Foundation
import Glibc
import Processes
import Testing
import ZmeyInstance

/// Who is taken for a worker and who is not; the instance has one worker of two slots.
@Suite("Links", .serialized, .instance(workers: 1, slots: 2))
struct LinkTests {
  let zmey = PrivateInstance.current

  private func linked(_ name: String) async throws {
    try await until("\(name) is linked") { try await zmey.worker(name)?.connected == true }
  }

  /// Runs a script on the worker with that label, its own name.
  private func run(on name: String, _ script: String) async throws -> TaskRun {
    let run = try await zmey.run(
      "p-\(name)",
      """
      pipelines:
        - name: p-\(name)
          tasks:
            - {name: t, labels: [\(name)], script: "#!/bin/sh\\n\(script)"}
      """)
    return try #require(run["t"])
  }

  private func add(_ name: String, _ kind: String) async throws {
    try await zmey.must("worker", "add", name, "--scheduler", "s1", "--slots", "1", "--label", name)
    try await zmey.credential(kind, for: name)
  }

  @Test(arguments: ["token", "certificate"])
  func `a worker with its credential runs tasks; without it no more`(kind: String) async throws {
    let name = "with-\(kind)"
    try await add(name, kind)
    let worker = try zmey.startWorker(name)
    try await linked(name)
    let done = try await run(on: name, "echo res")
    #expect(done.worker == name && done.result == "res\n")

    // It may have been refused once before its scheduler had read the list.
    let before = zmey.log(name).count
    try await zmey.must("worker", "revoke", name)
    try await until("it is refused") {
      zmey.log(name).dropFirst(before).contains(
        "the scheduler refuses this worker: worker '\(name)' has no credential")
    }
    try await until("all see it") { try await zmey.worker(name)?.connected == false }
    try await until("the audit has it") {
      try await zmey.refused().contains {
        $0.object == name && $0.detail.reason.contains("has no credential")
      }
    }
    try end(worker, SIGTERM)
  }

  @Test func `what runs outlives a change of the credential`() async throws {
    try await add("renewed", "token")
    let worker = try zmey.startWorker("renewed")
    try await linked("renewed")
    let gate = "\(zmey.path)/gate"
    async let done = run(on: "renewed", "until [ -e \(gate) ]; do sleep 0.05; done; echo $ZM_ATTEMPT")
    try await until("it runs") { try await zmey.worker("renewed")?.busy == 1 }
    let new = try await zmey.must("worker", "certificate", "renewed").output
    try await until("the old one is refused") {
      zmey.log("renewed").contains("worker 'renewed' has a certificate, and does not show one")
    }
    try zmey.write(new, zmey.key("renewed"))
    try await linked("renewed")
    try #require(FileManager.default.createFile(atPath: gate, contents: nil))
    #expect(try await done.result == "1\n")
    try end(worker, SIGTERM)
  }

  @Test func `who shows another's credential, an old one or none is refused`() async throws {
    try await add("victim", "token")
    try FileManager.default.moveItem(atPath: zmey.key("victim"), toPath: zmey.key("old-token"))
    try await zmey.credential("certificate", for: "victim")
    try FileManager.default.moveItem(atPath: zmey.key("victim"), toPath: zmey.key("old-certificate"))
    try await add("other", "certificate")
    try await zmey.credential("certificate", for: "victim")
    let cases = [
      ("old-token", "victim", "worker 'victim' has a certificate, and does not show one"),
      ("old-certificate", "victim", "the certificate is not that of worker 'victim', or not any more"),
      ("other", "victim", "the certificate is not that of worker 'victim', or not any more"),
      ("w1", "victim", "worker 'victim' has a certificate, and does not show one"),
      ("other", "w1", "worker 'w1' has a token, and does not show one"),
      ("old-token", "w1", "the token is not that of worker 'w1', or not any more"),
      ("w1", "nobody", "no worker 'nobody' is on this scheduler's list"),
    ]
    for (credential, name, reason) in cases {
      try? FileManager.default.removeItem(atPath: "\(zmey.path)/log/as-\(name).log")
      let worker = try Daemonizer.start(
        Shell.program(
          "zmworker",
          [
            "-la", name, "-sa", "127.0.0.1:\(try zmey.port())", "-dt", "\(zmey.path)/-as-\(name)",
            "--log-file",
            "\(zmey.path)/log/as-\(name).log", "--credential", zmey.key(credential),
          ] + Shell.taskUser), logFile: "\(zmey.path)/log/as-\(name).log")
      try await until("\(credential) is refused for \(name)") {
        zmey.log("as-\(name)").contains("the scheduler refuses this worker: \(reason)")
      }
      try end(worker, SIGTERM)
      try await until("the audit has it") {
        try await zmey.refused().contains { row in
          row.kind == "worker" && row.object == name && row.detail.reason == reason
            && row.detail.peer.hasPrefix("127.0.0.1:")
        }
      }
    }
    // Who it was meant to be works on.
    #expect(try await zmey.worker("w1")?.connected == true)
    #expect(try await zmey.worker("victim")?.connected == false)
  }

  @Test func `a wire carries nothing that could be read`() async throws {
    let tap = try Wiretap(to: zmey.port())
    defer { tap.close() }
    try await add("secretive", "token")
    let worker = try zmey.startWorker("secretive", port: tap.port)
    try await linked("secretive")
    #expect(try await run(on: "secretive", "echo $((6 * 7))42-heard").result == "4242-heard\n")
    try end(worker, SIGTERM)
    let file = try String(contentsOfFile: zmey.key("secretive"), encoding: .utf8)
    let digits = try #require(file.split(separator: "\n").dropFirst().first)
    let token = try #require(Data(base64Encoded: String(digits)))
    #expect(tap.count > 1000)
    for words in ["secretive", "#!/bin/sh", "6 * 7", "4242-heard", String(digits)] {
      #expect(!tap.heard(words.utf8), "\(words)")
    }
    #expect(!tap.heard(token))
  }

  @Test func `without TLS a wire carries it all`() async throws {
    try await zmey.must("scheduler", "add", "open")
    try await zmey.must(
      "worker", "add", "talkative", "--scheduler", "open", "--slots", "1", "--label", "talkative")
    let port = UInt16.random(in: 20000..<30000)
    let database = InstanceFolder(zmey.path).conninfo(role: "zm_daemon")
    let scheduler = try Daemonizer.start(
      Shell.program("zmscheduler", ["-la", "127.0.0.1:\(port)", "--name", "open", "-db", database]),
      logFile: "\(zmey.path)/log/open.log")
    try await until("it listens") { zmey.log("open").contains("ready") }
    #expect(zmey.log("open").contains("without TLS: workers are taken from this machine only"))
    let tap = try Wiretap(to: port)
    defer { tap.close() }
    let worker = try Daemonizer.start(
      Shell.program(
        "zmworker",
        ["-la", "talkative", "-sa", "127.0.0.1:\(tap.port)", "-dt", "\(zmey.path)/-talkative"]
          + Shell.taskUser),
      logFile: "\(zmey.path)/log/talkative.log")
    try await linked("talkative")
    #expect(try await run(on: "talkative", "echo $((6 * 7))42-heard").result == "4242-heard\n")
    for words in ["talkative", "#!/bin/sh", "6 * 7", "4242-heard"] {
      #expect(tap.heard(words.utf8), "\(words)")
    }
    // Nobody has to show here what could be overheard.
    let refused = try await zmey.zmctl("worker", "token", "talkative")
    #expect(refused.code == 3 || refused.code == 1)
    #expect(refused.error.contains("--identity FILE"))
    try end(worker, SIGTERM)
    try end(scheduler, SIGTERM)
  }

  @Test func `a scheduler with another identity is refused by its workers until they know it`() async throws {
    try FileManager.default.removeItem(atPath: zmey.key("s1"))
    try await zmey.restartScheduler()
    try await until("w1 does not know it") {
      zmey.log("w1").contains("its certificate is not one of those in the credential file")
    }
    try await until("the audit has it") {
      try await zmey.refused().contains { row in
        row.object == "(no name)"
          && row.detail.reason.hasPrefix("it does not know this scheduler's certificate")
      }
    }
    try await zmey.credential("token", for: "w1")
    try await linked("w1")
  }

  @Test func `ten thousand strangers do not keep a worker from its work, and are few rows of the audit`()
    async throws
  {
    try await linked("w1")
    let before = try await zmey.refused().count
    try await zmey.template("steady", "#!/bin/sh\necho res\n")
    async let steady = zmey.must("submit", "steady", "--count", "200", "--wait", "--json")
    let port = try zmey.port()
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        for round in 0..<100 {
          let strangers = (0..<100).map { _ in Wiretap.dial(port) }
          for (number, stranger) in strangers.enumerated() where number % 2 == round % 2 {
            _ = send(stranger, [0, 0, 0, 0, 0, 0, 0, 0], 8, Int32(MSG_NOSIGNAL))
          }
          for stranger in strangers { close(stranger) }
        }
        continuation.resume()
      }
    }
    let run: Run = try await steady.json()
    #expect(run.state == "succeeded")
    #expect(run.taskRuns?.allSatisfy { $0.attempt == 1 } == true)
    #expect(try await zmey.worker("w1")?.connected == true)
    #expect(try await zmey.refused().count - before <= 6)
  }
}
