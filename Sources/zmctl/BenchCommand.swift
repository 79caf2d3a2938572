import ArgumentParser
import FoundationEssentials
import Glibc
import Postgres
import Processes
import ZmeyCommand
import ZmeyCore
import ZmeyInstance
import ZmeyStore

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure batches of task runs on a private instance, beside the same scripts under xargs.")

  @Option(help: "How many schedulers.")
  var schedulers = 1
  @Option(help: "How many workers each scheduler has.")
  var workers = 2
  @Option(help: "How many slots each worker has.")
  var slots = 8
  @Option(help: "How many task runs a batch has.")
  var batch = 1000
  @Option(help: "How many batches are run, one after the other.")
  var batches = 3
  @Option(help: "How long the script sleeps before it prints 'res'; 0: it prints at once.")
  var sleep = Timespan.seconds(1)
  @Option(help: "Another script to measure.")
  var script: String?
  @Option(help: "The folder of the instance; it is removed at the end (default: one in /var/tmp).")
  var dir: String?
  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard (1...50).contains(schedulers), (1...500).contains(workers), (1...10_000).contains(slots) else {
      throw ValidationError("--schedulers takes 1 to 50, --workers 1 to 500, --slots 1 to 10000")
    }
    guard (1...1_000_000).contains(batch), (1...10_000).contains(batches) else {
      throw ValidationError("--batch takes 1 to 1000000, --batches 1 to 10000")
    }
  }

  func run() async throws {
    let folder = dir ?? "/var/tmp/zmey-bench-\(getpid())"
    guard !FileManager.default.fileExists(atPath: folder) else {
      throw Failure(
        .usage, "\(folder) is there already, and the benchmark removes its folder: name another with --dir")
    }
    let instance = Instance(InstanceFolder(folder))
    let outcome: Result<BenchReport, any Error>
    do {
      outcome = .success(try await measure(instance))
    } catch {
      outcome = .failure(error)
    }
    try await instance.down { _ in }
    try? FileManager.default.removeItem(atPath: folder)
    let report = try outcome.get()
    if json { try Output.json(report) } else { report.show() }
    guard report.lost == 0, report.failed == 0 else {
      throw Failure(.failed, "\(report.failed) task runs failed, \(report.lost) were lost")
    }
  }

  private var text: String {
    get throws {
      if let script { return try DefinitionFiles.text(script) }
      return sleep.milliseconds == 0
        ? "#!/bin/sh\necho res\n" : "#!/bin/sh\nsleep \(Double(sleep.milliseconds) / 1000); echo res\n"
    }
  }

  private func measure(_ instance: Instance) async throws -> BenchReport {
    let text = try text
    let places = schedulers * workers * slots
    say("starting \(schedulers) schedulers, \(schedulers * workers) workers, \(places) slots")
    try await instance.up(
      .init(schedulers: schedulers, workersEach: workers, slots: slots), programs: Programs.folder()
    ) { _ in }
    let open = {
      try await Connection.open(instance.folder.conninfo(), applicationName: "zmctl bench")
    }
    let connection = try await open()
    let watch = Watch(connection, open: open)
    let definitions = Definitions(templates: [
      TemplateDefinition(name: "bench", program: Program(script: text))
    ])
    _ = try await connection.run { try People.apply(definitions, $0) }

    let file = "\(instance.folder.path)/bench.script"
    guard (try? Data(text.utf8).write(to: URL(fileURLWithPath: file))) != nil, chmod(file, 0o755) == 0 else {
      throw Failure(.failed, "cannot write \(file)")
    }
    let single = try Floor.seconds(file, count: 1, places: 1)
    var floors: [Double] = []
    var seconds: [Double] = []
    var failed: Int64 = 0
    var lost: Int64 = 0
    var usage = ProcessUsage()
    let processes = try instance.processes()
    for number in 1...batches {
      // The floor beside each of the first batches: the machine is the same for both.
      if number <= 3 { floors.append(try Floor.seconds(file, count: batch, places: places)) }
      let before = ProcessUsage(processes)
      let start = ContinuousClock.now
      let run = try await connection.run { try People.submit(template: "bench", count: Int32(batch), $0) }
      // Often: the wait must not add to what it measures.
      let record = try await Changes.watching(
        instance.folder.conninfo(), watch, atLeastEvery: .milliseconds(20)
      ) { changes in try await Waiting.end(of: run, &changes) }
      let took = (ContinuousClock.now - start) / .seconds(1)
      usage = usage + (ProcessUsage(processes) - before)
      seconds.append(took)
      failed += record.failed
      lost += record.total - record.ended
      say("batch \(number): \(Self.rounded(took)) s, \(Self.rounded(Double(batch) / took)) task runs/s")
    }
    let memory = ProcessUsage(processes)
    await connection.close()
    let rounds = (batch + places - 1) / places
    return BenchReport(
      schedulers: schedulers, workers: schedulers * workers, slots: places, batch: batch, seconds: seconds,
      floors: floors,
      idealSeconds: single * Double(rounds), failed: failed, lost: lost, cpu: usage.perBatch(batches),
      memory: memory)
  }

  private func say(_ line: String) { if !json { printError(line) } }

  static func rounded(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

/// The same scripts without zmey: `xargs` with the same number at once.
private enum Floor {
  static func seconds(_ script: String, count: Int, places: Int) throws -> Double {
    let numbers = (1...count).map(String.init).joined(separator: "\n")
    let program = Processes.Program(
      path: "/usr/bin/xargs", arguments: ["xargs", "-P", "\(places)", "-n", "1", script],
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
    let start = ContinuousClock.now
    let run = try runToEnd(program, input: Array(numbers.utf8))
    guard run.status == .exited(0) else { throw Failure(.failed, "the script fails under xargs") }
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
