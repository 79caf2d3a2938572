import Foundation
import Glibc
import Testing

/// What `logs -f` shows while scripts run and things break.
@Suite("Following", .serialized, .instance(workers: 1, slots: 2))
struct FollowTests {
  let zmey = PrivateInstance.current

  private struct Chunk: Decodable {
    let attempt: Int
    let chunk: Int
    let stream: String
    let at: String
    let text: String
    let base64: String?
  }

  private func submit(_ name: String, _ script: String, _ flags: String...) async throws -> String {
    try await zmey.template(name, script, flags)
    let run = try await zmey.submit(name)
    return "\(try await zmey.taskRun(of: run))"
  }

  private func untilFollowed(_ count: Int64 = 1) async throws {
    try await until("somebody follows") {
      try await zmey.count("select from pg_stat_activity where application_name = 'zmctl watch'") >= count
    }
  }

  @Test(arguments: [SIGKILL, SIGINT])
  func `no line is lost or shown twice when the database goes away in the middle`(signal: Int32) async throws
  {
    let gate = "\(zmey.path)/gate\(signal)"
    let script = """
      #!/bin/sh
      i=0
      while [ $i -lt 200 ] || [ ! -e \(gate) ]; do
        i=$((i + 1)); echo line $i; echo error $i >&2; sleep 0.02
      done
      echo $i in all
      """
    let id = try await submit("lines\(signal)", script)
    async let followed = zmey.zmctl("logs", "-f", id)
    async let json = zmey.zmctl("logs", "-f", id, "--json")
    try await untilFollowed(2)
    try await until("there is output") {
      try await zmey.count("select from zm.task_log where task_run_id = \(id)") > 5
    }
    try end(try zmey.database(), signal)
    try await zmey.up(workers: 1, slots: 2)
    #expect(try await Shell.run("/usr/bin/touch", [gate]).code == 0)

    let outcome = try await followed
    #expect(outcome.code == 0, "\(outcome.error.suffix(200))")
    let count = try #require(
      outcome.output.split(separator: "\n").last?.split(separator: " ").first.flatMap { Int($0) })
    #expect(outcome.output == (1...count).map { "line \($0)\n" }.joined() + "\(count) in all\n")
    #expect(outcome.error == (1...count).map { "error \($0)\n" }.joined())
    let chunks = try await json.output.split(separator: "\n").map {
      try JSONDecoder().decode(Chunk.self, from: Data($0.utf8))
    }
    #expect(chunks.map(\.chunk) == Array(chunks.indices))
    #expect(chunks.filter { $0.stream == "stdout" }.map(\.text).joined() == outcome.output)
    #expect(chunks.filter { $0.stream == "stderr" }.map(\.text).joined() == outcome.error)
  }

  @Test func `no line is lost or shown twice when the scheduler is killed and comes back`() async throws {
    let gate = "\(zmey.path)/gate-of-scheduler"
    let script = """
      #!/bin/sh
      i=0
      while [ $i -lt 20 ] || [ ! -e \(gate) ]; do i=$((i + 1)); echo line $i; sleep 0.1; done
      echo $i in all
      """
    let id = try await submit("scheduler-lines", script)
    async let followed = zmey.zmctl("logs", "-f", id)
    try await untilFollowed()
    let lines = "select from zm.task_log where task_run_id = \(id)"
    try await until("there is output") { try await zmey.count(lines) > 3 }
    try end(try zmey.process("s1"), SIGKILL)
    let before = try await zmey.count(lines)
    try await zmey.up(workers: 1, slots: 2)
    try await until("there is more") { try await zmey.count(lines) > before + 3 }
    #expect(try await Shell.run("/usr/bin/touch", [gate]).code == 0)
    let outcome = try await followed
    let count = try #require(
      outcome.output.split(separator: "\n").last?.split(separator: " ").first.flatMap { Int($0) })
    #expect(outcome.output == (1...count).map { "line \($0)\n" }.joined() + "\(count) in all\n")
    #expect((outcome.code, outcome.error) == (0, ""))
  }

  @Test func `a queued one is waited for, and its next attempts are followed, too`() async throws {
    let gate = "\(zmey.path)/queued"
    try await zmey.template(
      "patient",
      """
      #!/bin/sh
      echo attempt $ZM_ATTEMPT
      printf '\\377'
      until [ -e \(gate) ]; do sleep 0.02; done
      [ $ZM_ATTEMPT = 2 ]
      """, ["--attempts", "2"])
    // Held before a scheduler can see it: both in one transaction.
    try await SQL.run(
      "do $$ begin perform zm_api.control('hold', array[zm_api.submit('patient')]); end $$", in: zmey.conninfo
    )
    let run: TaskRun = try #require(
      try await zmey.must("list", "--state", "held", "--json").json([TaskRun].self).first)
    async let followed = zmey.zmctl("logs", "-f", "\(run.id)")
    async let json = zmey.zmctl("logs", "-f", "\(run.id)", "--json")
    try await untilFollowed(2)
    try await zmey.must("release", "\(run.id)")
    #expect(try await Shell.run("/usr/bin/touch", [gate]).code == 0)
    let outcome = try await followed
    #expect(outcome.bytes == Array("attempt 1\n".utf8) + [255] + Array("attempt 2\n".utf8) + [255])
    #expect(outcome.error == "-- attempt 2 --\n")
    let chunks = try await json.output.split(separator: "\n").map {
      try JSONDecoder().decode(Chunk.self, from: Data($0.utf8))
    }
    #expect(Set(chunks.map(\.attempt)) == [1, 2])
    let bytes = chunks.flatMap { $0.base64.flatMap { Data(base64Encoded: $0) } ?? Data($0.text.utf8) }
    #expect(bytes == outcome.bytes)
  }

  @Test func `one that is stopped before it ran ends the following`() async throws {
    try await zmey.template("never-ran", "#!/bin/sh\necho ran\n")
    try await SQL.run(
      "do $$ begin perform zm_api.control('hold', array[zm_api.submit('never-ran')]); end $$",
      in: zmey.conninfo)
    let run: TaskRun = try #require(
      try await zmey.must("list", "--state", "held", "--json").json([TaskRun].self).first)
    async let followed = zmey.zmctl("logs", "-f", "\(run.id)")
    try await untilFollowed()
    try await zmey.must("stop", "\(run.id)")
    let outcome = try await followed
    #expect((outcome.code, outcome.output, outcome.error) == (0, "", ""))
  }

  @Test func `Ctrl-C ends it without a word`() async throws {
    let gate = "\(zmey.path)/interrupted"
    let id = try await submit(
      "interrupted", "#!/bin/sh\necho begun\nuntil [ -e \(gate) ]; do sleep 0.05; done\n")
    let script = """
      import signal, subprocess, sys
      p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
      line = p.stdout.readline()
      p.send_signal(signal.SIGINT)
      rest = p.communicate()
      print(line, rest, p.returncode)
      """
    let outcome = try await Shell.run(
      "/usr/bin/python3",
      ["-c", script, "\(Shell.programs)/zmctl", "logs", "-f", id, "--db", zmey.conninfo])
    // Ended by the signal: a shell says 130.
    #expect(outcome.output == "b'begun\\n' (b'', b'') -2\n")
    #expect(try await Shell.run("/usr/bin/touch", [gate]).code == 0)
  }
}
