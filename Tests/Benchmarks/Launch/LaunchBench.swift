import ArgumentParser
import FoundationEssentials
import Glibc
import NIOPosix
import ZmeyCommand
import ZmeyCore

/// How many task runs a second a worker launches by itself, without a database, beside xargs.
@main
struct LaunchBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launchbench",
    abstract: "Measure what one worker launches, without a database, beside the same script under xargs.")

  /// The worker's flag of that name.
  enum Trees: String, ExpressibleByArgument, CaseIterable { case auto, cgroup, signals }

  @Option(help: "How many slots the worker has; may be given again (default: 2, 8 and 64).")
  var slots: [Int] = []
  @Option(help: "How many rounds are run for each number of slots.")
  var rounds = 5
  @Option(help: "How many task runs a round has.")
  var batch = 2000
  @Option(help: "How the worker holds the processes of a task together.")
  var trees = Trees.auto
  @Option(help: "Another zmworker to measure than the one beside this program.")
  var worker: String?
  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard slots.allSatisfy((1...10_000).contains) else { throw ValidationError("--slots takes 1 to 10000") }
    guard (1...1000).contains(rounds), (1...1_000_000).contains(batch) else {
      throw ValidationError("--rounds takes 1 to 1000, --batch 1 to 1000000")
    }
  }

  func run() async throws {
    let folder = "/var/tmp/zmey-launchbench-\(getpid())"
    guard mkdir(folder, 0o700) == 0 else { throw Failure(.failed, "cannot make \(folder)") }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let floor = try Floor(folder)
    var rows: [LaunchReport.Row] = []
    var tier = ""
    for slots in slots.isEmpty ? [2, 8, 64] : slots {
      let feeder = Feeder(MultiThreadedEventLoopGroup.singleton.next(), slots: slots)
      let address = try await feeder.listen()
      let process = try WorkerProcess(
        try worker ?? Self.neighbour("zmworker"), address, folder: "\(folder)/worker", trees: trees)
      rows.append(
        try await process.whileRunning {
          try await feeder.greeted()
          return try await measure(slots, feeder, process, floor)
        })
      tier = process.tier
      await feeder.close()
    }
    let report = LaunchReport(tier: tier, rounds: rounds, batch: batch, rows: rows)
    if json { try report.printDocument() } else { report.show() }
  }

  /// A round of the worker, a round of xargs, and so on: the machine is the same for both.
  private func measure(
    _ slots: Int, _ feeder: Feeder, _ process: WorkerProcess, _ floor: Floor
  ) async throws -> LaunchReport.Row {
    var row = LaunchReport.Row(slots: slots)
    for _ in 1...rounds {
      let before = process.cpuMicroseconds
      row.worker.append(Double(batch) / (try await feeder.seconds(for: batch)))
      row.cpu.append((process.cpuMicroseconds - before) / Double(batch))
      row.xargs.append(Double(batch) / (try floor.seconds(count: batch, places: slots)))
    }
    return row
  }

  /// A program in the folder that this one stands in.
  private static func neighbour(_ name: String) throws -> String {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let slash = path.lastIndex(of: "/")
    else { throw Failure(.failed, "cannot tell where this program stands: /proc is not there") }
    return "\(path[...slash])\(name)"
  }

  static func main() async { await Tool.run(LaunchBench.self) }
}
