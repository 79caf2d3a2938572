import Foundation
import Processes

/// Runs programs to their end: those that were built beside this one by name, others by path.
enum Shell {
  struct Outcome: Sendable {
    /// The exit code; 128 + the number of the signal that ended it, as shells say it.
    let code: Int32
    let bytes: [UInt8]
    let error: String

    var output: String { String(decoding: bytes, as: UTF8.self) }

    func json<Document: Decodable>(_: Document.Type = Document.self) throws -> Document {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Document.self, from: Data(bytes))
    }
  }

  /// Where this program stands.
  static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path

  /// The flags by which a worker runs its tasks as whoever runs the tests.
  static let taskUser = getuid() == 0 ? ["--allow-root"] : []

  static func program(_ name: String, _ arguments: [String], _ variables: [String: String] = [:]) -> Program {
    let inherited = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME"].contains($0.key) }
    return Program(
      path: name.hasPrefix("/") ? name : "\(programs)/\(name)", arguments: [name] + arguments,
      environment: inherited.merging(variables) { _, new in new })
  }

  static func run(
    _ name: String, _ arguments: [String], input: String = "", variables: [String: String] = [:]
  ) async throws -> Outcome {
    let program = program(name, arguments, variables)
    // A child is killed when the thread that made it ends, and the shared threads must not be blocked.
    let run = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try runToEnd(program, input: Array(input.utf8)) })
      }
    }
    let code =
      switch run.status {
      case .exited(let code): code
      case .signalled(let number, _): 128 + number
      }
    return Outcome(
      code: code, bytes: run.standardOutput, error: String(decoding: run.standardError, as: UTF8.self))
  }
}
