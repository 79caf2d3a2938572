import Processes

/// What became of one launch.
struct Outcome {
  var pid: Int32?
  var failure: LaunchFailure?
  var output: [UInt8] = []
  var error: [UInt8] = []
  var exit: Exit?
  /// What was shown of discarded output.
  var tails: [[UInt8]] = []
  /// The most bytes that were delivered and not yet acknowledged.
  var mostUnacknowledged = 0

  var text: String { String(decoding: output, as: UTF8.self) }
  var lines: [Substring] { text.split(separator: "\n") }
}

/// Launches the requests and acknowledges every output until all have finished or failed. `react` sees each
/// event and may act on the reactor. `expected` ends are awaited where others were launched before.
func run(
  _ requests: [LaunchRequest], expecting expected: Int? = nil, on reactor: ProcessReactor,
  react: (ProcessEvent) -> Void = { _ in }
) async -> [UInt64: Outcome] {
  var outcomes: [UInt64: Outcome] = [:]
  var living = expected ?? requests.count
  reactor.launch(requests)
  for await batch in reactor.events {
    var unacknowledged: [UInt64: Int] = [:]
    for event in batch {
      switch event {
      case .started(let id, let pid): outcomes[id, default: Outcome()].pid = pid
      case .failedToStart(let id, let failure):
        outcomes[id, default: Outcome()].failure = failure
        living -= 1
      case .output(let id, let stream, let bytes):
        unacknowledged[id, default: 0] += bytes.count
        if stream == .standardOutput {
          outcomes[id, default: Outcome()].output += bytes
        } else {
          outcomes[id, default: Outcome()].error += bytes
        }
      case .discarded(let id, _, let tail): outcomes[id, default: Outcome()].tails.append(tail)
      case .frozen, .thawed: break
      case .finished(let id, let exit):
        outcomes[id, default: Outcome()].exit = exit
        living -= 1
      }
      react(event)
    }
    for (id, bytes) in unacknowledged {
      let most = max(bytes, outcomes[id]?.mostUnacknowledged ?? 0)
      outcomes[id]?.mostUnacknowledged = most
      reactor.acknowledge(id, bytes: bytes)
    }
    if living == 0 { break }
  }
  return outcomes
}

/// Runs one program on a reactor of its own.
func run(
  _ program: Program, configure: (inout LaunchRequest) -> Void = { _ in }
) async throws -> Outcome {
  var request = LaunchRequest(id: 1, program: program)
  configure(&request)
  return try await run([request], on: ProcessReactor())[1] ?? Outcome()
}

/// A line of shell as a program.
func shell(_ script: String, _ arguments: String...) -> Program {
  Program(
    path: "/bin/sh", arguments: ["sh", "-c", script, "sh"] + arguments,
    environment: ["PATH": "/usr/bin:/bin"])
}
