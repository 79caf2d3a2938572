import Foundation
import Glibc
import Processes
import Testing
import ZmeyInstance

/// Workers by hand, and what they prove themselves by.
extension PrivateInstance {
  /// Where a daemon's secret stands.
  func key(_ name: String) -> String { "\(path)/keys/\(name).pem" }

  /// Gives a worker a new `token` or `certificate`, in a file of its own.
  func credential(_ kind: String, for name: String) async throws {
    try write(try await must("worker", kind, name).output, key(name))
  }

  func write(_ secret: String, _ path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    let isMade = FileManager.default.createFile(
      atPath: path, contents: Data(secret.utf8), attributes: [.posixPermissions: 0o600])
    try #require(isMade)
  }

  /// Starts a worker by hand, with flags as the original had them, and the credential of that name.
  func startWorker(_ name: String, as owner: String? = nil, port: UInt16? = nil) throws -> Int32 {
    let program = Shell.program(
      "zmworker",
      [
        "-la=\(name)", "-sa", "127.0.0.1:\(try port ?? self.port())", "-dt", "\(path)/-\(name)", "-st", "1s",
        "-pt=1s", "--log-file", "\(path)/log/\(name).log", "--credential", key(owner ?? name),
      ] + Shell.taskUser)
    return try Daemonizer.start(program, logFile: "\(path)/log/\(name).log")
  }

  /// Starts the instance's scheduler anew, by hand.
  func restartScheduler() async throws {
    if let running = try process("s1") { try end(running, SIGTERM) }
    let program = Shell.program(
      "zmscheduler",
      [
        "-la", "127.0.0.1:\(try port())", "--name", "s1", "-db",
        InstanceFolder(path).conninfo(role: "zm_daemon"),
        "--identity", key("s1"), "--pid-file", "\(path)/run/s1.pid", "--log-file", "\(path)/log/s1.log",
      ])
    _ = try Daemonizer.start(program, logFile: "\(path)/log/s1.log")
  }

  /// A worker that was refused, as the audit has it.
  struct Refused: Decodable {
    struct Detail: Decodable {
      let reason: String
      let peer: String
      let times: Int
    }

    let action: String
    let kind: String
    let object: String
    let detail: Detail
  }

  /// Who was refused.
  func refused() async throws -> [Refused] {
    let outcome = try await must("audit", "--limit", "1000", "--json")
    let rows = try JSONSerialization.jsonObject(with: Data(outcome.bytes)) as? [[String: Any]] ?? []
    let refusals = rows.filter { $0["action"] as? String == "refuse" }
    return try JSONDecoder().decode([Refused].self, from: JSONSerialization.data(withJSONObject: refusals))
  }
}
