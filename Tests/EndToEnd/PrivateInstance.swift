import Foundation
import Postgres
import Processes
import Testing
import ZmeyInstance

/// An instance in a fresh folder of /tmp, and the tools that work with it.
struct PrivateInstance: Sendable {
  let path: String

  /// The instance of the suite that is running.
  @TaskLocal static var current = PrivateInstance(path: "/nonexistent")

  /// Lets `body` have a folder for an instance, and takes away whatever it has made of it.
  static func with(_ body: (PrivateInstance) async throws -> Void) async throws {
    await sweep.value
    let path = "\(prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let instance = PrivateInstance(path: path)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(instance)) } catch { outcome = .failure(error) }
    let down = try await instance.zmctl("down", "--dir", path)
    if down.code != 0 { Issue.record("zmctl down: \(down.error)") }
    try FileManager.default.removeItem(atPath: path)
    try outcome.get()
  }

  private static let prefix = "/tmp/zmey-test-"

  /// Stops and removes what test processes have left that were killed.
  private static let sweep = Task {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
      let path = "/tmp/\(name)"
      guard path.hasPrefix(prefix), let pid = pid_t(path.dropFirst(prefix.count).prefix { $0 != "-" }),
        kill(pid, 0) == -1, errno == ESRCH
      else { continue }
      _ = try? await Shell.run("zmctl", ["down", "--dir", path])
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  // MARK: Tools

  var conninfo: String { InstanceFolder(path).conninfo() }
  /// How the database's superuser reaches it.
  var superuser: String { InstanceFolder(path).conninfo(role: "postgres") }

  func zmctl(_ arguments: [String], input: String = "") async throws -> Shell.Outcome {
    try await Shell.run("zmctl", arguments, input: input, variables: ["ZM_DB": conninfo])
  }

  func zmctl(_ arguments: String..., input: String = "") async throws -> Shell.Outcome {
    try await zmctl(arguments, input: input)
  }

  /// Runs a tool that must succeed.
  @discardableResult
  func must(
    _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
  ) async throws -> Shell.Outcome {
    let outcome = try await zmctl(arguments, input: input)
    try #require(
      outcome.code == 0, "zmctl \(arguments.joined(separator: " ")): \(outcome.error)",
      sourceLocation: location)
    return outcome
  }

  @discardableResult
  func up(workers: Int = 1, slots: Int = 4) async throws -> InstanceReport {
    try await must("up", "--dir", path, "--workers", "\(workers)", "--slots", "\(slots)", "--json").json()
  }

  /// Starts the pipeline that the YAML defines and returns how it ended.
  func run(_ pipeline: String, _ yaml: String) async throws -> Run {
    try await must("apply", "-", input: yaml)
    return try await zmctl("start", pipeline, "--wait", "--json").json()
  }

  /// Runs a script once, as a template of that name, and returns how it ended.
  func run(script: String, as name: String, _ flags: String...) async throws -> TaskRun {
    try await template(name, script, flags)
    let run: Run = try await zmctl("submit", name, "--wait", "--json").json()
    return try #require(run.taskRuns?.first)
  }

  func template(_ name: String, _ script: String, _ flags: [String] = []) async throws {
    let outcome = try await zmctl(["template", "add", name, "--script", "-"] + flags, input: script)
    try #require(outcome.code == 0, "template \(name): \(outcome.error)")
  }

  /// Submits without waiting; returns the run's number.
  func submit(_ template: String, _ flags: String...) async throws -> Int64 {
    let outcome = try await zmctl(["submit", template] + flags)
    return try #require(Int64(outcome.output.dropLast()), "submit \(template): \(outcome.error)")
  }

  func worker(_ name: String) async throws -> Worker? {
    try await must("worker", "list", "--json").json([Worker].self).first { $0.name == name }
  }

  // MARK: What stands behind them

  /// How many rows a query has, asked by the database's superuser.
  func count(_ query: String) async throws -> Int64 {
    try await SQL.count(query, in: superuser)
  }

  /// The process of a scheduler or worker.
  func process(_ name: String) throws -> Int32? { try PidLock.holder("\(path)/run/\(name).pid") }

  /// The first process of the database.
  func database() throws -> Int32 { try #require(try Instance(InstanceFolder(path)).processes().database) }

  func log(_ name: String) -> String {
    (try? String(contentsOfFile: "\(path)/log/\(name).log", encoding: .utf8)) ?? ""
  }
}

/// An instance for all tests of a suite.
struct InstanceTrait: SuiteTrait, TestScoping {
  let workers: Int
  let slots: Int

  @concurrent func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await PrivateInstance.with { instance in
      try await instance.up(workers: workers, slots: slots)
      try await PrivateInstance.$current.withValue(instance, operation: function)
    }
  }
}

extension Trait where Self == InstanceTrait {
  static func instance(workers: Int, slots: Int) -> Self { Self(workers: workers, slots: slots) }
}
