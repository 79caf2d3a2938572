import Foundation
import Glibc
import TestKit
import Testing

/// Very many lines, and everything that comes between: each becomes a task run once, in their order.
@Suite("Submissions")
struct SubmissionTests {
  private static let all = lines(1...20_500)

  private static func lines(_ range: ClosedRange<Int>) -> String {
    range.map { "line-\($0)\t\u{e4} b\n" }.joined()
  }

  /// A folder with the file `all`, and the database of a server that has the template `t`.
  private func with(
    _ server: TestServer? = nil, _ body: (_ folder: String, _ database: String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/zmey-lines-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.all.write(toFile: "\(folder)/all", atomically: false, encoding: .utf8)
    let shared = try await TestServer.shared
    let database = try await (server ?? shared).freshDatabase().conninfo()
    try #require(try await zmctl(database, "init").code == 0)
    let yaml = "templates: [{name: t, script: '#!/bin/sh'}]"
    try #require(try await zmctl(database, "apply", "-", input: yaml).code == 0)
    try await body(folder, database)
  }

  private func zmctl(_ database: String, _ arguments: String..., input: String = "") async throws
    -> Shell.Outcome
  {
    try await Shell.run("zmctl", arguments, input: input, variables: ["ZM_DB": database])
  }

  /// Expects that every line has become one task run of one run, and that this one is complete.
  private func expectEveryLineOnce(
    _ outcome: Shell.Outcome, in database: String, at location: SourceLocation = #_sourceLocation
  ) async throws {
    #expect(outcome.code == 0, "\(outcome.error)", sourceLocation: location)
    let run = try #require(Int64(outcome.output.dropLast()), sourceLocation: location)
    let counts = try await [
      SQL.count("select from zm.run", in: database),
      SQL.count("select from zm.run where id = \(run) and total = 20500 and not is_open", in: database),
      SQL.count("select from zm.queue", in: database),
      SQL.count("select from zm.task_run where run_id = \(run) and state = 1", in: database),
      SQL.count(
        """
        select from (select args, row_number() over (order by task_run_id) as line from zm.task_spec) s
        where args = array['line-' || line, '\u{e4} b']
        """, in: database),
    ]
    #expect(counts == [1, 1, 20_500, 20_500, 20_500], sourceLocation: location)
  }

  /// Starts a submission of what is written to a pipe, hands it some lines, and lets `body` disturb it once these are
  /// submitted. Returns how it ended.
  private func disturbed(
    _ folder: String, _ database: String, _ body: (_ path: String, _ pipe: FileHandle) async throws -> Void
  ) async throws -> Shell.Outcome {
    let path = "\(folder)/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    // Open for both, so that nobody waits for the other to open it.
    let pipe = FileHandle(fileDescriptor: Glibc.open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
    async let outcome = zmctl(database, "submit", "t", "--args-from", path, "--key", "k")
    try await write(1...10_000, to: pipe)
    try await until("they are submitted, and the pipe is empty") {
      try await SQL.count("select from zm.task_run", in: database) == 10_000
    }
    try await body(path, pipe)
    try pipe.close()
    return try await outcome
  }

  /// Writes lines on a thread that may be blocked. A pipe holds some 3000 that nobody reads.
  private func write(_ range: ClosedRange<Int>, to pipe: FileHandle) async throws {
    let text = Self.lines(range)
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try pipe.write(contentsOf: Data(text.utf8)) })
      }
    }
  }

  @Test func `from a file and from standard input have every line, in order`() async throws {
    try await with { folder, database in
      let file = try await zmctl(database, "submit", "t", "--args-from", "\(folder)/all", "--key", "k")
      try await expectEveryLineOnce(file, in: database)
      let input = try await zmctl(database, "submit", "t", "--args-from", "-", "--key", "k", input: Self.all)
      #expect(input.output == file.output)
      try await expectEveryLineOnce(input, in: database)
    }
  }

  @Test func `without arguments need no lines`() async throws {
    try await with { _, database in
      let outcome = try await zmctl(database, "submit", "t", "--count", "30500", "--priority", "-5")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(try await SQL.count("select from zm.queue where rank = 5", in: database) == 30_500)
      #expect(try await SQL.count("select from zm.task_spec", in: database) == 0)
    }
  }

  @Test func `whose sender was killed go on where they were`() async throws {
    try await with { folder, database in
      let killed = try await disturbed(folder, database) { pipe, _ in
        let found = try await Shell.run("/usr/bin/pgrep", ["-f", pipe]).output
        kill(try #require(Int32(found.dropLast())), SIGKILL)
      }
      #expect(killed.code == 128 + SIGKILL)
      let run = try await SQL.number(
        "select id from zm_api.run where state = 'running' and is_open", in: database)
      let shown = try await zmctl(database, "show", "\(run)")
      #expect(
        shown.output.contains("still open: submit the rest with --key k, or end it with 'zmctl stop \(run)'"))
      let again = try await zmctl(database, "submit", "t", "--args-from", "\(folder)/all", "--key", "k")
      try await expectEveryLineOnce(again, in: database)
      #expect(again.output == "\(run)\n")
    }
  }

  @Test func `go on by themselves when the database is restarted`() async throws {
    let server = try await TestServer()
    try await server.start()
    try await with(server) { folder, database in
      let outcome = try await disturbed(folder, database) { _, pipe in
        // In the middle of a transaction: it waits for this one, which ends with the server.
        let lock = "begin; lock table zm.queue in share mode; select pg_sleep(600)"
        async let holder: Void? = try? SQL.run(lock, in: database)
        let ofQueue = "select from pg_locks where relation = 'zm.queue'::regclass"
        try await until("the queue is locked") {
          try await SQL.count("\(ofQueue) and mode = 'ShareLock'", in: database) == 1
        }
        try await write(10_001...12_000, to: pipe)
        try await until("the submission waits") {
          try await SQL.count("\(ofQueue) and not granted", in: database) == 1
        }
        await server.stop(.immediate)
        try await server.start()
        #expect(await holder == nil)
        try await write(12_001...20_500, to: pipe)
      }
      try await expectEveryLineOnce(outcome, in: database)
    }
    await server.stop()
  }

  @Test func `say how to go on when the database does not come back`() async throws {
    let server = try await TestServer()
    try await server.start()
    try await with(server) { folder, database in
      let outcome = try await disturbed(folder, database) { _, pipe in
        await server.stop(.kill)
        try await write(10_001...12_000, to: pipe)
      }
      #expect(outcome.code == 4)
      #expect(outcome.error.split(separator: "\n").count == 1)
      #expect(outcome.error.contains("; 10000 task runs are submitted as run "), "\(outcome.error)")
      #expect(outcome.error.contains("go on by the same command with --key 'k'"), "\(outcome.error)")
      try await server.start()
      let again = try await zmctl(database, "submit", "t", "--args-from", "\(folder)/all", "--key", "k")
      try await expectEveryLineOnce(again, in: database)
    }
    await server.stop()
  }

  @Test func `of a file with a bad line are refused before anything is sent`() async throws {
    try await with { folder, database in
      try (Self.all + "a\0b\n").write(toFile: "\(folder)/bad", atomically: false, encoding: .utf8)
      let outcome = try await zmctl(database, "submit", "t", "--args-from", "\(folder)/bad")
      #expect(outcome.code == 2)
      #expect(outcome.error == "zmctl: \(folder)/bad:20501: a NUL character\n")
      #expect(try await SQL.count("select from zm.run", in: database) == 0)
    }
  }

  @Test func `of a pipe with a bad line say what is submitted, and go on with better ones`() async throws {
    try await with { folder, database in
      let outcome = try await disturbed(folder, database) { _, pipe in
        try await write(10_001...20_500, to: pipe)
        try pipe.write(contentsOf: Data("a\0b\n".utf8))
      }
      #expect(outcome.code == 2)
      #expect(outcome.output == "")
      let run = try await SQL.number(
        "select id from zm_api.run where is_open and total = 20000", in: database)
      #expect(
        outcome.error == """
          zmctl: \(folder)/pipe:20501: a NUL character; 20000 task runs are submitted as run \(run): mend it and go on by \
          the same command with --key 'k', or end it with 'zmctl stop \(run)'

          """)
      let again = try await zmctl(database, "submit", "t", "--args-from", "\(folder)/all", "--key", "k")
      try await expectEveryLineOnce(again, in: database)
    }
  }

  @Test func `of other lines under the same key are refused`() async throws {
    try await with { folder, database in
      for (lines, code) in [
        (Self.lines(1...2000), Int32(0)), (Self.lines(2...2001), 3), (Self.lines(1...1000), 3),
      ] {
        let outcome = try await zmctl(database, "submit", "t", "--args-from", "-", "--key", "k", input: lines)
        #expect(outcome.code == code, "\(outcome.error)")
      }
      #expect(try await SQL.count("select from zm.queue", in: database) == 2000)
    }
  }
}
