import Foundation
import Glibc
import Processes
import Testing
import ZmeyInstance

/// Daemons by hand, in the place of those that `up` starts.
extension PrivateInstance {
  /// Starts the instance's first worker anew, with further flags. `up` and `down` take it for their own.
  func restartWorker(_ flags: String...) async throws {
    if let running = try process("w1") { try end(running, SIGTERM) }
    let file = "\(path)/log/w1.log"
    let before = log("w1").count
    let program = Shell.program(
      "zmworker",
      [
        "-la", "w1", "-sa", "127.0.0.1:\(try port())", "--credential", "\(path)/keys/w1.pem", "-dt",
        "\(path)/workers/w1", "--drain", "10s",
        "--pid-file", "\(path)/run/w1.pid", "--log-file", file,
      ] + flags)
    _ = try Daemonizer.start(program, logFile: file)
    try await until("the worker is linked") { log("w1").dropFirst(before).contains("linked") }
  }

  /// Where the instance's scheduler listens.
  func port() throws -> UInt16 {
    struct Description: Decodable {
      struct Scheduler: Decodable { let port: UInt16 }
      let schedulers: [Scheduler]
    }
    let data = try #require(FileManager.default.contents(atPath: "\(path)/instance.json"))
    return try JSONDecoder().decode(Description.self, from: data).schedulers[0].port
  }

  /// The processes that keep an eye on the workers.
  func keepers() async throws -> [Int32] {
    let found = try await Shell.run("/usr/bin/pgrep", ["-f", "^zmkeeper .*\(path)/"]).output
    return found.split(separator: "\n").compactMap { Int32($0) }
  }

  // MARK: Work

  /// The number of a run's only task run of that name, or of its only one.
  func taskRun(of run: Int64, _ name: String? = nil) async throws -> Int64 {
    let all = try await must("list", "--run", "\(run)", "--json").json([TaskRun].self)
    return try #require(all.first { name == nil || $0.name == name }).id
  }

  func shown(_ id: Int64) async throws -> TaskRun { try await must("show", "\(id)", "--json").json() }

  /// Waits until a task run stands in that state.
  func untilState(_ id: Int64, _ state: String, at location: SourceLocation = #_sourceLocation) async throws {
    try await until("\(id) is \(state)", at: location) {
      try await count("select from zm_api.task_run where id = \(id) and state = '\(state)'") == 1
    }
  }

  /// Starts a pipeline that the YAML defines; returns the run's number.
  func start(_ pipeline: String, _ yaml: String) async throws -> Int64 {
    try await must("apply", "-", input: yaml)
    return try #require(Int64(try await must("start", pipeline).output.dropLast()))
  }

  /// Lets that much time pass in which the instance does other work.
  func pass(_ seconds: Double) async throws { try await must("exec", "--wait", "--", "sleep", "\(seconds)") }

  /// A whole number that a query has, asked by the database's superuser.
  func number(_ query: String) async throws -> Int64 {
    try await SQL.number(query, in: InstanceFolder(path).conninfo(role: "postgres"))
  }

  /// How many milliseconds passed from the last time that somebody asked for that verb of it to its end.
  func sinceAsked(_ verb: String, _ id: Int64) async throws -> Int64 {
    try await number(
      """
      select (extract(epoch from t.finished_at - (
        select max(at) from zm.audit where action = '\(verb)' and object = t.id::text)) * 1000)::bigint
      from zm.task_run t where t.id = \(id)
      """)
  }
}
