import FoundationEssentials

/// What the benchmark found.
struct LaunchReport: Encodable {
  /// The rounds with one number of slots.
  struct Row: Encodable {
    let slots: Int
    /// Of each round: task runs a second, and the worker's own processor time for one.
    var worker: [Double] = []
    var cpu: [Double] = []
    var xargs: [Double] = []

    private enum CodingKeys: String, CodingKey {
      case slots, ratio
      case worker = "worker_tasks_per_second"
      case xargs = "xargs_tasks_per_second"
      case cpu = "worker_cpu_microseconds_per_task"
    }

    var ratio: Double { LaunchReport.median(worker) / LaunchReport.median(xargs) }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(slots, forKey: .slots)
      try container.encode(LaunchReport.median(worker), forKey: .worker)
      try container.encode(LaunchReport.median(xargs), forKey: .xargs)
      try container.encode(ratio, forKey: .ratio)
      try container.encode(LaunchReport.median(cpu), forKey: .cpu)
    }
  }

  /// How the worker holds the processes of a task together.
  let tier: String
  let rounds: Int
  let batch: Int
  let rows: [Row]

  func printDocument() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }

  func show() {
    print("medians of \(rounds) rounds of \(batch) task runs; processes held together by \(tier)")
    print("SLOTS  WORKER/S  XARGS/S  RATIO  CPU µs")
    for row in rows {
      let ratio = Int((row.ratio * 100).rounded())
      print(
        Self.cell("\(row.slots)", 5), Self.cell(Self.whole(row.worker), 8),
        Self.cell(Self.whole(row.xargs), 7),
        Self.cell("\(ratio / 100).\(ratio % 100 / 10)\(ratio % 10)", 5), Self.cell(Self.whole(row.cpu), 6),
        separator: "  ")
    }
  }

  private static func whole(_ values: [Double]) -> String { "\(Int(median(values).rounded()))" }

  private static func cell(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
