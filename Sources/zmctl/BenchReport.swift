import FoundationEssentials
import Glibc

/// What a benchmark found.
struct BenchReport: Encodable {
  let schedulers: Int
  let workers: Int
  let slots: Int
  let batch: Int
  let seconds: [Double]
  let floors: [Double]
  let idealSeconds: Double
  let failed: Int64
  let lost: Int64
  let cpu: ProcessUsage
  let memory: ProcessUsage

  private enum CodingKeys: String, CodingKey {
    case schedulers, workers, slots, batch, seconds, failed, lost
    case median = "median_seconds"
    case rate = "tasks_per_second"
    case floors = "floor_seconds"
    case floorMedian = "floor_median_seconds"
    case ofFloor = "ratio_to_floor_rate"
    case idealSeconds = "ideal_seconds"
    case toIdeal = "ratio_to_ideal"
    case cpu = "cpu_seconds_per_batch"
    case memory = "memory_kib"
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var median: Double { Self.median(seconds) }
  var rate: Double { Double(batch) / median }
  var floorMedian: Double { Self.median(floors) }
  /// Our rate ÷ the floor's rate: 1 is as fast as xargs.
  var ofFloor: Double { floorMedian / median }
  var toIdeal: Double { median / idealSeconds }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schedulers, forKey: .schedulers)
    try container.encode(workers, forKey: .workers)
    try container.encode(slots, forKey: .slots)
    try container.encode(batch, forKey: .batch)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(median, forKey: .median)
    try container.encode(rate, forKey: .rate)
    try container.encode(floors, forKey: .floors)
    try container.encode(floorMedian, forKey: .floorMedian)
    try container.encode(ofFloor, forKey: .ofFloor)
    try container.encode(idealSeconds, forKey: .idealSeconds)
    try container.encode(toIdeal, forKey: .toIdeal)
    try container.encode(failed, forKey: .failed)
    try container.encode(lost, forKey: .lost)
    try container.encode(cpu.cpuDocument, forKey: .cpu)
    try container.encode(memory.memoryDocument, forKey: .memory)
  }

  func show() {
    let number = BenchCommand.rounded
    print(
      """
      \(schedulers) schedulers, \(workers) workers, \(slots) slots; \(seconds.count) batches of \(batch) task runs
      a batch    \(number(median)) s in the median (\(seconds.map(number).joined(separator: ", ")))
      rate       \(number(rate)) task runs/s, every result committed
      floor      \(number(floorMedian)) s under xargs -P \(slots); zmey has \(number(ofFloor)) of its rate
      ideal      \(number(idealSeconds)) s without any overhead; zmey takes \(number(toIdeal)) times that
      failed     \(failed), lost \(lost)
      CPU        a batch: database \(number(cpu.database)) s, schedulers \(number(cpu.schedulers)) s, \
      workers \(number(cpu.workers)) s
      memory     private and shared (PSS): database \(memory.databaseKiB / 1024) MiB, schedulers \
      \(memory.schedulersKiB / 1024) MiB, workers \(memory.workersKiB / 1024) MiB
      """)
  }
}

/// CPU time and memory of an instance's processes, read from /proc.
struct ProcessUsage {
  var database = 0.0
  var schedulers = 0.0
  var workers = 0.0
  var databaseKiB = 0
  var schedulersKiB = 0
  var workersKiB = 0

  init() {}

  init(_ processes: (database: Int32?, schedulers: [Int32], workers: [Int32])) {
    let server = processes.database.map { [$0] + Self.children(of: $0) } ?? []
    // A backend that ended counts among its parent's waited-for children.
    database =
      server.reduce(0) { $0 + Self.cpu($1) }
      + (processes.database.map { Self.cpu($0, ofChildren: true) } ?? 0)
    schedulers = processes.schedulers.reduce(0) { $0 + Self.cpu($1) }
    workers = processes.workers.reduce(0) { $0 + Self.cpu($1) }
    databaseKiB = server.reduce(0) { $0 + Self.memory($1) }
    schedulersKiB = processes.schedulers.reduce(0) { $0 + Self.memory($1) }
    workersKiB = processes.workers.reduce(0) { $0 + Self.memory($1) }
  }

  static func + (left: ProcessUsage, right: ProcessUsage) -> ProcessUsage {
    var sum = left
    sum.database += right.database
    sum.schedulers += right.schedulers
    sum.workers += right.workers
    return sum
  }

  static func - (left: ProcessUsage, right: ProcessUsage) -> ProcessUsage {
    var difference = left
    difference.database -= right.database
    difference.schedulers -= right.schedulers
    difference.workers -= right.workers
    return difference
  }

  func perBatch(_ batches: Int) -> ProcessUsage {
    var share = self
    share.database /= Double(batches)
    share.schedulers /= Double(batches)
    share.workers /= Double(batches)
    return share
  }

  var cpuDocument: [String: Double] { ["database": database, "schedulers": schedulers, "workers": workers] }
  var memoryDocument: [String: Int] {
    ["database": databaseKiB, "schedulers": schedulersKiB, "workers": workersKiB]
  }

  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Fields of /proc/PID/stat after the name, which may itself hold spaces: proc(5).
  private static func cpu(_ pid: Int32, ofChildren: Bool = false) -> Double {
    let fields = text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 15 else { return 0 }
    let first = ofChildren ? 13 : 11
    let ticks = (Double(fields[first]) ?? 0) + (Double(fields[first + 1]) ?? 0)
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func children(of pid: Int32) -> [Int32] {
    text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
  }

  private static func memory(_ pid: Int32) -> Int {
    // Of a daemon, which hides its memory, only root is told how much of it is shared.
    let lines = (text("/proc/\(pid)/smaps_rollup") + text("/proc/\(pid)/status")).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("Pss:") } ?? lines.first { $0.hasPrefix("VmRSS:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
