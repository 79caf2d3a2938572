import FoundationEssentials
import Glibc
import Processes
import ZmeyCommand
import ZmeyCore

/// The same script without zmey: `xargs` with as many at once, all output captured.
struct Floor {
  static let path = "/usr/local/bin:/usr/bin:/bin"

  private let script: String

  /// Puts the script into that folder.
  init(_ folder: String) throws {
    script = "\(folder)/script"
    guard (try? Data(Feeder.script.utf8).write(to: URL(fileURLWithPath: script))) != nil,
      chmod(script, 0o700) == 0
    else { throw Failure(.failed, "cannot write \(script)") }
  }

  func seconds(count: Int, places: Int) throws -> Double {
    let numbers = (1...count).map(String.init).joined(separator: "\n")
    let program = Processes.Program(
      path: "/usr/bin/xargs", arguments: ["xargs", "-P", "\(places)", "-n", "1", script],
      environment: ["PATH": Self.path])
    let start = ContinuousClock.now
    let run = try runToEnd(program, input: Array(numbers.utf8))
    let took = (ContinuousClock.now - start) / .seconds(1)
    guard run.status == .exited(0), run.standardOutput.count == 4 * count else {
      throw Failure(.failed, "the script fails under xargs")
    }
    return took
  }
}
