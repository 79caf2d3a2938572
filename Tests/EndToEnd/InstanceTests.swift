import Foundation
import Glibc
import Processes
import Testing
import ZmeyInstance

@Suite("An instance goes up and down")
struct InstanceTests {
  @Test func `two 'up' at once make one instance, and a third changes nothing`() async throws {
    try await PrivateInstance.with { zmey in
      async let one = zmey.zmctl("up", "--dir", zmey.path)
      async let other = zmey.zmctl("up", "--dir", zmey.path)
      for outcome in try await [one, other] { #expect(outcome.code == 0, "\(outcome.error)") }
      let pids = try ["s1", "w1", "w2"].map { try zmey.process($0) }
      #expect(Set(pids.compactMap(\.self)).count == 3)

      let third: InstanceReport = try await zmey.up(workers: 2)
      #expect(third.parts.map(\.action) == ["running", "current", "running", "running", "running"])
      #expect(try ["s1", "w1", "w2"].map { try zmey.process($0) } == pids)
    }
  }

  @Test func `what was done is there after down and up, and after everything was killed`() async throws {
    try await PrivateInstance.with { zmey in
      try await zmey.up()
      let before = try await zmey.run(script: "#!/bin/sh\necho kept", as: "kept")
      try await zmey.must("down", "--dir", zmey.path)
      try await zmey.up()
      #expect(try await zmey.must("result", "\(before.id)").output == "kept\n")

      let pids = try [zmey.process("s1"), zmey.process("w1"), zmey.database()]
      for pid in pids { kill(try #require(pid), SIGKILL) }
      try await zmey.up()
      #expect(try await zmey.must("result", "\(before.id)").output == "kept\n")
      let run: Run = try await zmey.must("submit", "kept", "--wait", "--json").json()
      #expect(run.state == "succeeded")
    }
  }

  @Test func `an 'up' that was killed in the middle is completed by the next`() async throws {
    try await PrivateInstance.with { zmey in
      let program = Shell.program("zmctl", ["up", "--dir", zmey.path, "--workers", "1"])
      let first = try Daemonizer.start(program, logFile: "\(zmey.path)/up")
      try await until("the first scheduler runs") { try zmey.process("s1") != nil }
      try end(first, SIGKILL)
      try await zmey.up()
      #expect(try await zmey.run(script: "#!/bin/sh\necho res", as: "res").result == "res\n")
    }
  }

  @Test func `a socket's folder that somebody else could have made is refused`() async throws {
    try await PrivateInstance.with { zmey in
      let deep = "\(zmey.path)/\(String(repeating: "deep", count: 25))"
      let parts = InstanceFolder(deep).conninfo().split(separator: "'")
      let socket = String(try #require(parts.dropFirst().first))
      try #require(socket.hasPrefix("/tmp/zmey-"))
      try FileManager.default.createDirectory(atPath: socket, withIntermediateDirectories: false)
      defer { rmdir(socket) }
      chmod(socket, 0o777)
      let outcome = try await zmey.zmctl("up", "--dir", deep)
      #expect(outcome.code == 3)
      #expect(outcome.error.contains("others than its owner may write to \(socket)"), "\(outcome.error)")
    }
  }

  @Test func `daemons whose description was lost are found again`() async throws {
    try await PrivateInstance.with { zmey in
      try await zmey.up()
      try FileManager.default.removeItem(atPath: "\(zmey.path)/instance.json")
      try await zmey.up()
      #expect(try await zmey.run(script: "#!/bin/sh\necho res", as: "res").result == "res\n")
    }
  }

  @Test func `a demonstration that fails still prints its document`() async throws {
    try await PrivateInstance.with { zmey in
      let up = ["up", "--dir", zmey.path, "--workers", "1"]
      // The examples' scripts find no program.
      try #require(try await Shell.run("zmctl", up, variables: ["PATH": "/nonexistent"]).code == 0)
      let demo = try await zmey.zmctl("demo", "--json")
      #expect(demo.code == 1)
      let runs = try demo.json([Run].self)
      #expect(runs.count > 1 && runs.contains { $0.state == "failed" && $0.taskRuns?.isEmpty == false })
    }
  }

  @Test func `tasks leave nothing in a worker's folder, and down leaves no process`() async throws {
    try await PrivateInstance.with { zmey in
      try await zmey.up(slots: 8)
      try await zmey.template("busy", "#!/bin/sh\ncat >file\necho x | tee -a file >&2\n")
      try await zmey.must("submit", "busy", "--count", "100", "--wait")
      let folder = "\(zmey.path)/workers/w1"
      // Empty working folders may stay, for the next tasks.
      try await until("no file of a task is left") {
        try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/tasks").allSatisfy {
          !$0.contains("/") && Int($0) != nil
        }
      }
      try await zmey.must("down", "--dir", zmey.path)
      #expect(!FileManager.default.fileExists(atPath: folder))
      #expect(try await Shell.run("/usr/bin/pgrep", ["-f", zmey.path]).output == "")
      #expect(try await zmey.must("down", "--dir", zmey.path).output.hasPrefix("Nothing was running"))
    }
  }

  @Test func `down ends what does not end by itself, and up runs it again`() async throws {
    try await PrivateInstance.with { zmey in
      try await zmey.up()
      try await zmey.template(
        "endless", "#!/bin/sh\n[ $ZM_ATTEMPT = 2 ] && exit\necho $$ >\(zmey.path)/pid\nsleep 1000\n")
      let run = try await zmey.submit("endless")
      try await until("it runs") { try await zmey.count("select from zm.task_run where state = 4") == 1 }
      let file = "\(zmey.path)/pid"
      func said() -> Int32? { try? Int32(String(contentsOfFile: file, encoding: .utf8).dropLast()) }
      try await until("it has said who it is") { said() != nil }
      let pid = try #require(said())
      try await zmey.must("down", "--dir", zmey.path)
      #expect(try waitForExit(of: pid, timeout: .zero))
      try await zmey.up()
      #expect(try await zmey.must("wait", "\(run)").output == "\(run) succeeded\n")
    }
  }
}
