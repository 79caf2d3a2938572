import ArgumentParser
import FoundationEssentials
import Glibc
import ZmeyCommand
import ZmeyCore
import ZmeyInstance

struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Start a private PostgreSQL, schedulers and workers; return when all is ready.")

  @Option(help: "The instance's folder (default: /var/lib/zmey for root, else ~/.local/share/zmey).")
  var dir: String?
  @Option(help: "How many schedulers.")
  var schedulers = 1
  @Option(help: "How many workers each scheduler has.")
  var workers = 2
  @Option(help: "How many task runs a new worker may have at once.")
  var slots = 4
  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard (1...50).contains(schedulers) else { throw ValidationError("--schedulers takes 1 to 50") }
    guard (1...500).contains(workers) else { throw ValidationError("--workers takes 1 to 500") }
    guard (1...10_000).contains(slots) else { throw ValidationError("--slots takes 1 to 10000") }
  }

  func run() async throws {
    let instance = Instance(InstanceFolder(dir))
    var reports: [Instance.Report] = []
    try await instance.up(
      .init(schedulers: schedulers, workersEach: workers, slots: slots), programs: Programs.folder()
    ) { report in
      reports.append(report)
      if !json { InstanceReports.tell(report) }
    }
    let conninfo = instance.folder.conninfo()
    if json {
      try Output.json(InstanceReports(dir: instance.folder.path, db: conninfo, parts: reports))
      return
    }
    let isNew = reports.contains { ["started", "migrated"].contains($0.action) }
    print(isNew ? "Ready." : "All is running.")
    if dir == nil {
      print("Try: zmctl exec --wait -- echo hello")
    } else {
      print("Other tools find it by: export ZM_DB=\"\(conninfo)\"")
    }
  }
}

struct DownCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down", abstract: "Stop what 'up' started. The data stays.")

  @Option(help: "The instance's folder (default: /var/lib/zmey for root, else ~/.local/share/zmey).")
  var dir: String?
  @Flag(help: "Print one JSON document.")
  var json = false

  func run() async throws {
    let instance = Instance(InstanceFolder(dir))
    var reports: [Instance.Report] = []
    try await instance.down { report in
      reports.append(report)
      if !json, report.action == "stopped" { InstanceReports.tell(report) }
    }
    if json {
      try Output.json(
        InstanceReports(dir: instance.folder.path, db: instance.folder.conninfo(), parts: reports))
    } else if !reports.contains(where: { $0.action == "stopped" }) {
      print("Nothing was running in \(instance.folder.path).")
    }
  }
}

/// What `up` and `down` print.
struct InstanceReports: Encodable {
  let dir: String
  let db: String
  let parts: [Instance.Report]

  static func tell(_ report: Instance.Report) {
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let pid = report.pid.map { "pid \($0)" } ?? ""
    print(
      "\(pad(report.kind, 10)) \(pad(report.name, 10)) \(pad(report.action, 9)) \(pad(pid, 12)) \(report.detail)"
    )
    fflush(nil)
  }
}

enum Programs {
  /// The folder that this program stands in, where its daemons stand, too.
  static func folder() throws -> String {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let slash = path.lastIndex(of: "/")
    else { throw Failure(.failed, "cannot tell where zmctl is installed: /proc is not there") }
    return String(path[..<slash])
  }
}
